"""A simulated year of the city hall: what a thousand posts come to on a virtual clock, whatever zone the machine keeps.

What is allowed is written down here once more, by other code than the program's: the hours, the holidays by name, the days that
were changed, what was stopped and when.
"""

from __future__ import annotations

import os
import random
import time as clocks
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from bot.channel_kit.base import Account, Found, Outgoing, Prepared, Receipt, Sent
from bot.errors import BotError, ScheduleError
from bot.registry import load
from bot.render.variant import Bundle, Part, Variant
from bot.schedule.rules import Blackout
from bot.services.approval import review
from bot.services.delivery import blackouts, pause, scheduling, series
from bot.services.delivery.engine import Engine
from bot.services.files import freshness
from bot.services.records.context import context
from bot.store.disaster import Feed
from bot.store.models import Delivery, Submission
from tests.disaster import telegrams
from tests.office import TOKYO, TUESDAY, Office, write_schedules

POSTS = 1000
MOST = {"x": 4, "facebook": 3}
GAP = timedelta(minutes=30)
SLOTS = """
grace: 60m
per_day: {x: 4, facebook: 3}
slots:
  morning: {days: [mon, tue, wed, thu, fri], at: 9:30}
  lunch: {days: [mon, tue, wed, thu, fri], at: 12:15}
  afternoon: {days: [mon, tue, wed, thu, fri], at: 15:00}
  evening: {days: [mon, tue, wed, thu, fri], at: 16:45}
  weekly: {days: [mon], at: 10:30, if_closed: later}
"""
QUIET = """
open: 8:30
close: 17:15
days: [mon, tue, wed, thu, fri]
closed: [{from: 12-29, to: 01-03, why: 年末年始}]
"""
CHANGED = "holidays: [{day: 2027-06-10, name: 新しい祝日}]\nworkdays: [2027-07-19]\n"
TOLD_OF_IT = date(2027, 6, 8)  # when most of that week is planned
BUDGET = "- {from: 2027-03-26, to: 2027-04-09, kind: 選挙, set_by: 課, why: 選挙期間}\n"
MOURNING = (datetime(2027, 9, 1, 12, tzinfo=TOKYO), datetime(2027, 9, 3, 12, tzinfo=TOKYO))
# 国民の祝日に関する法律, of the weekdays of this year; 19 July is none in it any more, 10 June is a new one.
HOLIDAYS = {
    date(2027, month, day)
    for month, days in {
        1: (1, 11),
        2: (11, 23),
        3: (22,),
        4: (29,),
        5: (3, 4, 5),
        6: (10,),
        8: (11,),
        9: (20, 23),
        10: (11,),
        11: (3, 23),
    }.items()
    for day in days
}
WARNINGS = {
    date(2026, 12, 15): telegrams.quake,
    date(2027, 5, 18): telegrams.tsunami,
    date(2027, 8, 26): telegrams.warning,
}
PLACES = {
    telegrams.quake: ("391", "石川県加賀", "5+"),
    telegrams.tsunami: ("361", "石川県加賀", "津波警報", "51"),
    telegrams.warning: ("レベル５大雨特別警報", "33", "発表"),
}
KINDS = {telegrams.quake: "VXSE53", telegrams.tsunami: "VTSE41", telegrams.warning: "VPWW55"}
CAMPAIGNS = {"書かない窓口": 12, "はじめてのDX": 8}


@dataclass
class Left:
    """A request that left."""

    channel: str
    post: str
    at: datetime


class Platform:
    """An account that takes everything and writes it down."""

    account = ""

    def __init__(self, year: Year, channel: str) -> None:
        self.year, self.channel = year, channel

    def prepare(self, outgoing: Outgoing) -> Prepared:
        return Prepared(outgoing=outgoing)

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        self.year.left.append(Left(self.channel, prepared.outgoing.text, now))
        return Receipt(remote_id=str(len(self.year.left)), url="http://127.0.0.1/", at=now)

    def find(self, sent: Sent) -> Found:
        raise NotImplementedError

    def delete(self, remote_id: str) -> None:
        raise NotImplementedError

    def stands(self, remote_id: str) -> bool:
        raise NotImplementedError

    def probe(self) -> Account:
        return Account(identity="")


