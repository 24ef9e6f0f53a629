"""Random calendars, moves, retries and outages on a virtual clock: no request leaves when the rules of that moment forbid it.

What is allowed is computed here from the very numbers that were drawn, by other code than the program's.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection

from bot.channel_kit.base import Account, Found, Outgoing, Prepared, Receipt, Sent
from bot.clock import ManualClock
from bot.errors import BotError, NotSent, RateLimited, Unavailable
from bot.services.delivery import gate, pause, scheduling
from bot.services.delivery.engine import Engine
from bot.services.records.context import Context
from bot.store import rules as store
from bot.store.models import Attempt, Delivery, Lane, Pause
from bot.workflow.actors import Actor, Role
from tests.office import TOKYO, TUESDAY, Office, write_schedules

OFFICER = Actor(person="kouhou", role=Role.OFFICER)
LIVES = 1000 if connection.vendor == "sqlite" else 150
STEPS = 9
LONG = "最初の段落です（見本）。\n\n" + "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(20)) + "\n"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass
class Calendar:
    """What was drawn. `spans` are blackouts, of a channel or ("") of all; `stopped` is the switch."""

    opens: int = 0  # minutes of the day
    closes: int = 24 * 60
    days: list[int] = field(default_factory=lambda: list(range(7)))
    spans: list[tuple[datetime, datetime, str]] = field(default_factory=list)
    stopped: bool = False

    def allows(self, moment: datetime, channel: str) -> bool:
        local = moment.astimezone(TOKYO)
        minute = local.hour * 60 + local.minute
        if local.weekday() not in self.days or not self.opens <= minute < self.closes:
            return False
        return not any(start <= moment < end and scope in ("", channel) for start, end, scope in self.spans)

    def quiet(self) -> str:
        opens, closes = (f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (self.opens, self.closes))
        days = ", ".join(WEEK[day] for day in self.days)
        return f"{{open: '{opens}', close: '{closes}', days: [{days}], public_holidays: true}}"


class Platform:
    """One account of each channel, out of reach now and then. Every request that leaves is written down, refused or not."""

    account = ""

    def __init__(self, city: City, channel: str) -> None:
        self.city, self.channel = city, channel

    def prepare(self, outgoing: Outgoing) -> Prepared:
        if self.city.out:
            raise Unavailable("out of reach")
        return Prepared(outgoing=outgoing)

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        part = int(prepared.outgoing.key.rpartition("-")[2])
        self.city.left.append(
            (self.channel, part, now, self.city.calendar.allows(now, self.channel), self.city.calendar.stopped)
        )
        match self.city.chance.choice(["ok", "ok", "limit", "not sent"]):
            case "limit":
                raise RateLimited("too many", retry_after=self.city.chance.choice([60, 900, 7200]))
            case "not sent":
                raise NotSent("refused")
        return Receipt(remote_id=str(len(self.city.left)), url="http://127.0.0.1/", at=now)

    def find(self, sent: Sent) -> Found:
        raise NotImplementedError

    def delete(self, remote_id: str) -> None:
        raise NotImplementedError

    def stands(self, remote_id: str) -> bool:
        raise NotImplementedError

    def probe(self) -> Account:
        return Account(identity=self.account)


class City:
    """One life: deliveries planned on a calendar, then whatever chance brings."""

    def __init__(self, ctx: Context, chance: random.Random) -> None:
        self.clock, self.chance, self.calendar = ManualClock(TUESDAY), chance, Calendar()
        self.ctx = Context(ctx.config, self.clock, ctx.specs)
        self.left: list[tuple[str, int, datetime, bool, bool]] = []
        self.out = False
        self.engine = Engine(self.ctx, lambda key: Platform(self, key), "one")
        self._empty()
        self.hours()
        for thread in Delivery.objects.filter(part=0):
            due = self.soon()
            times = {"due_at": due, "run_at": due, "last_at": due + timedelta(hours=chance.choice([1, 12, 48]))}
            Delivery.objects.filter(channel=thread.channel).update(**times)

    def _empty(self) -> None:
        Attempt.objects.all().delete()
        Pause.objects.all().delete()
        store.Blackout.objects.all().delete()
        Lane.objects.update(not_before=None, closed_at=None, quota=None)
        fresh = {"fence": 0, "bar": "", "problem": "", "attempts": 0, "intent_at": None, "remote_id": "", "published_at": None}
        Delivery.objects.filter(part=0).update(state="scheduled", **fresh)
        Delivery.objects.exclude(part=0).update(state="waiting", **fresh)

    def soon(self) -> datetime:
        return self.clock.now() + timedelta(minutes=self.chance.randrange(1, 2 * 24 * 60))

    def live(self) -> None:
        acts: list[Callable[[], None]] = [self.wait] * 5 + [
            self.move,
            self.blackout,
            self.hours,
            self.release,
            self.stop,
            self.outage,
        ]
        for _ in range(STEPS):
            self.chance.choice(acts)()
        self.engine.close()

    def wait(self) -> None:
        """To the next due time, or beyond it, as after a night without electricity."""
        due = Delivery.objects.filter(state="scheduled").order_by("run_at").values_list("run_at", flat=True).first()
        late = timedelta(minutes=self.chance.choice([0, 0, 0, 20, 50, 300]))
        self.clock.advance_to((due or self.clock.now()) + late)
        self.engine.pump()
        self.engine.tidy()

    def move(self) -> None:
        for row in Delivery.objects.filter(part=0):
            with suppress(BotError):
                scheduling.reschedule(self.ctx, OFFICER, row.id, self.soon())

    def blackout(self) -> None:
        start = self.clock.now() + timedelta(minutes=self.chance.randrange(-60, 600))
        end, scope = start + timedelta(minutes=self.chance.randrange(30, 3000)), self.chance.choice(["", "x", "facebook"])
        channels = [scope] if scope else []
        store.Blackout.objects.create(
            start_at=start, end_at=end, kind="選挙", why="見本", channels=channels, set_by="", set_at=start
        )
        self.calendar.spans.append((start, end, scope))

    def hours(self) -> None:
        """Somebody edits the file."""
        self.calendar.opens = self.chance.randrange(0, 12 * 60)
        self.calendar.closes = self.chance.randrange(self.calendar.opens + 60, 24 * 60)
        self.calendar.days = sorted(self.chance.sample(range(7), self.chance.randrange(3, 8)))
        write_schedules(self.ctx.config.rules_dir, quiet=self.calendar.quiet())

    def release(self) -> None:
        for row in Delivery.objects.filter(state="held"):
            with suppress(BotError):
                pause.release(self.ctx, OFFICER, row.id)

    def stop(self) -> None:
        if self.calendar.stopped:
            pause.resume(self.ctx, OFFICER)
        else:
            pause.pause(self.ctx, OFFICER, "止めます")
        self.calendar.stopped = not self.calendar.stopped

    def outage(self) -> None:
        self.out = not self.out


@pytest.fixture
def planned(office: Office) -> Office:
    """A thread on X and a post on Facebook, with their files."""
    office.schedules()
    office.approved(channels="x, facebook", extra="publish: 2026-12-01 12:15\nx: {thread: true}", body=LONG, images="")
    assert Delivery.objects.filter(channel="x").count() > 1
    return office


def lives(office: Office, count: int) -> tuple[int, int]:
    """Of how many first parts and later ones the requests left?"""
    first = later = 0
    for seed in range(count):
        city = City(office.ctx, random.Random(seed))  # noqa: S311 not a secret
        city.live()
        for channel, part, moment, allowed, stopped in city.left:
            assert not stopped, (seed, channel, part, moment)
            assert part or allowed, (seed, channel, moment)  # a thread is asked for once, before its first part
            first, later = first + (not part), later + bool(part)
    return first, later


def test_no_request_leaves_outside_what_the_rules_of_its_moment_allow(planned: Office) -> None:
    first, later = lives(planned, LIVES)
    assert first > LIVES / 4  # the lives are worth something: things do go out
    assert later > LIVES / 20


def test_without_the_gates_question_they_would(planned: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_closed", lambda ctx, now, jobs: {})
    with pytest.raises(AssertionError):
        lives(planned, 100)
