"""From a draft to a commit on the content branch, as its writer; and what to do when somebody else was quicker."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from django.db import transaction

from bot.content import frontmatter, post_form
from bot.content.post_form import Form
from bot.errors import BotError, NotAllowed, NotFound, WorkflowError
from bot.repository.commit import Conflict
from bot.services.approval import suggestions
from bot.services.handing_in import branch, draft_preview, drafts, sync
from bot.services.records.context import Context
from bot.store.drafts import Draft
from bot.store.models import Submission
from bot.workflow.actors import Actor

_MARKS = ("<<<<<<< ", "||||||| ", ">>>>>>> ")


class Unmerged(WorkflowError):
    """The text still holds the marks of a merge."""

    def __init__(self) -> None:
        super().__init__(
            "marks of a merge",
            summary="合わせる途中のしるし（<<<<<<< や >>>>>>> の行）が残っています",
            next_step="どちらの文にするかを決め、しるしの行を消してください",
        )


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Somebody else has changed the same post. `proposal` holds both versions; where both changed the same lines, marked.
    `head` is the commit that it takes into account."""

    mine: str
    theirs: str
    proposal: str
    clean: bool
    head: str


def hand_in(ctx: Context, actor: Actor, number: int) -> Submission | Clash | None:
    """Commit the draft as this person. The submission that came of it; None if it comes with the next sync.

    Raises NotAllowed while something is to be put right, and what `writing.commit_as` raises; the draft stays then.
    """
    draft = drafts.find(actor, number)
    if not draft_preview.preview(ctx, draft).ready:
        raise NotAllowed(
            "not ready", summary="直すところが残っています", next_step="指摘の欄を見て直してから、申請してください"
        )
    form = post_form.form_of(draft.form)
    path = draft.path or _new_path(ctx, form)
    text = post_form.compose(form)
    base = draft.base or branch.head(ctx)
    suggestions.count_again(draft)  # before the push: a sync may take the commit at once
    made = branch.commit_as(ctx, actor, _files(draft, form, path, text), f"申請：{form.title}", base)
    if isinstance(made, Conflict):
        return _clash(ctx, made, path, text)
    # Only now, when the commit is on the branch: until then the draft is all there is.
    with transaction.atomic(), suppress(NotFound):  # thrown away in another window meanwhile: it is handed in all the same
        drafts.find(actor, number, held=True).delete()
    with suppress(BotError):  # it was asked for: if not now, then soon
        sync.sync(ctx)
    return Submission.objects.filter(path=path).order_by("-id").first()


def settle(ctx: Context, actor: Actor, number: int, text: str, head: str) -> Draft:
    """Go on writing with the merged text, which takes in what `head` holds. Raises Unmerged, FrontMatterError."""
    draft = drafts.find(actor, number)
    if any(line.startswith(_MARKS) for line in text.splitlines()):
        raise Unmerged
    form = post_form.read(Path(draft.path), text)
    own = post_form.form_of(draft.form)
    merged = replace(form, identity=own.identity, author=own.author)
    # The merged text holds what `head` holds; with the old base the next hand-in would clash with the same change again.
    Draft.objects.filter(id=draft.id).update(base=head)
    return drafts.save(ctx, actor, number, merged, drafts.Seen(revision=draft.revision, window=draft.window))


def _new_path(ctx: Context, form: Form) -> str:
    today = ctx.clock.now().astimezone(ctx.config.timezone)
    return f"posts/{today:%Y}/{today:%m}/{form.identity.lower()}.md"


def _files(draft: Draft, form: Form, path: str, text: str) -> dict[str, bytes]:
    folder, named = PurePosixPath(path).parent, {shot.file for shot in form.pictures}
    own = {f"{folder}/{one.file}": bytes(one.data) for one in draft.pictures.all() if one.file in named}
    return {path: text.encode(), **own}


def _clash(ctx: Context, conflict: Conflict, path: str, mine: str) -> Clash:
    base, theirs = (frontmatter.decode(Path(path), side.get(path) or b"") for side in (conflict.base, conflict.theirs))
    merged = branch.merge(ctx, base=base.encode(), ours=mine.encode(), theirs=theirs.encode())
    return Clash(mine=mine, theirs=theirs, proposal=merged.text.decode(), clean=merged.clean, head=conflict.head)
