"""Deciding on a submission: confirm, endorse, approve, return; and who may see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Q

from bot.errors import ConfigError, NotAllowed, NotFound, ScheduleError, StaleApproval
from bot.language import say
from bot.services.delivery import foresight, scheduling, workers
from bot.services.delivery.stale import void_if_changed
from bot.services.files.freshness import origin, require_fresh
from bot.services.paper import column, errata
from bot.services.people import hands, registered
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_submission
from bot.store.models import Comment, Decision, Delivery, Submission, User
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_QUEUE, SubmissionState
from bot.workflow.transitions import Action


def find(submission_id: int) -> Submission:
    try:
        return Submission.objects.get(id=submission_id)
    except Submission.DoesNotExist:
        raise _no_such(submission_id) from None


def _no_such(submission_id: int) -> NotFound:
    return NotFound(
        f"no submission {submission_id}",
        summary=say("申請 {submission_id} はありません", submission_id=submission_id),
        next_step="承認待ちの一覧で番号を確かめてください",
    )


def readable(ctx: Context, actor: Actor) -> Q:
    """The submissions a person may see. Authors see their own; leaders what may need their 確認; a department's head what
    comes from the department; the office sees all."""
    # A key's scopes are acts (TOKEN_SCOPES); what its person may see is said by the role alone.
    if replace(actor, scopes=None).may(Permission.READ_ALL):
        return Q()
    own = Q(author=actor.person) | Q(submitted_by=actor.person)
    # A leader who is nobody's head must not read what other departments write before it is public.
    account = User.objects.filter(username=actor.person).first()
    headed = Q(department__in=account.heads if account else [])
    where = registered.departments_to_confirm(ctx, actor)
    trainees = Q(needs_confirmation=True) & (Q() if where is None else Q(department__in=where))
    return own | headed | trainees


def reads(ctx: Context, user: User, submission: Submission) -> bool:
    """What `readable` says of one submission, asked for a person without another look at the database."""
    if user.actor.may(Permission.READ_ALL) or user.username in (submission.author, submission.submitted_by):
        return True
    where = registered.confirms_for(ctx, user)
    trainee = submission.needs_confirmation and (where is None or submission.department in where)
    return submission.department in user.heads or trainee


def readable_by(ctx: Context, actor: Actor, submission_id: int) -> Submission:
    """Raises NotFound for what does not exist and for what this person may not see, both alike."""
    # "Not allowed" would tell that the number exists, and numbers count what other departments hand in.
    found = Submission.objects.filter(readable(ctx, actor), id=submission_id).first()
    if found is None:
        raise _no_such(submission_id)
    return found


def deadline(ctx: Context, submission: Submission) -> datetime | None:
    """The last moment at which an approval can still lead to a delivery; None if the author set no limit. While the rules
    cannot be read, nothing is granted beyond the wished time."""
    # The grace is the time by which a delivery may be late; an approval within it can still be sent.
    planned = submission.publish_at + _grace(ctx) if submission.publish_at else None
    return min((moment for moment in (planned, submission.expires_at) if moment), default=None)


def _grace(ctx: Context) -> timedelta:
    try:
        return ctx.written.grace
    except ConfigError:
        return timedelta(0)


def confirm(ctx: Context, actor: Actor, submission_id: int, seen_digest: str) -> None:
    """A leader's look at a trainee's post, in the same department unless the city wants it otherwise."""
    actor.require(Permission.CONFIRM)
    submission = readable_by(ctx, actor, submission_id)
    if not may_confirm(ctx, actor, submission):
        raise NotAllowed(
            "another department's trainee",
            summary="研修中の職員の原稿を確認できるのは、同じ課のリーダーか発信管理者です",
            next_step=say("{department}のリーダーに頼んでください", department=submission.department),
        )
    hands.require_none(actor.person, submission, "確認")
    _require_seen(ctx, submission, seen_digest)
    with transaction.atomic():
        decide(ctx, actor, submission, Action.CONFIRM)


def may_confirm(ctx: Context, actor: Actor, submission: Submission) -> bool:
    """Whether it is in the departments whose trainees this person looks after."""
    where = registered.departments_to_confirm(ctx, actor)
    return where is None or submission.department in where


def heads_missing(submission: Submission) -> list[str]:
    """The department's heads, one of whose 確認 is still missing; empty if none is. What its only head had a hand in goes
    straight to the PR office."""
    if submission.decisions.filter(action=Action.ENDORSE).exists():
        return []
    involved = hands.contributors(submission)
    return [head for head in registered.heads_of(submission.department) if head not in involved]


def endorse(ctx: Context, actor: Actor, submission_id: int, seen_digest: str) -> None:
    """The department head (発信管理者) has looked at it."""
    actor.require(Permission.CONFIRM)
    submission = readable_by(ctx, actor, submission_id)
    if actor.person not in heads_missing(submission):
        raise NotAllowed(
            "not the head of this department, or done already",
            summary="所属長の確認は、いまはできません",
            next_step="画面を開き直し、だれの確認を待っているかを確かめてください",
        )
    _require_seen(ctx, submission, seen_digest)
    with transaction.atomic():
        decide(ctx, actor, submission, Action.ENDORSE)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an officer may add to an approval. `at` replaces the wished time; where that has passed, `late` says what is to
    become of it ("now": out at once, "next": the next free slot). `shown` are the times that the page showed, as
    `foresight.written` has them ("" where none were shown). `reference` is the number in the office's own
    files (決裁番号); `on_behalf_of` is the person in whose absence it is decided (代決)."""

    at: datetime | None = None
    late: Literal["", "now", "next"] = ""
    shown: str = ""
    reference: str = ""
    on_behalf_of: str = ""


