"""Handing a post in: check, render, keep the bytes, put it in the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from bot.checks import registry as checks
from bot.checks import timing
from bot.checks.finding import Finding
from bot.checks.rule import Subject
from bot.content.post import Author, Post
from bot.errors import BotError, NotAllowed
from bot.render.bundle import render
from bot.render.plain import SOCIAL, Plain
from bot.render.variant import Bundle
from bot.services.approval import recent
from bot.services.approval.timetable import timetable
from bot.services.delivery import replanning, threads
from bot.services.delivery.stale import OPEN, make_stale
from bot.services.files import freshness
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import Blob, Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import OCCUPIED, PENDING


class NotReady(BotError):
    """The post has findings of level "error"; it was not handed in."""

    def __init__(self, findings: list[Finding]) -> None:
        errors = [f for f in findings if f.level == "error"]
        super().__init__(
            f"{len(errors)} findings",
            summary=f"直すところが{len(errors)}件あるため、申請できません",
            next_step="dxbot check で場所を確かめて直してください",
        )
        self.findings = findings


class AlreadyPublished(NotAllowed):
    """The post is out on every channel it asks for; nothing that is done to its file brings it out again."""


@dataclass(frozen=True)
class _Ready:
    """A post that may be handed in, rendered. `untimely`: why its wished time cannot be met."""

    post: Post
    bundle: Bundle
    inputs: dict[str, str]
    findings: list[Finding]
    untimely: list[Finding]


def submit(ctx: Context, actor: Actor, path: Path) -> Submission:
    """Put the post at `path` in the queue. The same content again gives back the submission that is there; where it is approved
    and did not go out, it is planned again.

    Raises ContentError, NotReady, NotAllowed, ScheduleError.
    """
    actor.require(Permission.SUBMIT)
    # Reading, checking and rendering take long and touch no row, so they come before the transaction.
    ready = _prepare(ctx, path)
    _require_own(actor, ready.post, ctx.library.people)
    with transaction.atomic():
        if (same := _same(ready)) is not None:
            _require_no_half(ready.post.identity)
            _refresh(ctx, same, path, ready)
            replanning.plan_again(ctx, actor, same)
            return same
        _require_unpublished(ready)
        _require_timely(ready)
        # One post has one open submission: an approval of the older text must not send it beside the new one (ADR 2).
        for older in Submission.objects.filter(identity=ready.post.identity, state__in=OPEN):
            make_stale(ctx, older, actor.person)
        return _keep(ctx, actor, path, ready)


def _refresh(ctx: Context, same: Submission, path: Path, ready: _Ready) -> None:
    """What will be shown is the same; where the file lies, and what the author says to the checks, may have changed."""
    found = [f.as_json() for f in ready.findings]
    # No new submission and no new decision: neither the path nor an answer to a check is part of the digest.
    Submission.objects.filter(id=same.id).update(path=ctx.relative(path), inputs=ready.inputs, findings=found)


def _prepare(ctx: Context, path: Path) -> _Ready:
    library, templates = ctx.library, ctx.templates
    post = library.read(path)
    # The same text twice can cost the account, so what went out of late is compared before anybody approves.
    earlier = recent.texts(ctx, post.identity)
    found = checks.check_post(Subject(post, ctx.specs, templates, library.city, library.indicators, earlier, timetable(ctx)))
    # Kept out of the stored findings: a stored answer about a time would soon be wrong (ADR 11).
    untimely = [f for f in found if f.rule in timing.IDS]
    findings = [f for f in found if f.rule not in timing.IDS]
    if any(f.level == "error" for f in findings):
        raise NotReady(found)
    return _Ready(post, render(post, ctx.specs, templates, library.city), freshness.inputs(ctx, post), findings, untimely)


def _require_timely(ready: _Ready) -> None:
    """Asked last: of what is in the queue or out already, the same may be handed in again and again, and its time passes."""
    if ready.untimely:
        raise NotReady(ready.untimely)


def _require_own(actor: Actor, post: Post, people: Mapping[str, Author]) -> None:
    known = people.get(actor.person)
    # `submits_for` is written by the author's side in people.yml: being colleagues gives nobody the right.
    named = known is not None and post.author.key in known.submits_for
    if actor.person != post.author.key and not named and not actor.may(Permission.DECIDE):
        raise NotAllowed(
            f"{actor.person} is not the author {post.author.key}",
            summary="ほかの人の原稿は申請できません",
            next_step="原稿の author: に書かれた人が申請するか、people.yml の submits_for: に書いてもらってください",
        )


def _same(ready: _Ready) -> Submission | None:
    """The newest submission of this post if it has the very same content and is open or already out."""
    newest = Submission.objects.filter(identity=ready.post.identity).order_by("-id").first()
    if newest is None or newest.digest != ready.bundle.digest:
        return None
    return newest if newest.state in OPEN else None


def _require_unpublished(ready: _Ready) -> None:
    sent = set(
        Delivery.objects.filter(identity=ready.post.identity, state__in=sorted(OCCUPIED - PENDING)).values_list(
            "channel", flat=True
        )
    )
    # A post that is out on some channels may be handed in again for the rest; the newsletter is printed, never sent.
    if sent and sent >= {v.channel for v in ready.bundle.variants} - {"newsletter"}:
        _require_no_half(ready.post.identity)
        raise AlreadyPublished(
            "already published",
            summary="この原稿はすでに配信されています",
            next_step="訂正や続報は、新しい原稿として書いてください",
        )


def _require_no_half(identity: str) -> None:
    """A thread of which only a part is out is no new post's matter, but a decision of the office."""
    halves = threads.broken(Delivery.objects.filter(identity=identity))
    for half in halves:
        if not half.left and not half.going_down:
            raise AlreadyPublished(
                "half a thread is out",
                summary=f"この原稿は{half.label}です",
                next_step="続きを出すか、削除するか、このままにするかを、広報担当が「配信」の画面で決めてください",
            )


def _keep(ctx: Context, actor: Actor, path: Path, ready: _Ready) -> Submission:
    post, now = ready.post, ctx.clock.now()
    media = {m.sha256: m for v in ready.bundle.variants for m in v.media}
    # Pictures are kept by their hash: the same picture in four channels and five submissions is one row.
    blobs = [Blob.objects.get_or_create(sha256=sha, defaults={"data": m.data})[0] for sha, m in media.items()]
    submission = Submission.objects.create(
        identity=post.identity,
        path=ctx.relative(path),
        title=Plain(SOCIAL).line(post.title),
        author=post.author.key,
        department=post.author.department,
        measure=post.measure,
        needs_confirmation=post.author.role == "trainee",
        submitted_by=actor.person,
        submitted_at=now,
        bundle=ready.bundle.canonical,
        digest=ready.bundle.digest,
        # The whole file: it tells a renamed post from a new one, and can be written on when the branch has lost it.
        source=post.source.text,
        # The hashes of the files, so that "has it changed?" needs no rendering while they are equal (ADR 2).
        inputs=ready.inputs,
        findings=[f.as_json() for f in ready.findings],
        publish_at=post.publish,
        slot=post.slot,
        expires_at=post.expires,
        channels=[v.channel for v in ready.bundle.variants],
        tags=sorted({*post.hashtags, *(tag for own in post.overrides.values() for tag in own.hashtags or ())}),
        issue=ready.bundle.wish.get("issue", ""),
    )
    submission.blobs.set(blobs)
    audit.record(now, actor.person, "submit", f"submission:{submission.id}", digest=submission.digest)
    return submission
