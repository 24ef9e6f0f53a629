"""Handing a post in: check, render, keep the bytes, put it in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from bot.checks import consents, timing
from bot.checks import registry as checks
from bot.checks.finding import Finding
from bot.content.post import Post
from bot.errors import BotError, NotAllowed
from bot.language import say
from bot.render.bundle import Drawings, render
from bot.render.plain import SOCIAL, Plain
from bot.render.variant import Bundle, Media, drawings
from bot.services.approval import suggestions
from bot.services.approval.subject import subject
from bot.services.delivery import corrections, replanning, series, threads
from bot.services.delivery.stale import make_stale
from bot.services.files import freshness
from bot.services.people import hands, registered
from bot.services.records import audit, pictures
from bot.services.records.context import Context
from bot.store import wording
from bot.store.models import Blob, Delivery, Submission, User
from bot.workflow.actors import Actor, Permission, Role
from bot.workflow.kinds import Kind
from bot.workflow.states import IN_QUEUE, OCCUPIED, OPEN, PENDING

_INDICATORS, _CHARTS = "strategy/indicators.yml", "strategy/charts.yml"


class NotReady(BotError):
    """The post has findings of level "error"; it was not handed in."""

    def __init__(self, findings: list[Finding]) -> None:
        errors = [f for f in findings if f.level == "error"]
        super().__init__(
            f"{len(errors)} findings",
            summary=say("直すところが{count}件あるため、申請できません", count=len(errors)),
            next_step="dxbot check で場所を確かめて直してください",
        )
        self.findings = findings


class AlreadyPublished(NotAllowed):
    """The post is out on every channel it asks for; nothing that is done to its file brings it out again."""


@dataclass(frozen=True)
class _Ready:
    """A post that may be handed in, rendered. `untimely`: why its wished time cannot be met; `unusable`: which of its pictures
    must not be shown then."""

    post: Post
    bundle: Bundle
    inputs: dict[str, str]
    findings: list[Finding]
    untimely: list[Finding]
    unusable: list[Finding]


@dataclass(frozen=True, kw_only=True)
class _Origin:
    """Where a submission comes from."""

    path: str
    commit: str
    hands: hands.Hands
    author: User

    @property
    def told(self) -> str:
        """For the audit log: the road, the commit, and everybody who had a hand in it."""
        people = sorted({person for hand in self.hands.hands for person in hand.people})
        named = {"road": self.hands.road, "commit": self.commit, "hands": ",".join(people)}
        return " ".join(f"{name}={value}" for name, value in named.items() if value)


def submit(ctx: Context, actor: Actor, path: Path, commit: str = "") -> Submission:
    """Put the post at `path` in the queue. The same content again gives back the submission that is there; where it is approved
    and did not go out, it is planned again. `commit` is the one by which it came, "" for none.

    Raises ContentError, NotReady, NotAllowed, ScheduleError.
    """
    actor.require(Permission.SUBMIT)
    _require_inside(ctx, path)
    # Reading, checking and rendering take long and touch no row, so they come before the transaction.
    ready = _prepare(ctx, path)
    author = registered.account(ready.post.author.key)
    _require_own(actor, author.username)
    _require_confirmer(ctx, author)
    _require_office(actor, ready.post)
    _require_owner(actor, ready.post.identity, author.username)
    with transaction.atomic():
        if (same := _same(ready)) is not None:
            _require_no_half(ready.post.identity)
            _refresh(ctx, same, path, ready)
            replanning.plan_again(ctx, actor, same)
            return same
        suggestions.take_note(ctx, actor, ready.post.identity, ctx.relative(path), ready.post.source.text)
        found = hands.of_post(ctx, ready.post.identity, _made_of(ctx, ready.post))
        if ready.post.correction:
            corrections.require_fit(ctx, ready.bundle, ready.post.correction)
        else:
            _require_unpublished(ready)
        series.require_own_part(ready.post)
        if not ready.post.correction:  # which goes out when it is approved
            _require_none(ready.untimely)
        _require_none(ready.unusable)
        # One post has one open submission: an approval of the older text must not send it beside the new one (ADR 2).
        for older in Submission.objects.filter(identity=ready.post.identity, state__in=OPEN):
            make_stale(ctx, older, actor.person)
        return _keep(ctx, actor, _Origin(path=ctx.relative(path), commit=commit, hands=found, author=author), ready)


def _made_of(ctx: Context, post: Post) -> list[str]:
    """The files whose writers write this post. A figure's name and unit are words of the text, too."""
    charts = [_CHARTS] if post.pictures != post.files else []
    return [*freshness.own_files(ctx, post), *charts, *([_INDICATORS] if charts or "indicator" in post.source.text else [])]


