"""A word of a draft put right with one press, where a rule is certain of what stands in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content import post_form
from bot.errors import Place, WorkflowError
from bot.language import say
from bot.services.handing_in import draft_preview, drafts
from bot.services.records.context import Context
from bot.workflow.actors import Actor, Permission

_POST = Path("post.md")


@dataclass(frozen=True, kw_only=True)
class Rewording:
    """`element` is the id of the field in which it was done."""

    wrong: str
    right: str
    element: str


def reword(ctx: Context, actor: Actor, number: int, place: tuple[int, int], wrong: str) -> Rewording:
    """Put right what a finding at this line and column says of `wrong`. What is right says the rule, not who asks. Raises
    WorkflowError where nothing is found there any more."""
    actor.require(Permission.SUBMIT)
    draft = drafts.find(actor, number)
    found = _meant(draft_preview.preview(ctx, draft).findings, place, wrong)
    if found is not None and (own := found.replacement) is not None:
        text = post_form.compose(post_form.form_of(draft.form))
        at = Place(path=_POST, line=found.line, column=found.column)
        form = post_form.replaced(text, at, own.wrong, own.right)
        if form is not None:
            drafts.save(ctx, actor, number, form, drafts.Seen(revision=draft.revision, window=draft.window))
            return Rewording(wrong=own.wrong, right=own.right, element=found.field.element)
    raise WorkflowError(
        f"nothing is found of {wrong!r} at {place}",
        summary=say("「{wrong}」は、指摘のところにもうありません", wrong=wrong[:40]),
        next_step="いまの指摘を確かめ、もう一度押してください",
    )


def _meant(
    findings: Sequence[draft_preview.FieldFinding], place: tuple[int, int], wrong: str
) -> draft_preview.FieldFinding | None:
    """The one at that place; or the only one of this word, if the text has moved since the page was made."""
    same = [f for f in findings if f.replacement is not None and f.replacement.wrong == wrong]
    there = [f for f in same if (f.line, f.column) == place]
    return next(iter(there), None) or (same[0] if len(same) == 1 else None)
