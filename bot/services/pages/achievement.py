"""What was achieved, what was not, why, and what comes next: the plan and the recommendations beside what citizens were told.

What is asked in "金沢市DX推進への提言" (5 December 2022). Nothing is computed that nobody said: an assessment is the office's
own sentence from the content folder, and what stands beside it are figures with their source, and posts that are out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import TypeAlias

from bot.newsletter.arrangement import issue_name
from bot.services.records.context import Context
from bot.store.models import Decision, Delivery, Submission
from bot.store.newsletter import SignOff
from bot.strategy.assessment import Assessment
from bot.strategy.charts import Chart
from bot.strategy.indicators import Indicator, Reading
from bot.strategy.plan import LogicModel, Measure, PlanStep
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import Action

_FIRST_MONTH = 4  # of a fiscal year
_Places: TypeAlias = dict[int, list[tuple[datetime, str, str]]]


@dataclass(frozen=True, kw_only=True)
class PublishedPost:
    """One post that is out. `where` are (name, address), the address "" for what has none."""

    identity: str
    submission: int
    title: str
    measure: str
    day: date
    where: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One figure with its newest reading; `reading` is None where none has a value."""

    indicator: Indicator
    reading: Reading | None

    @property
    def text(self) -> str:
        """46.5%, or why there is no number."""
        if self.reading is not None:
            return f"{self.reading.value:,}{self.indicator.unit}"
        return self.indicator.readings[-1].missing


@dataclass(frozen=True, kw_only=True)
class Item:
    """A measure or a recommendation. `key` is its number or name in the file, `said` its goals or words, `old` means that the
    assessment is more than a year old, `logic` holds sentences, each figure in it as its name and number."""

    key: str
    name: str
    said: str
    source: str
    assessment: Assessment
    old: bool
    shown: tuple[Shown, ...]
    told: tuple[PublishedPost, ...]
    steps: tuple[PlanStep, ...] = ()
    logic: LogicModel = LogicModel()

    @property
    def label(self) -> str:
        return f"{self.assessment.label}（要更新）" if self.old else self.assessment.label


@dataclass(frozen=True, kw_only=True)
class Turnaround:
    """How the posts came about: how many were handed in and came out, the median days between the two (None: none came out),
    and how many were returned, with each reason and its number."""

    handed_in: int
    out: int
    days: float | None
    returned: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """`year` is the fiscal year that posts are counted of, None for all. `untold` are measures that no citizen heard of,
    `indicators` all figures, `charts` those that show some."""

    city: str
    licence: str
    day: date
    year: int | None
    recommendations: tuple[Item, ...]
    measures: tuple[Item, ...]
    untold: tuple[Item, ...]
    turnaround: Turnaround
    indicators: tuple[Indicator, ...] = ()
    charts: tuple[Chart, ...] = ()

    @property
    def degrees(self) -> Mapping[str, int]:
        """The number of recommendations and measures by label."""
        return dict(Counter(item.label for item in (*self.recommendations, *self.measures)))


def fiscal_year(day: date) -> int:
    """April to March: 2027-03-31 is of 2026."""
    return day.year if day.month >= _FIRST_MONTH else day.year - 1


def report(ctx: Context, year: int | None = None) -> Report:
    """Raises FileError where a file of the strategy cannot be read."""
    library, today = ctx.library, ctx.today
    places = _places(ctx)
    out = [t for t in _out(ctx, places) if year is None or fiscal_year(t.day) == year]
    measures = tuple(_measure(m, library.indicators, out, today) for m in library.plan.values())
    return Report(
        city=library.city.name,
        licence=library.city.licence,
        day=today,
        year=year,
        recommendations=tuple(
            Item(
                key=r.key,
                name=r.name,
                said=r.said,
                source=r.source,
                assessment=r.assessment,
                old=r.assessment.is_old(today),
                shown=_shown(r.assessment.evidence.readings, library.indicators),
                told=tuple(t for t in out if t.identity in r.assessment.evidence.posts),
            )
            for r in library.recommendations.values()
        ),
        measures=measures,
        untold=tuple(m for m in measures if not m.told),
        turnaround=_turnaround(ctx, year, places),
        indicators=tuple(library.indicators.values()),
        charts=tuple(c for c in library.charts.values() if c.rows),
    )