def approve(ctx: Context, actor: Actor, submission_id: int, seen_digest: str, terms: Terms | None = None) -> list[Delivery]:
    """Approve exactly the bytes of `seen_digest`, and plan their deliveries.

    Raises NotAllowed for whoever had a hand in it, StaleApproval if the content is no longer what was seen,
    ScheduleError if the wished time cannot be met.
    """
    terms = terms or Terms()
    actor.require(Permission.DECIDE)
    submission = find(submission_id)
    require_decidable(ctx, actor, submission, seen_digest, terms)
    with transaction.atomic():
        decide(ctx, actor, submission, Action.APPROVE, reference=terms.reference, on_behalf_of=terms.on_behalf_of)
        if submission.correction:
            errata.follow(ctx, actor, submission)
        else:
            column.take_in(ctx, submission)
        # In the same transaction: an approval whose time cannot be met is no approval, and nothing of it stays.
        made = scheduling.create(ctx, submission, terms.at, next_slot=terms.late == "next")
        if terms.at is None and not terms.late:
            foresight.require_seen(ctx, terms.shown, [(d.channel, d.due_at) for d in made if d.part == 0])
        workers.wake()
    return made


def require_decidable(ctx: Context, actor: Actor, submission: Submission, seen_digest: str, terms: Terms) -> None:
    """All that must hold before this person approves it, but for its time. Raises NotAllowed, StaleApproval, ScheduleError."""
    hands.require_none(actor.person, submission, "承認")
    if submission.needs_confirmation and submission.state == SubmissionState.SUBMITTED:
        raise NotAllowed(
            "trainee's post without confirmation",
            summary="研修中の職員の原稿は、リーダーの確認が先に要ります",
            next_step="リーダーに確認を頼んでください",
        )
    if heads := heads_missing(submission):
        raise NotAllowed(
            "without the head's endorsement",
            summary="所属長の確認が先に要ります",
            next_step=say(
                "{department}の所属長（{names}）に確認を頼んでください",
                department=submission.department,
                names="・".join(heads),
            ),
        )
    # 代決 is the approver's own decision with another's name beside it (ADR 9); the name must be of somebody who may decide.
    if terms.on_behalf_of:
        _require_decider(actor, terms.on_behalf_of, submission)
    _require_seen(ctx, submission, seen_digest)
    _require_choice(ctx, submission, terms)


def _require_choice(ctx: Context, submission: Submission, terms: Terms) -> None:
    """Nothing leaves within the second unless somebody asked for just that."""
    if foresight.is_late(ctx, submission) and terms.at is None and not terms.late:
        raise ScheduleError(
            "the wished time has passed",
            summary="希望の時刻を過ぎています。承認すると、すぐに出ます",
            next_step="すぐに出すか、次の空き枠にするか、別の時刻にするかを選んでください",
            field="when",
        )


def absent_deciders(actor: Actor, submission: Submission) -> list[str]:
    """The others who may decide on it, and so may be away."""
    # 代決 is the absent person's decision, and they look at it afterwards: it must be theirs to make.
    not_these = hands.contributors(submission) | {actor.person}
    others = User.objects.filter(is_active=True).exclude(username__in=not_these).order_by("username")
    return [user.username for user in others if user.actor.may(Permission.DECIDE)]


def _require_decider(actor: Actor, person: str, submission: Submission) -> None:
    if person not in absent_deciders(actor, submission):
        raise NotAllowed(
            "not someone who decides",
            summary="代決できるのは、承認の権限があり、この原稿に手を加えていない、ほかの人の不在のときだけです",
            next_step="代決の欄を選び直してください",
            field="on_behalf_of",
        )


