"""What a person may take back for ten seconds, kept in their session: the last act of theirs that can be."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from pydantic import TypeAdapter

from bot.services.approval import undone
from bot.services.approval.undone import Approvals
from bot.services.delivery import undoing
from bot.services.delivery.undoing import Undo
from bot.services.records.context import Context
from bot.workflow.actors import Actor

_KEPT, _FRESH = "undo", "undo_is_fresh"
_offers: TypeAdapter[Undo | Approvals] = TypeAdapter(Undo | Approvals)


def offer(request: HttpRequest, said: str, made: Undo | Approvals) -> None:
    """Tell what was done, with a button that takes it back where there is something to take back."""
    if not made.rows:
        messages.success(request, said)
        return
    request.session[_KEPT] = _offers.dump_python(made, mode="json")
    request.session[_FRESH] = said


def said(request: HttpRequest) -> str:
    """What was done, for the page that follows the act and for no other; "" where nothing may be taken back."""
    told: str = request.session.pop(_FRESH, "")
    return told


def take_back(request: HttpRequest, ctx: Context, actor: Actor) -> int:
    """Raises what keeps it from being taken back. Returns the number of posts or deliveries; 0 where nothing was offered."""
    kept = request.session.pop(_KEPT, None)
    if kept is None:
        return 0
    found = _offers.validate_python(kept)
    if isinstance(found, Approvals):
        undone.undo(ctx, actor, found)
    else:
        undoing.undo(ctx, actor, found)
    return len(found.rows)
