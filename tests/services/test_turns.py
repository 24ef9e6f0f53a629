"""A turn waits for nobody, and one answer can hurt its own delivery only."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connections

from bot.channel_kit.base import Account, Found, Outgoing, Prepared, Receipt, Sent
from bot.errors import ConfigError, RateLimited
from bot.services import runner as runner_module
from bot.services.delivery import pause
from bot.store import queries
from bot.store.models import AuditEntry, Delivery
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
PATIENCE = 20.0


class Script:
    """A platform that does in each step what the test says, and counts what was asked of it. `account` is its lane's."""

    def __init__(self, key: str) -> None:
        self.account = key
        self.prepared: list[Outgoing] = []
        self.committed: list[str] = []
        self.looked: list[Sent] = []
        self.on_prepare: Callable[[Outgoing], object] = lambda _: None
        self.on_commit: Callable[[Prepared], object] = lambda _: None
        self.found: Callable[[Sent], Found] | None = None

    def prepare(self, outgoing: Outgoing) -> Prepared:
        self.prepared.append(outgoing)
        self.on_prepare(outgoing)
        return Prepared(outgoing=outgoing, token=f"token-{len(self.prepared)}")

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        self.committed.append(prepared.token)
        given = self.on_commit(prepared)
        number = f"{self.account}-{len(self.committed)}"
        made = Receipt(remote_id=number, url=f"http://127.0.0.1/{number}", at=now)
        return given if isinstance(given, Receipt) else made

    def find(self, sent: Sent) -> Found:
        self.looked.append(sent)
        assert self.found
        return self.found(sent)

    def delete(self, remote_id: str) -> None:
        raise NotImplementedError

    def stands(self, remote_id: str) -> bool:
        raise NotImplementedError

    def probe(self) -> Account:
        return Account(identity=self.account)


