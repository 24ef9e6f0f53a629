"""Taking a submission back. What is out cannot be taken back: withdrawing ends what is still open and names the rest;
see ADR 31."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from bot.errors import NotAllowed
from bot.language import say
from bot.newsletter.arrangement import issue_name
from bot.services.approval import review
from bot.services.delivery import scheduling
from bot.services.paper import layout
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.store.newsletter import SignOff
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_DOUBT, LABELS, DeliveryState, SubmissionState
from bot.workflow.transitions import Action

_OUT = IN_DOUBT | {DeliveryState.PUBLISHED, DeliveryState.PUBLISHING}


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """What became of it: `ended` deliveries were cancelled; `stands` says what is out or may be, channel by channel; `paper` is
    the name of the issue that goes on holding its text. Where nothing stands, all of it is withdrawn."""

    ended: int
    stands: tuple[str, ...]
    paper: str

    @property
    def told(self) -> str:
        """For people."""
        if not self.stands:
            return say("取り下げました。")
        rest = say("すでに出ているため、次のものは取り下げていません：{stands}。", stands="、".join(self.stands))
        ended = say("まだ出ていない{count}件を取り消しました。", count=self.ended) if self.ended else ""
        return f"{ended}{rest}{self.about_paper}{_then()}"

    @property
    def about_paper(self) -> str:
        return (
            say("{issue}の紙面の文は残しています。外すかどうかは広報担当が決めます。", issue=self.paper) if self.paper else ""
        )


def _then() -> str:
    return say("消すときは「経過」の画面で「配信先から消す」を、直すときは訂正を選んでください。")


def withdraw(ctx: Context, actor: Actor, submission_id: int) -> Withdrawal:
    """Take a submission back: what has not begun to go out is cancelled. Raises NotAllowed where all of it is out."""
    actor.require(Permission.WITHDRAW)
    return take_back(ctx, actor, review.readable_by(ctx, actor, submission_id))


def take_back(ctx: Context, actor: Actor, submission: Submission) -> Withdrawal:
    """`withdraw` of one whose being there is no news to the person."""
    actor.require(Permission.WITHDRAW)
    # The office may withdraw for others, as a post may have to be stopped while its author is away.
    if not actor.may(Permission.DECIDE) and actor.person not in (submission.author, submission.submitted_by):
        raise NotAllowed(
            "not one's own submission",
            summary="ほかの人の申請は取り下げられません",
            next_step="書いた人か広報担当に頼んでください",
        )
    with transaction.atomic():
        # First: what is not cancelled by now has begun, whatever a publisher does meanwhile.
        ended = scheduling.cancel_pending(submission, "申請が取り下げられたため")
        done = Withdrawal(ended=ended, stands=_stands(ctx, submission), paper=_paper(submission))
        if submission.state != SubmissionState.APPROVED or not done.stands:
            review.decide(ctx, actor, submission, Action.WITHDRAW)
            return Withdrawal(ended=ended, stands=(), paper="")
        _require_open(submission, done)
        review.decide(ctx, actor, submission, Action.CLOSE, f"{'、'.join(done.stands)}。{done.about_paper}")
    return done


def _require_open(submission: Submission, done: Withdrawal) -> None:
    """What is in flight or in doubt may yet be refused, and then must not be tried again; so it is open, too."""
    rows = submission.deliveries.filter(state__in=sorted(_OUT))
    if not done.ended and all(row.state == DeliveryState.PUBLISHED for row in rows):
        raise NotAllowed(
            "all of it is out",
            summary=say("すでに出ているため、取り下げられません：{stands}", stands="、".join(done.stands)),
            next_step=_then().rstrip("。"),
        )


def _stands(ctx: Context, submission: Submission) -> tuple[str, ...]:
    """A channel each, with the address of its first post or what is known of it; and the issues that are with the printer."""
    rows = Delivery.objects.filter(submission=submission, state__in=sorted(_OUT)).order_by("channel", "part")
    shown = {row.channel: row for row in reversed(rows)}
    posts = [f"{ctx.spec(key).label}（{row.url or LABELS[DeliveryState(row.state)]}）" for key, row in sorted(shown.items())]
    released = SignOff.objects.filter(submissions=submission).values_list("issue", flat=True).distinct().order_by("issue")
    return (*posts, *(say("{issue}（校了済み）", issue=issue_name(issue)) for issue in released))


def _paper(submission: Submission) -> str:
    """The issue of the paper that is not released and holds its text."""
    printed = SignOff.objects.filter(submissions=submission).exists()
    return issue_name(submission.issue) if layout.CHANNEL in submission.channels and submission.issue and not printed else ""
