"""Deciding on a submission: confirm, approve, return, withdraw."""

from __future__ import annotations

from django.db import transaction

from bot.errors import NotAllowed, NotFound, StaleApproval
from bot.services import audit, fleet, plan
from bot.services.context import Context
from bot.services.submit import void_if_changed
from bot.services.transition import move_submission
from bot.store.models import Decision, Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_QUEUE, SubmissionState
from bot.workflow.transitions import Act


def find(submission_id: int) -> Submission:
    try:
        return Submission.objects.get(id=submission_id)
    except Submission.DoesNotExist:
        raise NotFound(
            f"no submission {submission_id}",
            summary=f"申請 {submission_id} はありません",
            next_step="承認待ちの一覧で番号を確かめてください",
        ) from None


def may_read(actor: Actor, submission: Submission) -> bool:
    """Authors see their own; leaders see what may need their 確認; the office sees all."""
    return (
        actor.may(Permission.READ_ALL)
        or actor.person in (submission.author, submission.submitted_by)
        or (actor.may(Permission.CONFIRM) and submission.needs_confirmation)
    )


def confirm(ctx: Context, actor: Actor, submission_id: int, seen_digest: str) -> None:
    """A leader's look at a trainee's post."""
    actor.require(Permission.CONFIRM)
    submission = find(submission_id)
    _require_other(actor, submission, "確認")
    _require_seen(ctx, submission, seen_digest)
    with transaction.atomic():
        _decide(ctx, actor, submission, Act.CONFIRM)


def approve(ctx: Context, actor: Actor, submission_id: int, seen_digest: str) -> list[Delivery]:
    """Approve exactly the bytes of `seen_digest`, and plan their deliveries.

    Raises NotAllowed for the author and the submitter, StaleApproval if the content is no longer what was seen,
    ScheduleError if the wished time cannot be met.
    """
    actor.require(Permission.DECIDE)
    submission = find(submission_id)
    _require_other(actor, submission, "承認")
    if submission.needs_confirmation and submission.state == SubmissionState.SUBMITTED:
        raise NotAllowed(
            "trainee's post without confirmation",
            summary="研修中の職員の原稿は、リーダーの確認が先に要ります",
            next_step="リーダーに確認を頼んでください",
        )
    _require_seen(ctx, submission, seen_digest)
    with transaction.atomic():
        _decide(ctx, actor, submission, Act.APPROVE)
        made = plan.create(ctx, submission)
        fleet.wake()
    return made


def return_(ctx: Context, actor: Actor, submission_id: int, reason: str) -> None:
    """Give it back to the author, with a reason."""
    actor.require(Permission.DECIDE)
    submission = find(submission_id)
    if not reason.strip():
        raise NotAllowed(
            "return without a reason",
            summary="差し戻しには理由が要ります",
            next_step="書いた人が直せるように、理由を書いてください",
        )
    with transaction.atomic():
        _decide(ctx, actor, submission, Act.RETURN, reason.strip())


def withdraw(ctx: Context, actor: Actor, submission_id: int) -> None:
    """Take a submission back; what has not begun to go out is cancelled."""
    actor.require(Permission.WITHDRAW)
    submission = find(submission_id)
    if not actor.may(Permission.DECIDE) and actor.person not in (submission.author, submission.submitted_by):
        raise NotAllowed(
            "not one's own submission",
            summary="ほかの人の申請は取り下げられません",
            next_step="書いた人か広報担当に頼んでください",
        )
    with transaction.atomic():
        _decide(ctx, actor, submission, Act.WITHDRAW)
        plan.cancel_pending(submission, "申請が取り下げられたため")


def expire(ctx: Context) -> int:
    """What was not approved in time becomes 期限切れ, never late; how many?"""
    now, count = ctx.clock.now(), 0
    for submission in Submission.objects.filter(state__in=sorted(IN_QUEUE)):
        last = min((t for t in (submission.publish_at, submission.expires_at) if t), default=None)
        if last is not None and last + ctx.rules.grace <= now:
            with transaction.atomic():
                move_submission(submission, Act.EXPIRE)
                audit.record(now, audit.SYSTEM, Act.EXPIRE, f"submission:{submission.id}", digest=submission.digest)
            count += 1
    return count


def _require_other(actor: Actor, submission: Submission, act: str) -> None:
    if actor.person in (submission.author, submission.submitted_by):
        raise NotAllowed(
            "author and approver are the same person",
            summary=f"自分が書いた原稿や自分が申請した原稿は{act}できません",
            next_step="ほかの担当者に頼んでください",
        )


def _require_seen(ctx: Context, submission: Submission, seen_digest: str) -> None:
    if submission.digest != seen_digest or void_if_changed(ctx, submission):
        raise StaleApproval(
            f"submission {submission.id} is not what was seen",
            summary="見ていた内容と、いまの内容が違います",
            next_step="新しい申請を開いて、もう一度確かめてください",
        )


def _decide(ctx: Context, actor: Actor, submission: Submission, act: Act, reason: str = "") -> None:
    """State, decision and audit entry in the caller's transaction."""
    now = ctx.clock.now()
    move_submission(submission, act)
    Decision.objects.create(submission=submission, act=act, actor=actor.person, at=now, reason=reason, digest=submission.digest)
    audit.record(now, actor.person, act, f"submission:{submission.id}", digest=submission.digest, detail=reason)


def waiting() -> list[Submission]:
    """The queue: what awaits a decision, oldest first."""
    return list(Submission.objects.filter(state__in=sorted(IN_QUEUE)).order_by("submitted_at", "id"))


def decided(limit: int) -> list[Submission]:
    """What left the queue last, newest first."""
    return list(Submission.objects.exclude(state__in=sorted(IN_QUEUE)).order_by("-id")[:limit])
