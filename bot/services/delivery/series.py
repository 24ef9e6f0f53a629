"""Posts in order: part 2 of a series never before part 1, on each channel that shows both.

What stands before a part is asked when a time is chosen, and by the gate once more. Of a part that will not come as things
stand (held, returned, cancelled, refused, not handed in) the later ones wait; a person says that they go on without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from bot.content.post import Post
from bot.errors import NotAllowed, ScheduleError
from bot.language import say
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import LABELS, OCCUPIED, OPEN, PENDING, DeliveryState, SubmissionState

_COMING = (PENDING - {DeliveryState.HELD}) | {DeliveryState.PUBLISHING, DeliveryState.UNKNOWN}
_OUT = OCCUPIED - PENDING


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """The part that has to come first, and is not out; `why` says what it is and how it stands. `due` is None where nobody
    knows when it comes."""

    why: str
    due: datetime | None = None


def ahead(ctx: Context, series: str, part: int, channel: str) -> Ahead | None:
    """What is to be waited for on this channel before this part; None for nothing."""
    for number in range(part - 1, 0, -1):
        found = list(_parts(series).filter(series_part=number).order_by("-id"))
        if not found:
            return Ahead(why=say("連載「{series}」の第{number}回が、まだ申請されていません", series=series, number=number))
        if channel in found[0].channels or _may_be_out(found, channel):
            return _ahead(ctx, [one for one in found if channel in one.channels], channel)
    return None


def _may_be_out(found: list[Submission], channel: str) -> bool:
    """Of a text before the newest, which may have left a channel out again."""
    return Delivery.objects.filter(submission__in=found, channel=channel, state__in=sorted(_OUT)).exists()


def _parts(series: str) -> QuerySet[Submission]:
    return Submission.objects.filter(series=series).defer("bundle", "source")


def _ahead(ctx: Context, found: list[Submission], channel: str) -> Ahead | None:
    """`found` are the submissions of one part, the newest first. Whichever of them is out stands for the part."""
    rows = list(Delivery.objects.filter(submission__in=found, channel=channel).order_by("-submission", "part"))
    by_submission = {one.id: [row for row in rows if row.submission_id == one.id] for one in found}
    if any(own and all(row.state == DeliveryState.PUBLISHED for row in own) for own in by_submission.values()):
        return None
    newest = found[0]
    left = [row for row in by_submission[newest.id] if row.state != DeliveryState.PUBLISHED]
    if not left or newest.state != SubmissionState.APPROVED:
        return Ahead(why=_said(newest, LABELS[SubmissionState(newest.state)]))
    state = DeliveryState(left[0].state)
    if state in _COMING:
        due = max(row.due_at for row in left)
        return Ahead(why=_said(newest, f"{LABELS[state]} {ctx.said(due)}"), due=due)
    return Ahead(why=_said(newest, LABELS[state]))


def _said(part: Submission, state: str) -> str:
    return say(
        "連載「{series}」の第{number}回「{title}」が、まだ出ていません（{state}）",
        series=part.series,
        number=part.series_part,
        title=part.title,
        state=state,
    )


def objection(ctx: Context, series: str, part: int, channel: str) -> str:
    """Why this part must not be shown on this channel now; "" if it may."""
    before = ahead(ctx, series, part, channel) if part > 1 else None
    return before.why if before else ""


def objection_at(ctx: Context, row: Delivery, moment: datetime) -> str:
    """Why a planned delivery will not go out at `moment`: the part before it is not out by then. "" where it may be."""
    if not follows(row) or (before := ahead(ctx, row.submission.series, row.submission.series_part, row.channel)) is None:
        return ""
    return before.why if before.due is None or before.due >= moment else ""


def waits_for(ctx: Context, row: Delivery) -> str:
    """The part before it that is not out, and how it stands; "" where it waits for none."""
    before = ahead(ctx, row.submission.series, row.submission.series_part, row.channel) if follows(row) else None
    return before.why if before else ""


def follows(row: Delivery) -> bool:
    """Is it one that waits for the part before it?"""
    return row.submission.series_part > 1 and row.part == 0 and not row.alone_by


def earliest(ctx: Context, submission: Submission, channel: str, *, alone: bool = False) -> datetime | None:
    """The moment after which it may be planned on this channel; None for any. Raises ScheduleError where the part before it
    will not come as things stand."""
    if submission.series_part < 2 or alone:
        return None
    before = ahead(ctx, submission.series, submission.series_part, channel)
    if before is None or before.due:
        return before.due if before else None
    raise ScheduleError(
        "the part before it will not come",
        summary=before.why,
        next_step="先に、前の回を承認するか、予定に戻してください。前の回を出さないときは、配信の時刻を変える画面で「前の回を待たない」"
        "を選ぶか、原稿の series: を直して申請し直してください",
    )


def go_alone(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """This part goes on without those before it. Nothing is sent by that: what is held is put back by a further act."""
    actor.require(Permission.PLAN)
    rows = Delivery.objects.filter(id=delivery_id, part=0, alone_by="", submission__series_part__gt=1)
    with transaction.atomic():
        if not rows.exclude(state__in=sorted(_OUT)).update(alone_by=actor.person):
            raise NotAllowed(
                f"delivery {delivery_id} follows nothing",
                summary="この配信は、連載の前の回を待っていません",
                next_step="画面を開き直して、いまの状態を確かめてください",
            )
        audit.record(ctx.clock.now(), actor.person, "go_alone", f"delivery:{delivery_id}")


def latest(submission: Submission, channel: str) -> Delivery | None:
    """The first of the later parts that is planned on this channel: it must stay behind."""
    if not submission.series_part:
        return None
    later = Q(submission__series=submission.series, submission__series_part__gt=submission.series_part, alone_by="")
    planned = Delivery.objects.filter(later, channel=channel, part=0, state__in=sorted(_COMING))
    return planned.select_related("submission").order_by("due_at").first()


def require(ctx: Context, submission: Submission, channel: str, moment: datetime, *, alone: bool = False) -> None:
    """Raises ScheduleError where `moment` is not after the part before it, or not before the part after it."""
    after = earliest(ctx, submission, channel, alone=alone)
    if after is not None and moment <= after:
        raise _disorder(say("連載の前の回（{time}）より後の時刻にしてください", time=ctx.said(after)))
    later = latest(submission, channel)
    if later is not None and moment >= later.due_at:
        told = say(
            "連載の第{number}回（{time}）より前の時刻にするか、先に第{number}回の時刻を変えてください",
            number=later.submission.series_part,
            time=ctx.said(later.due_at),
        )
        raise _disorder(told)


def _disorder(next_step: str) -> ScheduleError:
    return ScheduleError("out of order", summary="その時刻では、連載の順番が逆になります", next_step=next_step)


def require_own_part(post: Post) -> None:
    """Two posts cannot be one part. Raises NotAllowed."""
    if post.series is None:
        return
    others = _parts(post.series.name).filter(series_part=post.series.part).exclude(identity=post.identity)
    out = Q(deliveries__state__in=sorted(_OUT))
    other = others.filter(out | Q(state__in=sorted(OPEN))).order_by("-id").first()
    if other is not None:
        raise NotAllowed(
            f"part {post.series.part} is {other.identity}",
            summary=say(
                "連載「{series}」の第{number}回は、「{title}」がもう申請されています",
                series=other.series,
                number=other.series_part,
                title=other.title,
            ),
            next_step="原稿の series: の part: を別の番号にするか、新しい連載なら name: を変えてください",
        )
