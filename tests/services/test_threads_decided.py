"""What a person decides about a thread that broke: its next part, its hour, its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.errors import NotAllowed, NotFound, ScheduleError
from bot.services.delivery import reconcile, scheduling, takedowns, threads
from bot.store.models import Delivery
from tests.office import Office
from tests.services.torn import NOON, Thread, fault, lost_and_unreadable, withdraw


def test_a_withdrawal_half_way_is_told_and_cannot_be_gone_on_with(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, withdraw, monkeypatch)
    thread.until_it_rests()
    (line,) = thread.lines("partly")
    assert "5件のうち2件" in line
    assert "取り下げ" in line
    with pytest.raises(NotAllowed, match="not approved"):
        threads.go_on(office.ctx, office.officer, thread.number)
    takedowns.take_down(office.ctx, office.officer, thread.number, "取り下げのため")
    thread.runner.remove()
    assert thread.shown() == []


def in_doubt(office: Office, monkeypatch: pytest.MonkeyPatch) -> tuple[Thread, Delivery, str]:
    """A thread of which nobody can see whether its second part stands, which it does; that part, and its number there."""
    thread = Thread(office, 2, lost_and_unreadable, monkeypatch)
    thread.until_it_rests()
    (row,) = office.deliveries("undecided")
    return thread, row, office.sandbox.posts("x")[-1]["id"]


def test_who_confirms_a_part_sets_the_next_one_free(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None]
) -> None:
    thread, row, posted = in_doubt(office, monkeypatch)
    base = office.env["DXBOT_X_BASE_URL"]
    with pytest.raises(NotAllowed, match="no number"):
        reconcile.decide_published(office.ctx, office.officer, row.id, f"{base}/kanazawa")
    reconcile.decide_published(office.ctx, office.officer, row.id, f"{base}/i/status/{posted}")
    heal()
    thread.beat(runner=office.runner())
    assert thread.is_whole()


def test_what_was_cancelled_before_the_part_above_was_confirmed_goes_on_as_its_reply(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None]
) -> None:
    thread, row, posted = in_doubt(office, monkeypatch)
    (below, *_) = office.deliveries("waiting")
    scheduling.cancel(office.ctx, office.officer, below.id)
    reconcile.decide_published(office.ctx, office.officer, row.id, f"{office.env['DXBOT_X_BASE_URL']}/i/status/{posted}")
    heal()
    threads.go_on(office.ctx, office.officer, thread.number)
    for _ in range(4):
        thread.beat(timedelta(minutes=1), office.runner())
    assert thread.is_whole()


def test_what_a_person_frees_at_night_waits_for_a_decision(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None]
) -> None:
    thread, row, posted = in_doubt(office, monkeypatch)
    office.at(NOON.replace(hour=22))
    heal()
    reconcile.decide_published(office.ctx, office.officer, row.id, f"{office.env['DXBOT_X_BASE_URL']}/i/status/{posted}")
    thread.beat(runner=office.runner())
    assert thread.states() == ["published", "published", "held", "waiting", "waiting"]
    assert len(thread.lines("partly")) == 1
    at = threads.go_on(office.ctx, office.officer, thread.number)
    assert at.astimezone(NOON.tzinfo).hour == 9
    thread.beat(at - office.clock.now(), office.runner())
    assert thread.is_whole()


def test_sending_again_after_the_hour_goes_out_or_says_why_not(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 1, fault("500_before"), monkeypatch)
    thread.until_it_rests()
    (row,) = office.deliveries("undecided")
    office.at(NOON.replace(hour=20))
    with pytest.raises(ScheduleError):
        reconcile.decide_again(office.ctx, office.officer, row.id)
    office.at(NOON + timedelta(days=1))
    reconcile.decide_again(office.ctx, office.officer, row.id)
    thread.beat(runner=office.runner())
    assert thread.is_whole()


def test_not_sending_ends_the_rest_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, fault("500_before"), monkeypatch)
    thread.until_it_rests()
    (row,) = office.deliveries("undecided")
    reconcile.decide_let_be(office.ctx, office.officer, row.id)
    assert thread.states() == ["published", *["cancelled"] * 4]


@pytest.mark.parametrize("reason", ["", " 　"])
def test_a_decision_that_ends_a_thread_has_a_reason(office: Office, refused: Thread, reason: str) -> None:
    for decide in (threads.leave, takedowns.take_down):
        with pytest.raises(NotAllowed, match="reason"):
            decide(office.ctx, office.officer, refused.number, reason)
    with pytest.raises(NotAllowed):
        threads.leave(office.ctx, office.author, refused.number, "理由")


def test_nothing_is_decided_on_a_thread_that_is_whole_or_going_down(office: Office, refused: Thread) -> None:
    takedowns.take_down(office.ctx, office.officer, refused.number, "誤りのため")
    with pytest.raises(NotAllowed, match="taken down"):
        threads.go_on(office.ctx, office.officer, refused.number)
    refused.runner.remove()
    with pytest.raises(NotFound):
        threads.go_on(office.ctx, office.officer, refused.number)


def test_going_on_keeps_to_the_hours(office: Office, refused: Thread) -> None:
    with pytest.raises(ScheduleError):
        threads.go_on(office.ctx, office.officer, refused.number, NOON.replace(hour=22))
    with pytest.raises(ScheduleError):
        threads.go_on(office.ctx, office.officer, refused.number, NOON - timedelta(minutes=1))
    at = threads.go_on(office.ctx, office.officer, refused.number, NOON.replace(hour=15))
    office.at(at - timedelta(minutes=1))
    refused.beat(runner=office.runner())
    assert len(refused.shown()) == 1
    refused.beat(timedelta(minutes=1), office.runner())
    assert refused.is_whole()
