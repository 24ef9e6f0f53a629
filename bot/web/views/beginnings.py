"""How a draft begins: empty, from a post that is out, from one's own that is to be mended or put right."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bot.content.correction import KINDS, Correction, Way
from bot.errors import NotAllowed
from bot.services.handing_in import copying, correcting, drafts
from bot.web.office import actor_of, office


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    return redirect("write", drafts.begin(office(), actor_of(request)).id)


@login_required
@require_POST
def correct(request: HttpRequest, number: int) -> HttpResponse:
    """Begin the correction of what is out of this post."""
    given, ctx = request.POST, office()
    try:
        kind = KINDS[KINDS.index(given.get("kind", ""))]
        ways = {spec.key: Way(way) for spec in ctx.specs if (way := given.get(f"way-{spec.key}"))}
    except ValueError:
        raise NotAllowed(
            "an unknown kind or way",
            summary="訂正の種類か、直し方が選ばれていません",
            next_step="一覧から選んでください",
            field="kind",
        ) from None
    wanted = Correction(kind=kind, wrong=given.get("wrong", ""), right=given.get("right", ""), ways=ways)
    draft = correcting.begin(ctx, actor_of(request), number, wanted)
    return redirect("write", draft.id)


@login_required
@require_POST
def copy(request: HttpRequest, number: int) -> HttpResponse:
    return redirect("write", copying.begin(office(), actor_of(request), number).id)


@login_required
@require_POST
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    return redirect("write", drafts.reopen(office(), actor_of(request), number).id)