class Year:
    """Day by day: posts come in, officers decide and move, the engine sends, the world interferes."""

    def __init__(self, office: Office) -> None:
        self.office, self.chance = office, random.Random(2027)  # noqa: S311 not a secret
        write_schedules(office.folder.parent / "schedules", slots=SLOTS, quiet=QUIET, blackouts=BUDGET)
        office.env |= {
            "DXBOT_SCHEDULES_DIR": str(office.folder.parent / "schedules"),
            "DXBOT_JMA_BASE_URL": f"{office.sandbox.base_url}/jma",
        }
        office.ctx = context(load(office.env), office.clock)
        self.ctx, self.left = office.ctx, list[Left]()
        self.stops, self.refused = list[tuple[datetime, datetime]](), Counter[str]()
        self.reasons = list[str]()
        self.engine = Engine(self.ctx, lambda key: Platform(self, key), "one")
        self.listener = office.runner()
        self.path = office.post("mihon", channels="x, facebook", extra="", images="")
        self.inputs = freshness.inputs(self.ctx, self.ctx.library.read(self.path))
        self.waiting, self.to_come = list[Submission](), self._to_come()

    def _to_come(self) -> list[dict[str, object]]:
        """What will be handed in, in this order; the parts of a campaign in disorder."""
        ordinary: list[dict[str, object]] = [{} for _ in range(POSTS - sum(CAMPAIGNS.values()))]
        for n, (name, count) in enumerate(CAMPAIGNS.items()):
            parts = [{"series": name, "series_part": part + 1} for part in range(count)]
            self.chance.shuffle(parts)
            where = sorted(self.chance.sample(range(200 + 300 * n, 400 + 300 * n), count))
            for place, part in zip(where, parts, strict=True):
                ordinary.insert(place, part)
        return ordinary

    def run(self) -> None:
        day = TUESDAY.date()
        while self.to_come or self.waiting or Delivery.objects.filter(state="scheduled").exists():
            self._day(day)
            day += timedelta(days=1)
        self._until(day, time(9))
        self.engine.tidy()
        self.engine.close()

    def _day(self, day: date) -> None:
        self._until(day, time(8))
        if day == TOLD_OF_IT:
            write_schedules(self.ctx.config.rules_dir, slots=SLOTS, quiet=QUIET + CHANGED, blackouts=BUDGET)
        if day == date(2027, 8, 30):
            wanted = Blackout(start=MOURNING[0], end=MOURNING[1], kind="弔意", why="弔意", set_by="", channels=frozenset({"x"}))
            assert blackouts.enter(self.ctx, self.office.officer, wanted).held
        if day.weekday() < 5:
            self._office_hours(day)
        self._until(day, time(12))
        if day in WARNINGS:
            self._siren(day)
        self._until(day, time(23))
        self.engine.tidy()

    def _until(self, day: date, hour: time) -> None:
        """Sending whatever is due on the way."""
        end = datetime.combine(day, hour, TOKYO)
        while due := Delivery.objects.filter(state="scheduled", run_at__lte=end).order_by("run_at").first():
            before = len(self.left)
            self._clock(max(due.run_at, self.office.clock.now()))
            self.engine.pump()
            if len(self.left) == before and Delivery.objects.filter(id=due.id, state="scheduled", run_at=due.run_at).exists():
                self.engine.tidy()
                break
        self._clock(end)

    def _clock(self, moment: datetime) -> None:
        self.office.clock.advance_to(moment)
        Feed.objects.update(heard_at=moment)  # on most days the agency has nothing to say

    def _office_hours(self, day: date) -> None:
        for _ in range(min(4, len(self.to_come))):
            self.waiting.append(self._hand_in(day))
        self.chance.shuffle(self.waiting)
        for submission in list(self.waiting):
            self._decide(submission)
        self._second_thoughts(day)

    def _hand_in(self, day: date) -> Submission:
        number = POSTS - len(self.to_come)
        given = self.to_come.pop(0)
        channels = ["x", "facebook"] if given else self.chance.choice([["x"], ["x"], ["facebook"], ["x", "facebook"]])
        variants = tuple(
            Variant(channel=c, parts=(Part(text=f"post-{number}", length=8, limit=None),), media=(), cost_usd=Decimal(0))
            for c in channels
        )
        bundle = Bundle(identity=f"post-{number}", author="shimin-leader", wish={}, variants=variants)
        if not given and self.chance.random() < 0.3:
            wish = datetime.combine(day + timedelta(days=self.chance.randrange(1, 12)), time(8), TOKYO)
            given = {"publish_at": wish + timedelta(minutes=self.chance.randrange(0, 12 * 60))}
        return Submission.objects.create(
            identity=bundle.identity,
            path=self.ctx.relative(self.path),
            title=bundle.identity,
            author="shimin-leader",
            department="市民課",
            measure="2-1",
            submitted_by="shimin-leader",
            submitted_at=self.ctx.clock.now(),
            bundle=bundle.canonical,
            digest=bundle.digest,
            inputs=self.inputs,
            channels=channels,
            tags=[],
            important=self.chance.random() < 0.1,
            **given,
        )

    def _decide(self, submission: Submission) -> None:
        """What cannot have its time is put off until tomorrow where it is a part of a series, else it takes a free slot."""
        try:
            review.approve(self.ctx, self.office.officer, submission.id, submission.digest)
        except ScheduleError as refused:
            self.reasons.append(refused.summary)
            self.refused[type(refused).__name__] += 1
            if submission.series:
                return
            terms = review.Terms(late="next")
            review.approve(self.ctx, self.office.officer, submission.id, submission.digest, terms)
        self.waiting.remove(submission)

    def _second_thoughts(self, day: date) -> None:
        """An officer moves and cancels, and looks at what is held."""
        planned = list(Delivery.objects.filter(state="scheduled").order_by("id"))
        for row in self.chance.sample(planned, min(2, len(planned))):
            moment = datetime.combine(day, time(8), TOKYO) + timedelta(minutes=self.chance.randrange(0, 10 * 24 * 60))
            with suppress(BotError):
                scheduling.reschedule(self.ctx, self.office.officer, row.id, moment)
        if planned and self.chance.random() < 0.04:
            scheduling.cancel(self.ctx, self.office.officer, self.chance.choice(planned).id)
        stuck = Delivery.objects.filter(state__in=["held", "missed"], due_at__gt=self.ctx.clock.now() - timedelta(days=9))
        for row in stuck.order_by("id")[:5]:
            self._go_on(row)

    def _go_on(self, row: Delivery) -> None:
        if pause.active() or self.chance.random() < 0.2:
            return
        if series.waits_for(self.ctx, row) and self.chance.random() < 0.2:
            series.go_alone(self.ctx, self.office.officer, row.id)
            row.refresh_from_db()
        with suppress(BotError):
            for moment in scheduling.free_times(self.ctx, row, 1):
                if row.state == "held" and row.bar not in ("quiet", "blackout", "order"):
                    scheduling.reschedule(self.ctx, self.office.officer, row.id, moment)
                    pause.release(self.ctx, self.office.officer, row.id)
                else:
                    scheduling.reschedule(self.ctx, self.office.officer, row.id, moment)

    def _siren(self, day: date) -> None:
        """A telegram comes at noon; the stop is ended by an officer the next morning."""
        made, now = WARNINGS[day], self.office.clock.now()
        self.office.sandbox.set_clock(now.isoformat())
        self.office.sandbox.telegram(KINDS[made], made(PLACES[made], at=now - timedelta(minutes=1)))
        Feed.objects.all().delete()
        self.listener.listen()
        assert pause.is_paused("x"), day
        self._until(day + timedelta(days=1), time(10))
        pause.resume(self.ctx, self.office.officer)
        self.stops.append((now, self.office.clock.now()))


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def machine(request: pytest.FixtureRequest) -> Iterator[str]:
    """A machine that keeps this zone."""
    before = os.environ["TZ"]
    os.environ["TZ"] = request.param
    clocks.tzset()
    yield request.param
    os.environ["TZ"] = before
    clocks.tzset()


