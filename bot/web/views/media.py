"""Pictures: to the public only once approved (Instagram fetches them here), to staff while they write and review."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_safe

from bot.services.approval import pictures
from bot.services.handing_in import drafts
from bot.web.office import actor_of, office


@require_safe
def public(request: HttpRequest, sha256: str) -> HttpResponse:
    return _jpeg(pictures.approved(sha256))


@login_required
@require_safe
def preview(request: HttpRequest, number: int, sha256: str) -> HttpResponse:
    return _jpeg(pictures.of_submission(office(), actor_of(request), number, sha256))


@login_required
@require_GET
def of_draft(request: HttpRequest, number: int, file: str) -> HttpResponse:
    kind = "image/png" if file.endswith(".png") else "image/jpeg"
    return HttpResponse(drafts.picture(actor_of(request), number, file), content_type=kind)


def _jpeg(data: bytes | None) -> HttpResponse:
    if data is None:
        raise Http404
    return HttpResponse(data, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})
