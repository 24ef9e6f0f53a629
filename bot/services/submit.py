"""Handing a post in: check, render, keep the bytes, put it in the queue. And noticing that a file has changed since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from bot.checks import registry as checks
from bot.checks.finding import Finding
from bot.checks.rule import Subject
from bot.content.post import Post
from bot.errors import BotError, NotAllowed, StaleApproval
from bot.render.bundle import render
from bot.render.plain import SOCIAL, Plain
from bot.render.variant import Bundle
from bot.services import audit, plan
from bot.services.context import Context
from bot.services.transition import move_submission
from bot.store.models import Blob, Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import OCCUPIED, PENDING, SubmissionState
from bot.workflow.transitions import Act

OPEN = (SubmissionState.SUBMITTED, SubmissionState.CONFIRMED, SubmissionState.APPROVED)


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


@dataclass(frozen=True)
class _Ready:
    """A post that may be handed in, rendered."""

    post: Post
    bundle: Bundle
    inputs: str
    findings: list[Finding]


def submit(ctx: Context, actor: Actor, path: Path) -> Submission:
    """Put the post at `path` in the queue. The same content again gives back the submission that is there.

    Raises ContentError, NotReady, NotAllowed.
    """
    actor.require(Permission.SUBMIT)
    ready = _prepare(ctx, path)
    _require_own(actor, ready.post)
    with transaction.atomic():
        if (same := _same(ready)) is not None:
            Submission.objects.filter(id=same.id).update(path=ctx.relative(path))
            return same
        _require_unpublished(ready)
        for older in Submission.objects.filter(identity=ready.post.identity, state__in=OPEN):
            _make_stale(ctx, older, actor.person)
        return _keep(ctx, actor, path, ready)


def _prepare(ctx: Context, path: Path) -> _Ready:
    library, templates = ctx.library, ctx.templates
    post = library.read(path)
    findings = checks.check_post(Subject(post, ctx.specs, templates, library.city, library.indicators))
    if any(f.level == "error" for f in findings):
        raise NotReady(findings)
    return _Ready(post, render(post, ctx.specs, templates, library.city), inputs_hash(ctx, post), findings)


def _require_own(actor: Actor, post: Post) -> None:
    if actor.person != post.author.key and not actor.may(Permission.DECIDE):
        raise NotAllowed(
            f"{actor.person} is not the author {post.author.key}",
            summary="ほかの人の原稿は申請できません",
            next_step="原稿の author: に書かれた人が申請してください",
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
    if sent and sent >= {v.channel for v in ready.bundle.variants} - {"newsletter"}:
        raise NotAllowed(
            "already published",
            summary="この原稿はすでに配信されています",
            next_step="訂正や続報は、新しい原稿として書いてください",
        )


def _keep(ctx: Context, actor: Actor, path: Path, ready: _Ready) -> Submission:
    post, now = ready.post, ctx.clock.now()
    media = {m.sha256: m for v in ready.bundle.variants for m in v.media}
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
        source=post.source.text,
        inputs=ready.inputs,
        findings=[f.as_json() for f in ready.findings],
        publish_at=post.publish,
        slot=post.slot,
        expires_at=post.expires,
        channels=f",{','.join(v.channel for v in ready.bundle.variants)},",
    )
    submission.blobs.set(blobs)
    audit.record(now, actor.person, "submit", f"submission:{submission.id}", digest=submission.digest)
    return submission


def inputs_hash(ctx: Context, post: Post) -> str:
    """SHA-256 over every file that a post's texts and pictures are made from."""
    shared = [ctx.config.content_dir / name for name in ("people.yml", "city.yml", "strategy/indicators.yml")]
    templates = [ctx.config.templates_dir / "posts" / f"{channel}.txt" for channel in post.channels]
    total = hashlib.sha256()
    for path in (post.source.path, *(p.path for p in post.pictures), *shared, *templates):
        content = path.read_bytes() if path.is_file() else b""
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def require_fresh(ctx: Context, submission: Submission) -> None:
    """Raises StaleApproval unless the files still give exactly what was submitted.

    A change of shared files that leaves this post's texts and pictures as they were does no harm.
    """
    try:
        post = ctx.library.read(ctx.absolute(submission.path))
        if inputs_hash(ctx, post) == submission.inputs:
            return
        library = ctx.library
        current = render(post, ctx.specs, ctx.templates, library.city).digest
    except BotError:
        current = ""
    if current != submission.digest:
        raise StaleApproval(
            f"submission {submission.id} has changed",
            summary="申請のあとで原稿か画像が変わりました",
            next_step="いまの内容で申請し直してください。変わる前の承認は使えません",
        )


def void_if_changed(ctx: Context, submission: Submission) -> bool:
    """Void the submission, its approval and its pending deliveries if its files have changed; was it so?"""
    try:
        require_fresh(ctx, submission)
    except StaleApproval:
        with transaction.atomic():
            current = Submission.objects.select_for_update().get(id=submission.id)
            if current.state in OPEN:  # another channel's delivery may have found it out first
                _make_stale(ctx, current, audit.SYSTEM)
        return True
    return False


def sweep(ctx: Context) -> int:
    """Look at every open submission; how many were void?"""
    undecided = Submission.objects.filter(state__in=(SubmissionState.SUBMITTED, SubmissionState.CONFIRMED))
    scheduled = Submission.objects.filter(state=SubmissionState.APPROVED, deliveries__state__in=sorted(PENDING))
    return sum(void_if_changed(ctx, s) for s in (*undecided, *scheduled.distinct()))


def _make_stale(ctx: Context, submission: Submission, actor: str) -> None:
    move_submission(submission, Act.CHANGE)
    plan.cancel_pending(submission, "原稿が変わったため取り消し")
    audit.record(ctx.clock.now(), actor, Act.CHANGE, f"submission:{submission.id}", digest=submission.digest)
