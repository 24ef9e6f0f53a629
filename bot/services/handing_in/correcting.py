"""A correction begun in the browser: the post of a submission as a draft, with what is wrong replaced and the reason noted."""

from __future__ import annotations

from dataclasses import replace

from bot.content import post_form
from bot.content.correction import MOST, Correction, Way
from bot.content.post_form import Form
from bot.errors import NotAllowed
from bot.language import say
from bot.services.delivery import corrections
from bot.services.handing_in import drafts
from bot.services.records.context import Context
from bot.store.drafts import Draft
from bot.workflow.actors import Actor, Permission


def begin(ctx: Context, actor: Actor, submission_id: int, correction: Correction) -> Draft:
    """The draft that is to be handed in as the correction. Raises NotAllowed for an empty text or one too long."""
    actor.require(Permission.SUBMIT)
    wrong, right = (" ".join(text.split()) for text in (correction.wrong, correction.right))
    if not (0 < len(wrong) <= MOST and 0 < len(right) <= MOST):
        raise NotAllowed(
            "an empty or a long correction",
            summary="訂正の「誤り」か「正しい内容」がないか、長すぎます",
            next_step=say("どちらも{most}字までで書いてください", most=MOST),
            field="right" if 0 < len(wrong) <= MOST else "wrong",
        )
    draft = drafts.reopen(ctx, actor, submission_id)
    form = _put_right(post_form.form_of(draft.form), wrong, right)
    noted = {"kind": correction.kind, "wrong": wrong, "right": right}
    ways = {key: str(way) for key, way in correction.ways.items() if key in form.channels}
    # Its first time has passed, and a correction goes out when it is approved.
    form = replace(form, publish="", slot="", expires="", rest={**form.rest, "correction": noted | ways})
    form = replace(form, channels=tuple(key for key in form.channels if _is_concerned(ctx, form, key, correction)))
    return drafts.save(ctx, actor, draft.id, form, drafts.Seen(revision=draft.revision))


def _put_right(form: Form, wrong: str, right: str) -> Form:
    """Where the wrong words stand as they are; what is meant otherwise, the author changes by hand."""
    first, second, third = (answer.replace(wrong, right) for answer in form.answers)
    return replace(
        form,
        title=form.title.replace(wrong, right),
        lead=form.lead.replace(wrong, right),
        answers=(first, second, third),
        remainder=form.remainder.replace(wrong, right),
    )


def _is_concerned(ctx: Context, form: Form, channel: str, correction: Correction) -> bool:
    """Where nothing stands, there is nothing to which a linked correction could be tied."""
    way = ctx.spec(channel).way(correction)
    return way != Way.LINKED or corrections.standing(form.identity, channel) is not None