def _refresh(ctx: Context, same: Submission, path: Path, ready: _Ready) -> None:
    """What will be shown is the same; where the file lies, and what the author says to the checks, may have changed."""
    found = [f.as_json() for f in ready.findings]
    # No new submission and no new decision: neither the path nor an answer to a check is part of the digest.
    Submission.objects.filter(id=same.id).update(path=ctx.relative(path), inputs=ready.inputs, findings=found)
    if same.state in IN_QUEUE:
        # A blank line changes nothing that is shown; who wrote it has had a hand in it all the same.
        # Under the path that it had, too: what was accepted of it there was counted there.
        now = hands.of_post(ctx, same.identity, [*_made_of(ctx, ready.post), same.path], same=same)
        Submission.objects.filter(id=same.id).update(hands=hands.as_kept(now), edits_upto=now.upto)


def _prepare(ctx: Context, path: Path) -> _Ready:
    library, templates = ctx.library, ctx.templates
    post = library.read(path)
    found = checks.check_post(subject(ctx, post))
    # Kept out of the stored findings: a stored answer about a time would soon be wrong (ADR 11).
    untimely = [f for f in found if f.rule in timing.IDS]
    unusable = [f for f in found if f.rule in consents.IDS]
    findings = [f for f in found if f.rule not in timing.IDS | consents.IDS]
    if any(f.level == "error" for f in findings):
        raise NotReady(found)
    bundle = render(post, ctx.specs, templates, library.city, _drawn(post))
    return _Ready(post, bundle, freshness.inputs(ctx, post), findings, untimely, unusable)


def _drawn(post: Post) -> Drawings:
    """The charts of this post that were handed in already: the same readings are the same picture, whoever draws (ADR 40)."""
    if post.pictures == post.files:
        return Drawings()
    newest = Submission.objects.filter(identity=post.identity).order_by("-id").values_list("bundle", flat=True).first()
    return Drawings(known=drawings(newest) if newest else {})


def _require_none(found: list[Finding]) -> None:
    """Asked last: of what is in the queue or out already, the same may be handed in again and again, and its time passes."""
    if found:
        raise NotReady(found)


def _require_own(actor: Actor, author: str) -> None:
    if actor.person == author or actor.may(Permission.DECIDE):
        return
    # An operator has said so in the accounts: being colleagues gives nobody the right.
    if author not in registered.account(actor.person).submits_for:
        raise NotAllowed(
            f"{actor.person} is not the author {author}",
            summary="ほかの人の原稿は申請できません",
            next_step="原稿の author: に書かれた人が申請するか、運用担当に「代わりに申請する相手」に登録してもらってください",
        )


def _require_office(actor: Actor, post: Post) -> None:
    """What passes a disaster's stop, and the night, is written by those who answer for it."""
    if post.emergency and not actor.may(Permission.DECIDE):
        raise NotAllowed(
            "an emergency text of somebody else",
            summary="緊急の投稿（emergency: true）は、広報担当だけが申請できます",
            next_step="急ぐことは、広報担当に電話で伝えてください",
        )


def _require_confirmer(ctx: Context, author: User) -> None:
    """A trainee's post that nobody may confirm would wait in the queue until its time has passed."""
    if author.role == Role.TRAINEE and not registered.confirmers(ctx, author.department) - {author.username}:
        raise NotAllowed(
            f"nobody may confirm {author.username}",
            summary=say("研修中の職員の原稿を確認できる人が、{department}にいません", department=author.department),
            next_step="同じ課のリーダーか発信管理者の登録を、運用担当に頼んでください",
        )


