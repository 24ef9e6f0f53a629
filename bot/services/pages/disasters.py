"""What the office reads of disasters: whether the agency is heard, what is in force here, and which telegrams say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.disaster import feed
from bot.disaster.levels import HAZARDS, INTENSITIES, INTENSITY_NAMES, label
from bot.disaster.table import Effect, Table
from bot.disaster.telegram import CANCELLED, TRAINING
from bot.language import say
from bot.services.delivery import disasters, telegrams
from bot.services.records.context import Context
from bot.store.disaster import Danger, Telegram
from bot.store.models import Delivery
from bot.workflow.kinds import Bar
from bot.workflow.states import DeliveryState

_SHOWN = 30
EFFECTS = {
    Effect.NOTHING: "何もしない",
    Effect.TELL: "知らせるだけ",
    Effect.LIGHT: "明るい話題だけ止める",
    Effect.HOLD: "全て止める",
}
_FEEDS = {"eqvol": "地震・津波", "extra": "気象警報など"}


@dataclass(frozen=True, kw_only=True)
class FeedReading:
    """A feed: `at` is when it was heard last, None for never; `deaf` if that is too long ago."""

    label: str
    at: datetime | None
    problem: str
    deaf: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """A telegram of the list. `mark` is 訓練, 取消 or the like, "" for a plain one."""

    row: Telegram
    mark: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A danger with what it is met with, in words."""

    row: Danger
    effect: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """`configured`: somebody listens at all."""

    configured: bool
    feeds: Sequence[FeedReading] = ()
    dangers: Sequence[Standing] = ()
    telegrams: Sequence[Line] = ()
    decisions: Sequence[tuple[str, str, str]] = ()


def page(ctx: Context) -> Page:
    """For whoever may sign in: it is public knowledge."""
    rules = disasters.rules(ctx)
    return Page(
        configured=telegrams.is_configured(ctx),
        feeds=_feeds(ctx, rules),
        dangers=[Standing(row=row, effect=EFFECTS[Effect(row.effect)]) for row in disasters.dangers()],
        telegrams=[_line(row) for row in Telegram.objects.order_by("-reported_at", "-id")[:_SHOWN]],
        decisions=_decisions(rules),
    )


def notice(ctx: Context) -> str:
    """In one sentence, for pages of other things: that nobody listens, or that nobody is heard; "" while all is well."""
    if not telegrams.is_configured(ctx):
        return say("気象庁の電文を読む設定がありません。災害が起きても、配信は自動では止まりません")
    deaf = [heard.label for heard in _feeds(ctx, disasters.rules(ctx)) if heard.deaf]
    return say("気象庁の電文（{feeds}）を読めていません", feeds="・".join(deaf)) if deaf else ""


def held_count(bar: Bar) -> int:
    """How many a stop of this cause holds now."""
    return Delivery.objects.filter(state=DeliveryState.HELD, bar=bar).count()


def _feeds(ctx: Context, rules: Table) -> list[FeedReading]:
    now, rows = ctx.clock.now(), {row.name: row for row in telegrams.feeds()}
    found = []
    for name in feed.FEEDS if telegrams.is_configured(ctx) else ():
        row = rows.get(name)
        last = row.heard_at if row else None
        deaf = last is None or abs(now - last) > rules.silence
        found.append(FeedReading(label=_FEEDS[name], at=last, problem=row.problem if row else "", deaf=deaf))
    return found


def _line(row: Telegram) -> Line:
    if row.status in TRAINING:
        return Line(row=row, mark=row.status)
    if row.tries:
        return Line(row=row, mark="読めない電文")
    return Line(row=row, mark=row.info if row.info in (CANCELLED, "訂正", "遅延") else "")


def _decisions(rules: Table) -> list[tuple[str, str, str]]:
    """Hazard, from what on, what is done: the steps at which that changes."""
    found, before = list[tuple[str, str, str]](), Effect.NOTHING
    for intensity in INTENSITIES:
        if (effect := rules.quake[intensity]) != before:
            name = say("震度{intensity}以上", intensity=say(INTENSITY_NAMES[intensity]))
            found.append(("地震", name, EFFECTS[effect]))
        before = effect
    for hazard, levels in rules.shown().items():
        found += [(HAZARDS[hazard], label(hazard, level), EFFECTS[e]) for level, e in levels.items() if e]
    return found
