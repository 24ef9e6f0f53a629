"""A person's first page: what waits for them, what goes out today, and what they should know before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Max, QuerySet

from bot.errors import BotError, ConfigError, FileError
from bot.language import say
from bot.newsletter.arrangement import said_issue
from bot.services.approval import returned, review
from bot.services.delivery import pause, timekeeper
from bot.services.handing_in import drafts, one_set, push, yearly
from bot.services.pages import connections, health, overview, queue
from bot.services.paper import layout
from bot.services.records.context import Context
from bot.store.drafts import Draft, YearlyDraft
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import NEVER_OUT, DeliveryState

FEW = 5  # lines of each list: one glance, no scrolling
_UNTOLD = timedelta(days=183)  # half a year
_AHEAD = timedelta(days=62)  # in which the next copy deadline is looked for


@dataclass(frozen=True, kw_only=True)
class Outing:
    """One post and the channels on which it goes out or went out: (label, time, state, address)."""

    submission: Submission
    channels: list[tuple[str, datetime, str, str]]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """`deadline` is the last moment for an approval, None without one."""

    submission: Submission
    deadline: datetime | None


@dataclass(frozen=True, kw_only=True)
class Idea:
    """A measure of which citizens have heard nothing for half a year; `since` is None for never."""

    number: str
    name: str
    since: date | None


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """`troubles` are sentences; `spent` is this month's, in US dollars, None where no channel asks a price."""

    troubles: list[str]
    spent: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Deadline:
    day: date
    names: list[str]


def waiting(ctx: Context, actor: Actor) -> tuple[int, list[Waiting]]:
    """How much waits for a decision, and the first of it: what has a deadline before what has none."""
    numbers = queue.waiting(ctx, actor, queue.Wanted())
    rows = [Waiting(submission=s, deadline=review.deadline(ctx, s)) for s in queue.rows(numbers[: FEW * 4])]
    rows.sort(key=lambda w: (w.deadline is None, w.deadline or w.submission.submitted_at))
    return queue.waiting_count(ctx, actor), rows[:FEW]


def outings(ctx: Context, actor: Actor) -> list[Outing]:
    """What goes out today, and what went out, by post."""
    begin = datetime.combine(ctx.clock.now().astimezone(ctx.config.timezone).date(), time(), ctx.config.timezone)
    found = overview.readable(ctx, actor).filter(part=0, due_at__gte=begin, due_at__lt=begin + timedelta(days=1))
    return _by_post(ctx, found.exclude(state__in=sorted(NEVER_OUT)).order_by("due_at", "id"))


def lately_out(ctx: Context, actor: Actor) -> list[Outing]:
    """What this person wrote and citizens can see, the newest first."""
    own = Delivery.objects.filter(submission__author=actor.person, part=0, state=DeliveryState.PUBLISHED)
    return _by_post(ctx, own.order_by("-published_at")[: FEW * 4])[:FEW]


def _by_post(ctx: Context, found: QuerySet[Delivery]) -> list[Outing]:
    posts: dict[int, Outing] = {}
    for d in overview.rows(found.values_list("id", flat=True)):
        outing = posts.setdefault(d.submission_id, Outing(submission=d.submission, channels=[]))
        outing.channels.append((ctx.spec(d.channel).label, d.published_at or d.due_at, d.state, d.url))
    return list(posts.values())


def next_deadline(ctx: Context) -> Deadline | None:
    """The paper's next copy deadline; None where there is no paper, or its file cannot be read."""
    if not layout.has_layout(ctx):
        return None
    try:
        known = layout.copy_deadlines(ctx, ctx.today, ctx.today + _AHEAD)
    except ConfigError:
        return None
    day = min((day for day in known if day >= ctx.today), default=None)
    return Deadline(day=day, names=[said_issue(issue) for issue in known[day]]) if day else None


def accounts(ctx: Context, actor: Actor) -> Accounts:
    rows = connections.rows(ctx, actor)
    troubles = [f"{row.spec.label}：{row.told.problem}" for row in rows if row.told and row.told.problem]
    troubles += [f"{row.spec.label}：{row.lane.problem}" for row in rows if row.lane and row.lane.closed_at]
    spent = [row.spent for row in rows if row.spent is not None]
    return Accounts(troubles=troubles, spent=sum(spent, start=Decimal(0)) if spent else None)


def ideas(ctx: Context) -> list[Idea]:
    """The measures that citizens have not heard of for longest; empty where the plan cannot be read."""
    try:
        measures = ctx.library.measures
    except FileError:
        return []
    out = Delivery.objects.filter(state=DeliveryState.PUBLISHED).exclude(published_at=None)
    told = dict(out.values_list("submission__measure").annotate(Max("published_at")))
    now, zone = ctx.clock.now(), ctx.config.timezone
    found = [
        Idea(number=number, name=name, since=told[number].astimezone(zone).date() if number in told else None)
        for number, name in measures.items()
        if number not in told or now - told[number] > _UNTOLD
    ]
    return sorted(found, key=lambda idea: (idea.since is not None, idea.since or date.min))[:FEW]


def returned_and_not_mended(ctx: Context, actor: Actor) -> list[returned.Returned]:
    """To their author with all that was asked; to the office as a list."""
    return returned.everybodys(review.readable(ctx, actor)) if actor.may(Permission.DECIDE) else returned.mine(actor)


def my_drafts(actor: Actor) -> list[Draft]:
    return list(drafts.mine(actor)[:FEW])


def yearly_to_come(ctx: Context) -> list[YearlyDraft]:
    """The yearly posts whose draft is made and not handed in."""
    return yearly.to_come(ctx.today)


def troubles(ctx: Context) -> list[str]:
    """What keeps the program from doing its work, in sentences: for the operator."""
    found = [] if (seen := health.publisher(ctx)).well else [_silence(seen)]
    found += [f"{clock.problem}" for clock in timekeeper.wrong(ctx.clock.now())]
    found += [f"{lane.name}：{lane.problem}" for lane in pause.closed_lanes()]
    found += "\n".join(filter(None, (push.standing(ctx), one_set.standing(ctx)))).splitlines()
    for read in (lambda: ctx.rules, lambda: ctx.library.city, lambda: ctx.library.people):
        try:
            read()
        except BotError as e:
            found.append(f"{e.summary}。{e.next_step}")
    return list(dict.fromkeys(found))


def _silence(seen: health.Health) -> str:
    if seen.why == "database":
        return say("データベースが答えません")
    if seen.age is None:
        return say("配信のプロセスが動いていません")
    return say("配信のプロセスが{seconds}秒のあいだ黙っています", seconds=round(seen.age))
