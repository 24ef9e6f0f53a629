"""What goes out where, day by day, beside everything that keeps things from going out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeVar

from bot.errors import ConfigError
from bot.language import say
from bot.newsletter.arrangement import said_issue
from bot.schedule.opening import closed_reason, days_from
from bot.schedule.rules import Blackout, Rules
from bot.services.approval import review
from bot.services.delivery import blackouts, outlook, reasons, rule_words
from bot.services.files import spoilt
from bot.services.handing_in import one_set, push
from bot.services.pages import overview
from bot.services.paper import layout
from bot.services.records import office_rules
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_DOUBT, IN_QUEUE, LABELS, NEVER_OUT, PENDING, DeliveryState, SubmissionState

_T = TypeVar("_T")
_TROUBLED = NEVER_OUT | IN_DOUBT | {DeliveryState.HELD}
_OVER = frozenset({DeliveryState.PUBLISHED, DeliveryState.REMOVED})
_GRAVITY = ("published", "wished", "planned", "barred")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A delivery, or (kind "wish") what still waits for approval at the time its author asked for. `at` is local.
    `why` is what holds it, or will hold it at its time; `version` rises with every change: of a delivery it is the fence that
    a move is made for."""

    kind: Literal["delivery", "wish"]
    at: datetime
    title: str
    channel: str
    state: str
    label: str
    submission_id: int
    delivery_id: int = 0
    url: str = ""
    movable: bool = False
    version: int = 0
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post of a day with its channels, by time. `look` is the state that colours it: the gravest of theirs. `together` is
    the one time and state of all, None where they differ; `versions` are the fences of what may be moved, for a form."""

    entries: list[Entry]
    look: str
    together: Entry | None
    versions: str

    @property
    def first(self) -> Entry:
        return self.entries[0]


@dataclass(frozen=True, kw_only=True)
class Day:
    """`closed` says why nothing goes out ("" on an open day); `notes` are blackouts and the paper's copy deadlines."""

    date: date
    closed: str
    blackouts: list[str]
    deadlines: list[str]
    posts: list[Post]

    @property
    def movable(self) -> int:
        """How many posts of the day can be moved."""
        return sum(1 for post in self.posts if post.versions)


@dataclass(frozen=True, kw_only=True)
class Problems:
    """Why the calendar is not whole: `rules` cannot be read, and nothing goes out; the layout of the `paper` cannot; shared
    files of the content repository, or all that is new there, were `refused`, and older ones are in force; those that are read
    are `spoilt`."""

    rules: ConfigError | None
    paper: ConfigError | None
    refused: list[str]
    spoilt: tuple[str, ...]


def problems(ctx: Context, actor: Actor) -> Problems:
    refused = "\n".join(filter(None, (push.standing(ctx), one_set.standing(ctx)))) if actor.may(Permission.READ_ALL) else ""
    return Problems(
        rules=_problem(lambda: ctx.rules),
        paper=_problem(lambda: layout.layout(ctx)),
        refused=refused.splitlines(),
        spoilt=spoilt.lines(ctx) if actor.may(Permission.READ_ALL) else (),
    )


def _problem(read: Callable[[], object]) -> ConfigError | None:
    try:
        read()
    except ConfigError as e:
        return e
    return None


@dataclass(frozen=True, kw_only=True)
class Week:
    """What every week has, for people: its slots as (days and time, what of a closed day), how many posts a day may
    have, and the days that the file or the office makes closed or open ones, from today on."""

    slots: list[tuple[str, str]]
    per_day: list[str]
    changed: list[tuple[date, str]]


def week(ctx: Context) -> Week | None:
    """None while nobody can read the rules."""
    rules = _readable(lambda: ctx.rules)
    if rules is None:
        return None
    quiet = rules.quiet
    changed = [
        *quiet.holidays.items(),
        *((day, say("祝日ではない日（開庁日）")) for day in quiet.workdays),
        *((day, why or say("特別に出す日")) for day, why in quiet.special.items()),
    ]
    return Week(
        slots=[
            (rule_words.slot_time(ctx, slot), rule_words.slot_move(slot))
            for slot in sorted(rules.slots.values(), key=lambda slot: slot.at)
        ],
        per_day=[say("{label}は{most}件まで", label=ctx.spec(key).label, most=most) for key, most in rules.per_day.items()],
        changed=sorted(entry for entry in changed if entry[0] >= ctx.today),
    )


def days(ctx: Context, actor: Actor, first: date, count: int) -> list[Day]:
    """`count` days from `first` on, with what this person may see. While the files' rules cannot be read, what the office
    entered stands all the same."""
    start = datetime.combine(first, time(), ctx.config.timezone)
    end = start + timedelta(days=count)
    # The two sources are read apart: a slip in a file must not hide what the office has entered (ADR 14).
    stops, rules = office_rules.between(start, end), _readable(lambda: office_rules.over(ctx.written))
    if rules:
        stops = (*rules.blackouts, *stops)
        rules = replace(rules, blackouts=stops)
    found = sorted(entries(ctx, actor, start, end, rules), key=lambda e: (e.at, e.channel))
    deadlines = _readable(lambda: layout.copy_deadlines(ctx, first, first + timedelta(days=count - 1)))
    return [
        Day(
            date=day,
            closed=closed_reason(day, rules) if rules else "",
            blackouts=[_blackout(ctx, b) for b in stops if _covers(b, day, ctx)],
            deadlines=[say("{issue}の原稿締切", issue=said_issue(issue)) for issue in (deadlines or {}).get(day, ())],
            posts=by_post(e for e in found if e.at.date() == day),
        )
        for day in days_from(first, count)
    ]