def _measure(measure: Measure, known: Mapping[str, Indicator], out: Sequence[PublishedPost], today: date) -> Item:
    return Item(
        key=measure.number,
        name=measure.name,
        said="　".join(measure.goals),
        source=measure.source,
        assessment=measure.assessment,
        old=measure.assessment.is_old(today),
        shown=_shown(measure.assessment.evidence.readings, known),
        told=tuple(t for t in out if measure.holds(t.measure)),
        steps=measure.steps,
        logic=LogicModel(
            inputs=_in_words(measure.logic.inputs, known),
            activities=_in_words(measure.logic.activities, known),
            outputs=_in_words(measure.logic.outputs, known),
            outcomes=_in_words(measure.logic.outcomes, known),
        ),
    )


def _in_words(named: Sequence[str], known: Mapping[str, Indicator]) -> tuple[str, ...]:
    return tuple(f"{s.indicator.name} {s.text}" if (s := _one(key, known)) else key for key in named)


def _shown(keys: Sequence[str], known: Mapping[str, Indicator]) -> tuple[Shown, ...]:
    """A figure that is gone from the file is left out: the check of the shared files refuses it."""
    return tuple(s for key in keys if (s := _one(key, known)))


def _one(key: str, known: Mapping[str, Indicator]) -> Shown | None:
    return Shown(indicator=known[key], reading=known[key].latest) if key in known else None


def _out(ctx: Context, found: _Places) -> Iterator[PublishedPost]:
    """Each post that is out anywhere, with all its places, the oldest first."""
    rows = Submission.objects.only("identity", "title", "measure").in_bulk(found)
    for submission, places in sorted(found.items(), key=lambda each: min(p[0] for p in each[1])):
        row = rows[submission]
        first = min(at for at, _, _ in places).astimezone(ctx.config.timezone)
        yield PublishedPost(
            identity=row.identity,
            submission=submission,
            title=row.title,
            measure=row.measure,
            day=first.date(),
            where=tuple((name, url) for _, name, url in sorted(places)),
        )


def _places(ctx: Context) -> _Places:
    """By submission: when, where, and at which address."""
    found: _Places = {}
    stand = Delivery.objects.filter(state=DeliveryState.PUBLISHED, part=0, published_at__isnull=False)
    for number, channel, at, url in stand.values_list("submission_id", "channel", "published_at", "url"):
        assert at is not None  # noqa: S101 asked for
        found.setdefault(number, []).append((at, ctx.spec(channel).label, url))
    for number, issue, at in SignOff.objects.values_list("submissions", "issue", "at"):
        if number is not None:
            found.setdefault(number, []).append((at, issue_name(issue), ""))
    return found


def _turnaround(ctx: Context, year: int | None, places: _Places) -> Turnaround:
    rows = [(n, at) for n, at in Submission.objects.values_list("id", "submitted_at") if _within(ctx, at, year)]
    waited = [(min(p[0] for p in places[n]) - at).total_seconds() / 86400 for n, at in rows if n in places]
    returned = Decision.objects.filter(action=Action.RETURN, submission_id__in=[n for n, _ in rows])
    reasons = Counter(" ".join(reason.split()) for reason in returned.values_list("reason", flat=True))
    return Turnaround(
        handed_in=len(rows),
        out=len(waited),
        days=median(waited) if waited else None,
        returned=sum(reasons.values()),
        reasons=tuple(reasons.most_common()),
    )


def _within(ctx: Context, at: datetime, year: int | None) -> bool:
    return year is None or fiscal_year(at.astimezone(ctx.config.timezone).date()) == year