def allowed(moment: datetime, channel: str, year: Year) -> bool:
    local = moment.astimezone(TOKYO)
    day = local.date()
    if (
        day.weekday() > 4
        or day in HOLIDAYS
        or (day.month, day.day) in {(12, d) for d in (29, 30, 31)} | {(1, 1), (1, 2), (1, 3)}
    ):
        return False
    if not time(8, 30) <= local.time() < time(17, 15) or date(2027, 3, 26) <= day <= date(2027, 4, 9):
        return False
    if channel == "x" and MOURNING[0] <= moment < MOURNING[1]:
        return False
    return not any(start <= moment < end for start, end in year.stops)


_CAME = dict[str, list[tuple[str, str, datetime]]]()


def test_a_year_of_posts_keeps_every_rule_in_every_zone(office: Office, machine: str) -> None:
    year = Year(office)
    year.run()
    assert Submission.objects.count() == POSTS
    for channel, most in MOST.items():
        out = [one for one in year.left if one.channel == channel]
        assert all(allowed(one.at, channel, year) for one in out), [one for one in out if not allowed(one.at, channel, year)]
        assert max(Counter(one.post for one in out).values()) == 1
        assert max(Counter(one.at.astimezone(TOKYO).date() for one in out).values()) == most
        assert all(later.at - earlier.at >= GAP for earlier, later in pairwise(out))
    _in_order(year)
    _each_out_or_told(year)
    came = sorted((one.channel, one.post, one.at) for one in year.left)
    assert _CAME.setdefault("here", came) == came  # by whatever zone


def _in_order(year: Year) -> None:
    for name, channel in ((name, channel) for name in CAMPAIGNS for channel in MOST):
        when = {one.post: one.at for one in year.left if one.channel == channel}
        rows = list(Delivery.objects.filter(submission__series=name, channel=channel).order_by("submission__series_part"))
        waits = [row for row in rows if row.identity in when and not row.alone_by]
        for row in waits:
            before = [other for other in rows if other.submission.series_part < row.submission.series_part]
            assert all(other.state == "published" or other.alone_by for other in before[-1:]), (
                name,
                row.submission.series_part,
            )
            assert all(when[other.identity] < when[row.identity] for other in before if other.identity in when)
        assert len(waits) > 3


def _each_out_or_told(year: Year) -> None:
    out = Counter((one.channel, one.post) for one in year.left)
    states = Counter[str]()
    for row in Delivery.objects.all():
        states[row.state] += 1
        assert out[row.channel, row.identity] == (row.state == "published")
        assert row.state == "published" or row.problem, (row.id, row.state)
    assert set(states) <= {"published", "held", "missed", "cancelled"}
    assert states["published"] > POSTS
    assert states["cancelled"] > 5
    assert year.refused["QuietHours"] > 10
    assert year.refused["SlotTaken"] > 5
    assert all(year.reasons)