def by_post(found: Iterable[Entry]) -> list[Post]:
    """In the order of each post's first entry."""
    posts: dict[int, list[Entry]] = {}
    for entry in found:
        posts.setdefault(entry.submission_id, []).append(entry)
    return [
        Post(
            entries=rows,
            look=max((_look(row) for row in rows), key=_GRAVITY.index),
            together=rows[0] if len({(row.at, row.state, row.why) for row in rows}) == 1 else None,
            versions=" ".join(f"{row.delivery_id}:{row.version}" for row in rows if row.movable),
        )
        for rows in posts.values()
    ]


def _look(entry: Entry) -> str:
    if entry.kind == "wish":
        return "wished"
    if entry.why or entry.state in _TROUBLED:
        return "barred"
    return "published" if entry.state in _OVER else "planned"


def _readable(read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except ConfigError:
        return None


def entries(ctx: Context, actor: Actor, start: datetime, end: datetime, rules: Rules | None = None) -> list[Entry]:
    """Everything from `start` until `end` that this person may see, in two queries; with `rules`, in two more, also what will
    not go out at its time."""
    own = Submission.objects.filter(review.readable(ctx, actor))
    # A thread is one entry: its later parts follow within seconds.
    planned = overview.readable(ctx, actor).filter(due_at__gte=start, due_at__lt=end, part=0)
    wished = own.filter(publish_at__gte=start, publish_at__lt=end, state__in=sorted(IN_QUEUE))
    rows = list(planned.select_related("submission").defer("submission__bundle", "submission__source"))
    barred = (outlook.barred(ctx, rows, _threads(start, end), rules) if rules else {}) | reasons.now_held(ctx, rows)
    return [
        *(_delivery(ctx, d, barred.get(d.id, "")) for d in rows),
        *(_wish(ctx, s) for s in wished.defer("bundle", "source")),
    ]


def former_wishes(ctx: Context, actor: Actor, start: datetime, end: datetime) -> list[Entry]:
    """Wishes from `start` until `end` that are none any more: approved, and now deliveries, or never to be."""
    own = Submission.objects.filter(review.readable(ctx, actor), publish_at__gte=start, publish_at__lt=end)
    return [_wish(ctx, s) for s in own.exclude(state__in=sorted(IN_QUEUE)).defer("bundle", "source")]


def _threads(start: datetime, end: datetime) -> Counter[tuple[int, str]]:
    """How many later parts wait, by submission and channel."""
    waiting = Delivery.objects.filter(due_at__gte=start, due_at__lt=end, state=DeliveryState.WAITING)
    return Counter(waiting.values_list("submission_id", "channel"))


def _delivery(ctx: Context, row: Delivery, barred: str) -> Entry:
    return Entry(
        kind="delivery",
        at=(row.published_at or row.due_at).astimezone(ctx.config.timezone),
        title=_titled(row.submission.told_title, row.version),
        channel=ctx.spec(row.channel).label,
        state=row.state,
        label=LABELS[DeliveryState(row.state)],
        submission_id=row.submission_id,
        delivery_id=row.id,
        url=row.url,
        movable=row.state in PENDING,
        # Carried by the form, so that a move of an old page overwrites nothing (ADR 14).
        version=row.fence,
        why=barred,
    )


def _wish(ctx: Context, row: Submission) -> Entry:
    assert row.publish_at is not None  # noqa: S101 asked for in the query
    return Entry(
        kind="wish",
        at=row.publish_at.astimezone(ctx.config.timezone),
        title=_titled(row.told_title, row.version),
        channel="・".join(ctx.spec(key).label for key in row.channels),
        state=row.state,
        label=LABELS[SubmissionState(row.state)],
        submission_id=row.id,
        version=0 if row.state in IN_QUEUE else 1,  # another time is another submission
    )


def _titled(title: str, version: int) -> str:
    """What puts right something that is out is seen as that (ADR 31)."""
    return say("【訂正】{title}", title=title) if version > 1 else title


def _covers(blackout: Blackout, day: date, ctx: Context) -> bool:
    # The city's day, not UTC's: a blackout until midnight must not show on the next day.
    start = datetime.combine(day, time(), ctx.config.timezone)
    return blackout.start < start + timedelta(days=1) and start < blackout.end


def _blackout(ctx: Context, blackout: Blackout) -> str:
    return say("配信を止める期間（{whom}）：{why}", whom=blackouts.whom(ctx, blackout), why=blackout.why)
