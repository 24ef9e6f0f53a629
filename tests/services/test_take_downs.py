"""Taking down what stands of a thread: at any hour, looked after, and signed by a second person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import NotAllowed, NotFound
from bot.services.delivery import removal, takedowns, threads
from bot.store.models import Lane
from bot.store.notices import Notice
from bot.store.threads import Removal, ThreadDecision
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.services.torn import NOON, Thread, fault, stop

SECOND = Actor(person="kouhou-2", role=Role.OFFICER)


def test_a_take_down_works_at_night_while_all_is_stopped_and_the_account_is_closed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(office, 3, fault("403"), monkeypatch)
    office.at(NOON.replace(hour=23))
    stop(office)
    Lane.objects.update(closed_at=office.clock.now())
    takedowns.take_down(office.ctx, office.officer, thread.number, "誤りのため")
    thread.runner.remove()
    assert thread.shown() == []
    assert threads.broken() == []


@pytest.mark.parametrize("answer", ["500_before", "500_after", "reset_after", "html_502", "truncated_after"])
def test_an_unclear_answer_to_a_delete_is_looked_up(office: Office, refused: Thread, answer: str) -> None:
    takedowns.take_down(office.ctx, office.officer, refused.number, "誤りのため")
    office.sandbox.fault("x", answer, on="upload")
    refused.runner.remove()
    assert refused.states()[0] == "published"
    for _ in range(3):
        office.at(office.clock.now() + timedelta(minutes=2))
        refused.runner.remove()
    assert refused.shown() == []
    assert refused.states()[0] == "removed"


def test_what_cannot_be_looked_up_is_given_to_a_person(office: Office, refused: Thread) -> None:
    takedowns.take_down(office.ctx, office.officer, refused.number, "誤りのため")
    office.sandbox.fault("x", "reset_after", on="upload")
    office.sandbox.fault("x", "500_before", on="read", times=50)
    for _ in range(8):
        refused.runner.remove()
        office.at(office.clock.now() + timedelta(minutes=21))
    (row,) = Removal.objects.all()
    assert row.state == "undecided"
    assert "確かめ" in row.problem
    assert len(refused.lines("stuck")) == 1
    removal.decide_gone(office.ctx, office.officer, row.id)
    assert refused.states()[0] == "removed"
    with pytest.raises(NotFound):
        removal.decide_gone(office.ctx, office.officer, row.id)


def test_a_worker_that_died_over_a_delete_is_looked_after(office: Office, refused: Thread) -> None:
    takedowns.take_down(office.ctx, office.officer, refused.number, "誤りのため")
    Removal.objects.update(state="removing", attempts=1, lease_until=office.clock.now() + removal.LEASE)
    refused.runner.remove()
    assert len(refused.shown()) == 1
    office.at(office.clock.now() + removal.LEASE + timedelta(seconds=1))
    for _ in range(3):
        refused.runner.remove()
        office.at(office.clock.now() + timedelta(minutes=1))
    assert refused.shown() == []


def test_a_take_down_is_signed_by_another_person_or_the_heads_are_told(office: Office, refused: Thread) -> None:
    takedowns.take_down(office.ctx, office.officer, refused.number, "誤りのため")
    (decision,) = ThreadDecision.objects.all()
    with pytest.raises(NotAllowed):
        takedowns.sign(office.ctx, office.officer, decision.id)
    office.at(office.clock.now() + timedelta(hours=25))
    assert [takedowns.tell_unsigned(office.ctx) for _ in range(2)] == [1, 0]
    refused.lines("unsigned")
    assert Notice.objects.filter(kind="unsigned", address="kacho@example.jp").count() == 1
    takedowns.sign(office.ctx, SECOND, decision.id)
    with pytest.raises(NotAllowed):
        takedowns.sign(office.ctx, SECOND, decision.id)
