"""Taking a suggestion into the draft, exactly at its place."""

from __future__ import annotations

from django.db import transaction

from bot.content import post_form
from bot.content.post_form import Form
from bot.errors import NotAllowed
from bot.services.approval import suggestions
from bot.services.handing_in import drafts
from bot.services.records.context import Context
from bot.store.drafts import Draft
from bot.store.talk import Suggestion
from bot.workflow.actors import Actor, Permission


def accept(ctx: Context, actor: Actor, draft_id: int, number: int) -> Draft:
    """Raises NotAllowed where the passage was changed meanwhile: the draft and the suggestion stay as they are."""
    actor.require(Permission.SUBMIT)
    with transaction.atomic():
        draft = drafts.find(actor, draft_id, held=True)
        found = suggestions.open_one(draft.path, number)
        changed = _changed(post_form.form_of(draft.form), found)
        suggestions.accept(ctx, actor, found, draft.path, draft)
        return drafts.save(ctx, actor, draft_id, changed, drafts.Seen(revision=draft.revision, window=draft.window))


def decline(ctx: Context, actor: Actor, draft_id: int, number: int, answer: str) -> None:
    suggestions.decline(ctx, actor, suggestions.open_one(drafts.find(actor, draft_id).path, number), answer)


def _changed(form: Form, found: Suggestion) -> Form:
    text = post_form.prose(form).get(found.field, "")
    # Where it stood; or, if something before it was changed, where else it stands, if that is one place.
    here = found.start if text.startswith(found.before, found.start) else -1
    if here < 0 and text.count(found.before) == 1:
        here = text.index(found.before)
    if here < 0:
        raise NotAllowed(
            "the passage was changed",
            summary="提案のもとの文が、いまの原稿にありません。そのあと書き変わっています",
            next_step="提案を見て自分で直すか、理由を書いて見送ってください",
            field=f"answer-to-{found.id}",
        )
    return post_form.with_prose(form, found.field, text[:here] + found.after + text[here + len(found.before) :])
