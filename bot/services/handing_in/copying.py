"""A new post from one that is out: its words, and none of what was said of that one time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.content import post_form
from bot.content.post_form import Form
from bot.errors import NotAllowed
from bot.services.approval import review
from bot.services.handing_in import drafts
from bot.services.records.context import Context
from bot.store.drafts import Draft
from bot.store.models import Submission
from bot.workflow.actors import Actor
from bot.workflow.states import SubmissionState

OUT = (SubmissionState.APPROVED, SubmissionState.CLOSED)
_STAYS = ("tags", "indicators")  # of what has no field in the form; a channel's own text would go out once more, unseen


def begin(ctx: Context, actor: Actor, submission_id: int) -> Draft:
    """A draft of this person's own. Raises NotFound for what this person may not see, NotAllowed for what was not approved."""
    found = review.readable_by(ctx, actor, submission_id)
    # What one person wrote and nobody looked at must not become another's text, which the first might then approve.
    if found.state not in OUT:
        raise NotAllowed(
            f"submission {found.id} is {found.state}",
            summary="承認されていない原稿は写せません",
            next_step="承認された原稿から選んでください",
        )
    draft = drafts.begin(ctx, actor)
    form = words(post_form.form_of(draft.form), post_form.read(Path(found.path), found.source))
    return drafts.save(ctx, actor, draft.id, form, drafts.Seen(revision=draft.revision))


def earlier(ctx: Context, actor: Actor, form: Form, limit: int) -> list[Submission]:
    """Approved posts on the form's measure that this person may see, the newest first, each post once."""
    if not form.measure:
        return []
    found = Submission.objects.filter(review.readable(ctx, actor), measure=form.measure, state__in=OUT)
    newest: dict[str, Submission] = {}
    for one in found.exclude(identity=form.identity).defer("bundle", "source").order_by("-id")[: limit * 5]:
        newest.setdefault(one.identity, one)
    return list(newest.values())[:limit]


def words(new: Form, old: Form) -> Form:
    """`new` with the words of `old`. How far it is, is said anew; a time, a picture with its consent and a reason belong to the
    old one."""
    return replace(
        new,
        title=old.title,
        measure=old.measure,
        channels=tuple(key for key in old.channels if key in new.channels) or new.channels,
        hashtags=old.hashtags,
        link=old.link,
        contact=old.contact,
        lead=old.lead,
        answers=old.answers,
        remainder=old.remainder,
        rest={key: old.rest[key] for key in _STAYS if key in old.rest},
    )