class Hall:
    """An office with a publisher on scripted platforms."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.platforms = {key: Script(key) for key in ("x", "facebook", "instagram")}
        self.runner = office.runner()
        self.runner._channels.update(self.platforms)

    def __getattr__(self, key: str) -> Script:
        return self.platforms[key]

    def tick(self, moment: datetime) -> None:
        self.office.at(moment)
        self.runner.tick()

    def tick_until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.office.states()
            self.runner.tick()


@pytest.fixture
def hall(office: Office, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr(runner_module, "SLICE", 0.05)
    return Hall(office)


@pytest.fixture
def hanging(hall: Hall) -> Iterator[threading.Event]:
    """X takes the post, and its answer trickles until this is set."""
    over = threading.Event()
    hall.x.on_commit = lambda _: over.wait(PATIENCE)
    yield over
    over.set()


def state(channel: str) -> str:
    return Delivery.objects.filter(channel=channel).values_list("state", flat=True).latest("id")


def test_while_one_account_trickles_all_others_go_on(hall: Hall, hanging: threading.Event) -> None:
    """Others leave at their time, a stop holds, a missed time is told, the lost worker is looked up; and the answer counts
    whenever it comes."""
    office = hall.office
    office.approved("one", channels="x", title="一つ目（見本）", extra="publish: 2026-12-01 12:15")
    office.approved("two", channels="facebook", title="二つ目（見本）", extra="publish: 2026-12-01 12:18")
    office.approved("three", channels="instagram", title="三つ目（見本）", extra="publish: 2026-12-01 12:17")
    hall.tick(NOON)
    assert hall.x.committed == ["token-1"]
    office.at(NOON + timedelta(minutes=1))
    assert pause.pause(office.ctx, office.officer, "止めます", "instagram").held == 1
    office.at(NOON + timedelta(minutes=3))
    hall.tick_until(lambda: state("facebook") == "published")
    assert (state("x"), state("instagram")) == ("publishing", "held")
    hall.tick(NOON + timedelta(minutes=4))  # past its lease
    assert state("x") == "unknown"
    hall.x.found = lambda sent: Receipt(remote_id="x-1", url="http://127.0.0.1/x-1", at=office.clock.now())
    office.at(NOON + timedelta(minutes=5))
    hall.tick_until(lambda: state("x") == "published")
    hall.tick(NOON + timedelta(hours=3))
    assert state("instagram") == "missed"
    assert AuditEntry.objects.filter(verb="miss").count() == 1
    hanging.set()
    hall.runner.beat()
    assert (len(hall.x.committed), len(hall.facebook.committed), hall.instagram.committed) == (1, 1, [])
    assert not AuditEntry.objects.filter(verb="published_twice").exists()


def test_what_is_ready_waits_for_its_time_beside_an_answer_that_is_out(
    hall: Hall, hanging: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    office = hall.office
    office.approved("one", channels="x", title="一つ目（見本）", extra="publish: 2026-12-01 12:15")
    office.approved("two", channels="facebook", title="二つ目（見本）", extra="publish: 2026-12-01 12:18")
    hall.tick(NOON)
    due = NOON.replace(minute=18)
    office.at(due - timedelta(seconds=2))
    hall.tick_until(lambda: bool(hall.facebook.prepared))
    for _ in range(3):
        hall.runner.tick()
    assert (state("x"), state("facebook"), hall.facebook.committed) == ("publishing", "publishing", [])
    office.at(due)
    hall.tick_until(lambda: state("facebook") == "published")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_one_account_has_one_commit_in_flight_whatever_the_turns(hall: Hall, hanging: threading.Event) -> None:
    for hour in (12, 13):
        hall.office.approved(f"p{hour}", channels="x", title=f"見本{hour}", extra=f"publish: 2026-12-01 {hour}:15")
    for minute in (15, 16, 17):
        hall.tick(NOON.replace(minute=minute))
    Delivery.objects.filter(state="scheduled").update(run_at=NOON, due_at=NOON)
    hall.tick(NOON.replace(minute=17, second=30))
    assert hall.x.committed == ["token-1"]
    hanging.set()
    hall.runner.beat()
    assert len(hall.x.committed) == 2


def test_preparing_and_reading_back_that_hang_keep_no_commit_from_its_second(hall: Hall) -> None:
    office, over = hall.office, threading.Event()
    hall.instagram.on_prepare = lambda _: over.wait(PATIENCE)
    hall.x.found = lambda _: over.wait(PATIENCE)  # type: ignore[assignment, return-value]
    office.approved("one", channels="x", title="一つ目（見本）", extra="publish: 2026-12-01 12:15")
    office.approved("two", channels="facebook, instagram", title="二つ目（見本）", extra="publish: 2026-12-01 12:20")
    Delivery.objects.filter(channel="x").update(state="unknown", reconcile_at=NOON)
    office.at(NOON)
    hall.tick_until(lambda: len(hall.x.looked) == 1)
    office.at(NOON.replace(minute=20))
    hall.tick_until(lambda: state("facebook") == "published")
    assert (state("x"), len(hall.x.looked)) == ("unknown", 1)
    over.set()


def test_after_a_stop_nothing_new_begins_and_what_is_in_flight_is_written_down(hall: Hall) -> None:
    made = [
        hall.office.approved(f"p{n}", channels="facebook", title=f"見本{n}", extra=f"publish: 2026-12-01 1{n}:15")[0]
        for n in range(2, 6)
    ]
    Delivery.objects.update(run_at=NOON, due_at=NOON, last_at=NOON + timedelta(hours=1))
    hall.facebook.on_commit = lambda _: hall.runner.engine.stop()
    hall.office.at(NOON)
    hall.runner.beat()
    hall.runner.stop()
    states = list(Delivery.objects.order_by("id").values_list("state", flat=True))
    assert states == ["published"] + ["scheduled"] * (len(made) - 1)
    assert len(hall.facebook.prepared) == 1


def test_start_and_stop_do_not_wait_for_an_answer_that_never_comes(
    hall: Hall, hanging: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "FAREWELL", 0.2)
    hall.office.approved(channels="x", extra="publish: 2026-12-01 12:15")
    hall.office.at(NOON)
    begin = time.monotonic()
    hall.runner.start()
    deadline = time.monotonic() + PATIENCE
    while not hall.x.committed:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    hall.runner.stop()
    assert time.monotonic() - begin < PATIENCE / 2
    row = Delivery.objects.get()
    assert (row.state, row.intent_at is not None) == ("publishing", True)  # the next one finds out
    connections.close_all()


EDGE = datetime(9999, 12, 31, 23, tzinfo=UTC)


def _together(*scripts: Script, answer: Callable[[Prepared], object]) -> None:
    """Their answers come back in one batch; the first one's is this one."""
    both = threading.Barrier(len(scripts))

    def meet(prepared: Prepared) -> None:
        both.wait(PATIENCE)

    for script in scripts:
        script.on_commit = meet

    def first(prepared: Prepared) -> object:
        meet(prepared)
        return answer(prepared)

    scripts[0].on_commit = first


