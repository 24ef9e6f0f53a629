"""Prepared early, without the lane; used by the next try, after a restart too; and deciding nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.channel_kit.base import Absent, Account, Found, Outgoing, Prepared, Receipt, Sent
from bot.errors import ChannelError, NotSent, OutcomeUnknown, RateLimited, Unavailable
from bot.services import runner as runner_module
from bot.services.delivery import pause, scheduling
from bot.services.runner import Runner
from bot.store.models import Delivery
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
MINUTE = timedelta(minutes=1)
PATIENCE = 20.0


class Platform:
    """Counts what it was asked for; a commit raises the next of `refusals`."""

    account = "instagram"

    def __init__(self) -> None:
        self.prepared: list[Outgoing] = []
        self.committed: list[str] = []
        self.refusals: list[ChannelError] = []
        self.on_prepare: Callable[[Outgoing], object] = lambda _: None

    def prepare(self, outgoing: Outgoing) -> Prepared:
        self.prepared.append(outgoing)
        self.on_prepare(outgoing)
        return Prepared(outgoing=outgoing, token=f"container-{len(self.prepared)}")

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        self.committed.append(prepared.token)
        if self.refusals:
            raise self.refusals.pop(0)
        number = str(len(self.committed))
        return Receipt(remote_id=number, url=f"http://127.0.0.1/{number}", at=now)

    def find(self, sent: Sent) -> Found:
        return Absent()

    def delete(self, remote_id: str) -> None:
        raise NotImplementedError

    def stands(self, remote_id: str) -> bool:
        raise NotImplementedError

    def probe(self) -> Account:
        return Account(identity=self.account)


@pytest.fixture
def platform(office: Office, monkeypatch: pytest.MonkeyPatch) -> Platform:
    monkeypatch.setattr(runner_module, "SLICE", 0.05)
    made, start = Platform(), office.runner

    def runner() -> Runner:
        started = start()
        started._channels["instagram"] = made
        return started

    monkeypatch.setattr(office, "runner", runner)
    return made


@pytest.fixture
def planned(office: Office, platform: Platform) -> Delivery:
    (made,) = office.approved(channels="instagram", extra="publish: 2026-12-01 12:15")
    return made


def beat(office: Office, moment: datetime) -> None:
    """As after a restart."""
    office.at(moment)
    office.runner().beat()


def test_a_channel_says_how_long_before_and_the_next_process_uses_it(
    office: Office, platform: Platform, planned: Delivery
) -> None:
    beat(office, NOON - 11 * MINUTE)
    assert platform.prepared == []
    beat(office, NOON - 9 * MINUTE)
    planned.refresh_from_db()
    assert (planned.state, planned.token) == ("scheduled", "container-1")
    beat(office, NOON - 8 * MINUTE)
    beat(office, NOON)
    assert office.states() == {"instagram": "published"}
    assert (len(platform.prepared), platform.committed) == (1, ["container-1"])


def test_what_was_prepared_too_long_ago_is_prepared_again(office: Office, platform: Platform, planned: Delivery) -> None:
    beat(office, NOON - 9 * MINUTE)
    scheduling.reschedule(office.ctx, office.officer, planned.id, TUESDAY.replace(hour=16, minute=45))
    beat(office, TUESDAY.replace(hour=16, minute=45))
    assert (len(platform.prepared), platform.committed) == (2, ["container-2"])
    assert platform.prepared[1].earlier == "container-1"


@pytest.mark.parametrize(
    ("refusal", "prepared", "committed"),
    [
        (RateLimited("limit", retry_after=0), 1, ["container-1"] * 3),
        (NotSent("no way"), 1, ["container-1"] * 3),
        (Unavailable("odd"), 3, ["container-1", "container-2", "container-3"]),  # it may be the container
    ],
)
def test_a_refused_try_uploads_nothing_again(
    office: Office, platform: Platform, planned: Delivery, refusal: ChannelError, prepared: int, committed: list[str]
) -> None:
    platform.refusals = [refusal, refusal]
    for minutes in (0, 2, 6):  # with none prepared early
        beat(office, NOON + minutes * MINUTE)
    assert office.states() == {"instagram": "published"}
    assert (len(platform.prepared), platform.committed) == (prepared, committed)


def test_after_a_doubt_it_is_the_channel_that_says_what_can_be_used_again(
    office: Office, platform: Platform, planned: Delivery
) -> None:
    platform.refusals = [OutcomeUnknown("no answer")]
    beat(office, NOON)
    beat(office, NOON + MINUTE)
    assert office.states() == {"instagram": "published"}
    assert [p.earlier for p in platform.prepared] == ["", "container-1"]


def test_a_post_that_is_due_goes_before_one_that_is_being_prepared(office: Office, platform: Platform) -> None:
    over = threading.Event()
    for hour in (12, 13):
        office.approved(f"p{hour}", channels="instagram", title=f"見本{hour}", extra=f"publish: 2026-12-01 {hour}:15")
    slow, quick = office.deliveries()
    Delivery.objects.filter(id=quick.id).update(due_at=NOON + MINUTE, run_at=NOON + MINUTE)
    platform.on_prepare = lambda outgoing: outgoing.key.startswith(f"{slow.id}-") and over.wait(PATIENCE)
    runner = office.runner()
    office.at(NOON - MINUTE)
    for _ in range(3):
        runner.tick()
    office.at(NOON + MINUTE / 60)
    runner.tick()
    assert [d.state for d in office.deliveries()] == ["scheduled", "scheduled"]
    office.at(NOON + MINUTE)
    Delivery.objects.filter(id=slow.id).update(preparing_until=NOON + 2 * MINUTE)
    for _ in range(100):
        runner.tick()
        quick.refresh_from_db()
        if quick.state == "published":
            break
    assert [d.state for d in office.deliveries()] == ["scheduled", "published"]
    over.set()
    runner.beat()
    assert [d.state for d in office.deliveries()] == ["published", "published"]
    assert len(platform.prepared) == 2


def test_preparing_early_decides_nothing(office: Office, platform: Platform, planned: Delivery) -> None:
    def fails(outgoing: Outgoing) -> None:
        raise KeyError("odd")

    platform.on_prepare = fails
    beat(office, NOON - 9 * MINUTE)
    assert office.states() == {"instagram": "scheduled"}
    beat(office, NOON - 9 * MINUTE + MINUTE / 2)
    assert len(platform.prepared) == 1  # not each second again
    platform.on_prepare = lambda _: None
    beat(office, NOON)
    assert office.states() == {"instagram": "published"}


def test_what_is_stopped_or_withdrawn_after_it_was_prepared_does_not_leave(
    office: Office, platform: Platform, planned: Delivery
) -> None:
    beat(office, NOON - 9 * MINUTE)
    pause.pause(office.ctx, office.officer, "止めます")
    beat(office, NOON)
    assert (office.states(), platform.committed) == ({"instagram": "held"}, [])


def test_nothing_is_prepared_while_a_stop_is_on(office: Office, platform: Platform, planned: Delivery) -> None:
    pause.pause(office.ctx, office.officer, "止めます")
    Delivery.objects.update(state="scheduled")
    office.at(NOON - 9 * MINUTE)
    office.runner().engine.pump()
    assert platform.prepared == []


def test_what_another_account_or_driver_prepared_is_nothing_to_this_one(
    office: Office, platform: Platform, planned: Delivery
) -> None:
    beat(office, NOON - 9 * MINUTE)
    platform.account = "instagram:another"
    beat(office, NOON)
    assert (len(platform.prepared), platform.committed) == (2, ["container-2"])
    assert platform.prepared[1].earlier == ""


def test_another_account_proves_nothing_of_what_was_sent_on_this_one(
    office: Office, platform: Platform, planned: Delivery
) -> None:
    platform.refusals = [OutcomeUnknown("no answer")]
    beat(office, NOON)
    platform.account = "instagram:another"
    for seconds in (6, 40, 130, 700, 1900):
        beat(office, NOON + timedelta(seconds=seconds))
    planned.refresh_from_db()
    assert planned.state == "undecided"  # though that one says Absent
    assert "違うアカウント" in planned.problem
    assert len(platform.committed) == 1
