"""Comments at a place in a submission: the office writes them, author and office settle them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction

from bot.errors import NotAllowed, NotFound
from bot.render.variant import read_bundle
from bot.services.approval import mentions, review
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import Comment, Submission
from bot.workflow.actors import Actor, Permission

UNSETTLE = "unsettle"
_SENTENCE = re.compile(r"[^。！？\n]+[。！？」』）]*")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A place that can be spoken of: `start` counts characters of the channel's part, from 0."""

    part: int
    start: int
    text: str


def sentences(submission: Submission, channel: str) -> Iterator[Sentence]:
    """Every sentence or line of what a channel will show. Nothing for a channel that the submission has not."""
    variant = read_bundle(submission.bundle).variant(channel)
    for number, part in enumerate(variant.parts if variant else ()):
        for match in _SENTENCE.finditer(part.text):
            if text := match[0].strip():
                yield Sentence(part=number, start=match.start(), text=text)


def add(ctx: Context, actor: Actor, submission_id: int, channel: str, place: str, body: str, tell: str = "") -> Comment:
    """`place` is "part:start" of one of `sentences`; `tell` is somebody who is to be told, besides whom the words call by @.
    Raises NotFound for no such place, NotAllowed for no words and for a name that nobody has."""
    actor.require(Permission.COMMENT)
    submission = review.readable_by(ctx, actor, submission_id)
    if not body.strip():
        raise NotAllowed(
            "empty comment", summary="コメントの中身がありません", next_step="気づいたことを書いてください", field="body"
        )
    # A place that the form invented would hang a remark on nothing; a submission's text never changes, so a place stays good.
    chosen = next((s for s in sentences(submission, channel) if f"{s.part}:{s.start}" == place), None)
    if chosen is None:
        raise NotFound(
            "no such place",
            summary="コメントを付ける文が選ばれていません",
            next_step="どの文についてかを選んでください",
            field="place",
        )
    people = mentions.called(ctx, actor, submission, body, tell)
    now = ctx.clock.now()
    with transaction.atomic():
        made = Comment.objects.create(
            submission=submission,
            channel=channel,
            part=chosen.part,
            start=chosen.start,
            # Kept with the words it is about: it is shown beside later submissions, where the place holds other words.
            quote=chosen.text,
            body=body.strip(),
            author=actor.person,
            at=now,
        )
        mentions.keep(made, people)
        _record(actor, made, people)
    return made


def _record(actor: Actor, made: Comment, people: list[str]) -> None:
    about, digest = f"submission:{made.submission_id}", made.submission.digest
    notes = [audit.Note(at=made.at, actor=actor.person, verb="comment", target=about, digest=digest, detail=made.body)]
    if people:  # the notice is read off this entry (ADR 7); its first word says which comment
        told = f"comment:{made.id} {' '.join(people)}"
        notes.append(audit.Note(at=made.at, actor=actor.person, verb=mentions.MENTION, target=about, detail=told))
    audit.record_all(notes)


def settle(ctx: Context, actor: Actor, comment_id: int) -> Comment:
    """Mark a remark as dealt with. The post's author, the remark's, and the PR office may."""
    comment = _theirs(ctx, actor, comment_id)
    now = ctx.clock.now()
    with transaction.atomic():
        # Settled twice at once is recorded once.
        if Comment.objects.filter(id=comment_id, settled_at=None).update(settled_at=now, settled_by=actor.person):
            audit.record(now, actor.person, "settle", f"submission:{comment.submission_id}", detail=f"comment:{comment_id}")
    return comment


def unsettle(ctx: Context, actor: Actor, comment_id: int) -> Comment:
    """Take the mark back: it was the wrong remark, or not done after all. Whoever may settle it may."""
    comment = _theirs(ctx, actor, comment_id)
    now = ctx.clock.now()
    with transaction.atomic():
        if Comment.objects.filter(id=comment_id).exclude(settled_at=None).update(settled_at=None, settled_by=""):
            audit.record(now, actor.person, UNSETTLE, f"submission:{comment.submission_id}", detail=f"comment:{comment_id}")
    return comment


def _theirs(ctx: Context, actor: Actor, comment_id: int) -> Comment:
    actor.require(Permission.COMMENT)
    comment = Comment.objects.select_related("submission").filter(id=comment_id).first()
    if comment is None or not Submission.objects.filter(review.readable(ctx, actor), id=comment.submission_id).exists():
        raise NotFound("no such comment", summary="コメントがありません", next_step="画面を開き直してください")
    if actor.person not in (comment.author, comment.submission.author) and not actor.may(Permission.DECIDE):
        raise NotAllowed(
            "not theirs", summary="このコメントを対応済みにする権限がありません", next_step="書いた人に頼んでください"
        )
    return comment


def by_place(submission: Submission) -> list[Comment]:
    """The remarks on this submission, in the order of the text."""
    return list(submission.comments.order_by("part", "start", "id"))


def still_open(submission_ids: Iterable[int]) -> frozenset[int]:
    """Those of the submissions that have a remark which nobody has settled."""
    found = Comment.objects.filter(submission_id__in=list(submission_ids), settled_at=None)
    return frozenset(found.values_list("submission_id", flat=True))


def of_post(ctx: Context, actor: Actor, submission: Submission) -> list[Comment]:
    """The remarks on this submission and those still open on earlier ones of the same post that this person may see, oldest
    first."""
    seen = Submission.objects.filter(review.readable(ctx, actor), identity=submission.identity, id__lte=submission.id)
    rows = Comment.objects.filter(submission__in=seen)
    return [c for c in rows.order_by("at", "id") if c.submission_id == submission.id or c.settled_at is None]