def test_an_answer_that_cannot_be_written_makes_its_own_delivery_unknown_and_no_other(hall: Hall) -> None:
    from datetime import timezone

    beyond = Receipt(remote_id="1", url="http://127.0.0.1/1", at=EDGE.replace(tzinfo=timezone(-timedelta(hours=12))))
    _together(hall.x, hall.facebook, hall.instagram, answer=lambda _: beyond)
    hall.office.approved(channels="x, facebook, instagram", extra="publish: 2026-12-01 12:15")
    hall.office.at(NOON)
    hall.runner.beat()
    assert hall.office.states() == {"x": "unknown", "facebook": "published", "instagram": "published"}
    assert AuditEntry.objects.filter(verb="lose_track").count() == 1
    assert Delivery.objects.get(channel="x").reconcile_at is not None


def test_what_was_prepared_for_another_account_is_nothing_to_this_one(hall: Hall) -> None:
    hall.office.approved(channels="x", extra="publish: 2026-12-01 12:15")

    def busy(_: Prepared) -> None:
        raise RateLimited("busy", retry_after=15)

    hall.x.on_commit = busy
    hall.office.at(NOON)
    hall.runner.beat()
    assert (state("x"), Delivery.objects.get().token) == ("scheduled", "token-1")
    hall.x.account, hall.x.on_commit = "x-2", lambda _: None
    hall.office.at(NOON + timedelta(seconds=20))
    hall.runner.beat()
    assert state("x") == "published"
    assert [outgoing.earlier for outgoing in hall.x.prepared] == ["", ""]


def test_an_intent_that_cannot_be_written_holds_its_own_delivery_and_no_other(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {d.channel: d.id for d in hall.office.approved(channels="x, facebook", extra="publish: 2026-12-01 12:15")}
    intend = queries.intend

    def refused(intents: Sequence[queries.Intent], now: datetime, until: datetime) -> set[int]:
        if any(intent.id == made["x"] for intent in intents):
            raise DataError("a value out of range")
        return intend(intents, now, until)

    monkeypatch.setattr(queries, "intend", refused)
    hall.office.at(NOON)
    hall.runner.beat()
    assert hall.office.states() == {"x": "held", "facebook": "published"}
    assert hall.x.committed == []
    assert "何も送っていません" in Delivery.objects.get(channel="x").problem


def _lacks_a_key(*_: object) -> object:
    raise ConfigError("no token", summary="X の鍵がありません", next_step="環境変数を確かめてください")


def _surprise(*_: object) -> object:
    raise KeyError("secret")


@pytest.mark.parametrize(("error", "said"), [(_lacks_a_key, "X の鍵がありません"), (_surprise, "KeyError")])
def test_what_fails_before_the_commit_and_is_no_answer_holds_and_tells(
    hall: Hall, error: Callable[..., object], said: str
) -> None:
    hall.x.on_prepare = error
    hall.office.approved(channels="x, facebook", extra="publish: 2026-12-01 12:15")
    hall.office.at(NOON)
    hall.runner.beat()
    assert hall.office.states() == {"x": "held", "facebook": "published"}
    row = Delivery.objects.get(channel="x")
    assert said in row.problem
    assert "secret" not in row.problem
    assert AuditEntry.objects.filter(verb="hold", object=f"delivery:{row.id}").count() == 1


@pytest.mark.parametrize(("error", "said"), [(_lacks_a_key, "X の鍵がありません"), (_surprise, "KeyError")])
def test_a_channel_that_cannot_be_reached_at_the_commit_sent_nothing(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: Callable[..., object], said: str
) -> None:
    hall.office.approved(channels="x", extra="publish: 2026-12-01 12:15")
    hall.tick(NOON - timedelta(seconds=2))
    assert state("x") == "publishing"
    monkeypatch.setattr(hall.runner.engine, "channel", error)
    hall.office.at(NOON)
    hall.runner.beat()
    assert state("x") == "held"
    assert said in Delivery.objects.get().problem
    assert hall.x.committed == []


def test_from_the_commit_on_a_surprise_is_unknown(hall: Hall) -> None:
    hall.x.on_commit = _surprise
    hall.office.approved(channels="x", extra="publish: 2026-12-01 12:15")
    hall.office.at(NOON)
    hall.runner.tick()
    hall.tick_until(lambda: state("x") == "unknown")
    assert len(hall.x.committed) == 1