def countersign(ctx: Context, actor: Actor, decision_id: int) -> None:
    """The person in whose absence it was approved has looked at it afterwards (後閲)."""
    actor.require(Permission.DECIDE)
    now = ctx.clock.now()
    decision = Decision.objects.select_related("submission").filter(id=decision_id).first()
    if decision is not None:
        hands.require_none(actor.person, decision.submission, "後閲")
    with transaction.atomic():
        # A conditional UPDATE, so that of two presses of the button one is recorded.
        open_ones = Decision.objects.filter(id=decision_id, on_behalf_of=actor.person, countersigned_at=None)
        if not open_ones.update(countersigned_at=now, countersigned_by=actor.person):
            raise NotAllowed(
                "nothing to countersign",
                summary="後閲できる代決がありません",
                next_step="だれの不在中の代決かを確かめてください",
            )
        submission = Decision.objects.get(id=decision_id).submission
        audit.record(now, actor.person, "countersign", f"submission:{submission.id}", digest=submission.digest)


def to_countersign(actor: Actor) -> list[Decision]:
    """What was approved in this person's absence and not looked at since, oldest first."""
    rows = Decision.objects.filter(on_behalf_of=actor.person, countersigned_at=None)
    return list(rows.select_related("submission").order_by("at"))


def return_(ctx: Context, actor: Actor, submission_id: int, reason: str, points: Collection[int] = ()) -> None:
    """Give it back to the author, with a reason; `points` are open comments on the post that they are to see to one by one."""
    actor.require(Permission.DECIDE)
    submission = find(submission_id)
    asked = _points(submission, points)
    if not reason.strip() and not asked:
        raise NotAllowed(
            "return without a reason",
            summary="差し戻しには理由が要ります",
            next_step="書いた人が直せるように、理由を書いてください",
            field="reason",
        )
    words = reason.strip() or f"{len(asked)}か所を、コメントのとおりに直してください"
    quoted = "".join(f"\n「{point.quote}」について：{point.body}" for point in asked)
    with transaction.atomic():
        decision = decide(ctx, actor, submission, Action.RETURN, words, told=quoted)
        Comment.objects.filter(id__in=[point.id for point in asked]).update(asked_in=decision)


def _points(submission: Submission, wanted: Collection[int]) -> list[Comment]:
    """In the order of the text. Raises NotAllowed for what is settled meanwhile, or is no comment on this post."""
    still_open = Comment.objects.filter(submission__identity=submission.identity, settled_at=None, id__in=wanted)
    found = list(still_open.order_by("part", "start", "id"))
    if len(found) != len(set(wanted)):
        raise NotAllowed(
            "not an open comment of this post",
            summary="選んだコメントの中に、もう対応済みのものがあります",
            next_step="残っているコメントから選び直してください",
            field="point",
        )
    return found


def expire(ctx: Context) -> int:
    """What was not approved in time becomes 期限切れ and never goes out late; returns the number."""
    now, count = ctx.clock.now(), 0
    for submission in Submission.objects.filter(state__in=sorted(IN_QUEUE)):
        last = deadline(ctx, submission)
        # A post approved after its time would go out late or never; its author is told and decides anew.
        if last is not None and last <= now:
            with transaction.atomic():
                move_submission(submission, Action.EXPIRE)
                audit.record(now, audit.SYSTEM, Action.EXPIRE, f"submission:{submission.id}", digest=submission.digest)
            count += 1
    return count


def _require_seen(ctx: Context, submission: Submission, seen_digest: str) -> None:
    # The digest comes from the page that the person looked at, so an approval is of those bytes and no others (ADR 2).
    if submission.digest != seen_digest or void_if_changed(ctx, submission):
        raise StaleApproval(
            f"submission {submission.id} is not what was seen",
            summary="見ていた内容と、いまの内容が違います",
            next_step="新しい申請を開いて、もう一度確かめてください",
        )
    require_fresh(ctx, origin(submission))  # unchanged as far as anybody knows; what cannot be read is not decided on


def decide(
    ctx: Context, actor: Actor, submission: Submission, action: Action, reason: str = "", told: str = "", **noted: str
) -> Decision:
    """State, decision and audit entry in the caller's transaction. `told` follows the reason in the log."""
    now = ctx.clock.now()
    move_submission(submission, action)
    decision = Decision.objects.create(
        submission=submission, action=action, actor=actor.person, at=now, reason=reason, digest=submission.digest, **noted
    )
    # The reference and the absent person belong to the record that an auditor reads, not to the decision's row alone.
    detail = " ".join([reason + told, *(f"{name}={value}" for name, value in noted.items() if value)]).strip()
    audit.record(now, actor.person, action, f"submission:{submission.id}", digest=submission.digest, detail=detail)
    return decision


def waiting() -> list[Submission]:
    """The queue: what awaits a decision, oldest first."""
    return list(Submission.objects.filter(state__in=sorted(IN_QUEUE)).order_by("submitted_at", "id"))
