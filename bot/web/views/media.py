"""Pictures: to the public only once approved (Instagram fetches them here), to staff while they review."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bot.services.approval import review
from bot.store.models import Blob, Submission
from bot.web.office import actor_of, office
from bot.workflow.states import SubmissionState


@require_safe
def public(request: HttpRequest, sha256: str) -> HttpResponse:
    return _jpeg(sha256, Submission.objects.filter(state=SubmissionState.APPROVED, blobs=sha256).exists())


@login_required
@require_safe
def preview(request: HttpRequest, number: int, sha256: str) -> HttpResponse:
    submission = review.readable_by(office(), actor_of(request), number)
    return _jpeg(sha256, submission.blobs.filter(sha256=sha256).exists())


def _jpeg(sha256: str, may: bool) -> HttpResponse:
    blob = Blob.objects.filter(sha256=sha256).first() if may else None
    if blob is None:
        raise Http404
    return HttpResponse(bytes(blob.data), content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})