def _require_inside(ctx: Context, path: Path) -> None:
    """Resolved first: a link in the folder must not bring a file of the server into the queue."""
    if not path.resolve().is_relative_to(ctx.config.content_dir.resolve()):
        raise NotAllowed(
            "a file outside the content folder",
            summary="原稿の置き場の外にあるファイルは申請できません",
            next_step=say("{content_dir} の posts/ に置いてから、申請してください", content_dir=ctx.config.content_dir),
        )


def _require_owner(actor: Actor, identity: str, author: str) -> None:
    """A post is its first author's until an officer hands it over: with its id in a file of one's own, anybody could void what
    was approved, and read what was said of it."""
    last = Submission.objects.filter(identity=identity).order_by("-id").values_list("author", flat=True).first()
    if last is not None and last != author and not actor.may(Permission.DECIDE):
        raise NotAllowed(
            f"{identity} is another author's",
            summary="この id の原稿は、ほかの人が書いたものとして申請されています",
            next_step="別の原稿なら id: を dxbot new で作ったものに変え、引き継ぐときは広報担当に申請を頼んでください",
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
            next_step="誤りを直すときは、原稿の先頭に correction: を書いて訂正として申請し、続報は新しい原稿にしてください",
        )


def _require_no_half(identity: str) -> None:
    """A thread of which only a part is out is no new post's matter, but a decision of the office."""
    halves = threads.broken(Delivery.objects.filter(identity=identity))
    for half in halves:
        if not half.left and not half.going_down:
            raise AlreadyPublished(
                "half a thread is out",
                summary=say("この原稿は{label}です", label=half.label),
                next_step="続きを出すか、削除するか、このままにするかを、広報担当が「配信」の画面で決めてください",
            )


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _keep(ctx: Context, actor: Actor, origin: _Origin, ready: _Ready) -> Submission:
    post, now = ready.post, ctx.clock.now()
    media = {m.sha256: m for v in ready.bundle.variants for m in v.media}
    # Pictures are kept by their hash: the same picture in four channels and five submissions is one row.
    blobs = [_blob(m) for m in media.values()]
    submission = Submission.objects.create(
        identity=post.identity,
        path=origin.path,
        title=Plain(SOCIAL).line(post.title),
        author=post.author.key,
        # By the account, not by people.yml: whose head and whose leaders look at it follows from them (ADR 20).
        department=origin.author.department or post.author.department,
        measure=post.measure,
        needs_confirmation=origin.author.role == Role.TRAINEE,
        submitted_by=actor.person,
        submitted_at=now,
        road=origin.hands.road,
        commit=origin.commit,
        hands=hands.as_kept(origin.hands),
        edits_upto=origin.hands.upto,
        version=corrections.version(post.identity, post.correction),
        correction=post.correction.as_json() if post.correction else None,
        bundle=ready.bundle.canonical,
        digest=ready.bundle.digest,
        # The whole file: it tells a renamed post from a new one, and can be written on when the branch has lost it.
        source=post.source.text,
        # The hashes of the files, so that "has it changed?" needs no rendering while they are equal (ADR 2).
        inputs=ready.inputs,
        findings=[f.as_json() for f in ready.findings],
        # A correction still has the times of what it corrects.
        publish_at=None if post.correction and _is_past(post.publish, now) else post.publish,
        slot=post.slot,
        expires_at=None if post.correction and _is_past(post.expires, now) else post.expires,
        channels=[v.channel for v in ready.bundle.variants],
        kind=Kind.EMERGENCY if post.emergency else Kind.PUBLICATION,
        tags=sorted({*post.hashtags, *post.tags, *(tag for own in post.overrides.values() for tag in own.hashtags or ())}),
        series=post.series.name if post.series else "",
        series_part=post.series.part if post.series else 0,
        important=post.important,
        issue=ready.bundle.wish.get("issue", ""),
    )
    submission.blobs.set(blobs)
    wording.keep([(submission.id, submission.title, submission.source)])
    pictures.register(ctx, submission, post, ready.inputs)
    audit.record(now, actor.person, "submit", f"submission:{submission.id}", digest=submission.digest, detail=origin.told)
    return submission


def _blob(media: Media) -> Blob:
    """A chart that was drawn for an earlier submission of this post has its bytes there, and none here."""
    if not media.data:
        return Blob.objects.get(sha256=media.sha256)
    return Blob.objects.get_or_create(sha256=media.sha256, defaults={"data": media.data})[0]
