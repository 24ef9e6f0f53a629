"""A receipt that arrives after its worker was given up for dead: the post is there, and the record must say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from bot.channel_kit.base import Absent, CannotTell, Found, NotSeen, Prepared, Receipt
from bot.errors import AuthExpired, ChannelError, NotSent, OutcomeUnknown, Rejected
from bot.options import Secret
from bot.services.delivery import outcome, pause, reconcile
from bot.services.delivery.calls import Step
from bot.services.delivery.engine import Engine
from bot.services.delivery.ledger import Ledger
from bot.services.telling import notices
from bot.store.models import Attempt, AuditEntry, Delivery, Lane
from bot.store.notices import Notice
from bot.workflow.actors import Actor, Role
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
OFFICER = Actor(person="kouhou", role=Role.OFFICER)


class Worker:
    """A publisher whose request has left, and whose answer is written when the test says so."""

    def __init__(self, office: Office, name: str) -> None:
        self.office, self.name = office, name
        self.engine = Engine(office.ctx, office.runner().channel, name)
        self.engine._guard.look()

    def send(self) -> None:
        (self.job,) = self.engine._jobs(self.engine._turn([], 1).claimed)
        turn = self.engine._turn([Step(self.job, Prepared(outgoing=self.job.outgoing))], 0)
        assert len(turn.going) == 1
        self.started = turn.begun.at

    def refused(self, error: ChannelError) -> None:
        self.engine._turn([Step(self.job, error, self.started)], 0)
        self.engine.close()

    def write(self) -> None:
        url = f"http://127.0.0.1/{self.name}"
        receipt = Receipt(remote_id=self.name, url=url, at=self.office.clock.now())
        self.engine._turn([Step(self.job, receipt, self.started)], 0)
        self.engine.close()


def _given_up(office: Office) -> Worker:
    """Its request has left, its lease is over, and nobody knows."""
    office.approved(channels="x")
    office.at(NOON)
    worker = Worker(office, "first")
    worker.send()
    office.at(NOON + timedelta(minutes=4))
    worker.engine.tidy()
    assert office.states() == {"x": "unknown"}
    return worker


def _conclude(office: Office, found: Found) -> None:
    with transaction.atomic():
        ledger = Ledger(office.clock.now())
        reconcile._conclude(office.ctx, ledger, Delivery.objects.get().id, found)
        ledger.close()


def _tries() -> list[tuple[int, str]]:
    return list(Attempt.objects.order_by("id").values_list("number", "outcome"))


def _told(*verbs: str) -> list[str]:
    return list(AuditEntry.objects.filter(verb__in=verbs).order_by("id").values_list("detail", flat=True))


def _second_in_flight(office: Office) -> tuple[Worker, Worker]:
    first = _given_up(office)
    _conclude(office, Absent())
    second = Worker(office, "second")
    second.send()
    return first, second


def test_a_late_receipt_while_a_second_attempt_is_in_flight_is_recorded_once_as_the_first_attempts(office: Office) -> None:
    first, second = _second_in_flight(office)
    first.write()
    assert _tries() == [(1, "worker_lost"), (1, "published")]
    second.write()
    assert Delivery.objects.get().remote_id == "first"
    assert _told("accept", "found") == ["http://127.0.0.1/first"]


def test_a_second_post_of_one_delivery_is_told_with_its_link(office: Office) -> None:
    first, second = _second_in_flight(office)
    first.write()
    second.write()
    assert _tries()[-1] == (2, "published")
    assert _told(outcome.TWICE) == ["http://127.0.0.1/second"]


def test_the_pr_office_is_told_of_a_second_post_at_once(office: Office) -> None:
    first, second = _second_in_flight(office)
    first.write()
    second.write()
    ctx = replace(office.ctx, config=replace(office.ctx.config, webhook_url=Secret("https://chat.example.jp/hook")))
    while notices.take_in(ctx):
        pass
    (notice,) = Notice.objects.filter(kind="twice")
    assert "Xに二重に掲載されました" in notice.line
    assert "http://127.0.0.1/second" in notice.line
    assert notice.due_at == office.clock.now()


def test_a_late_receipt_of_what_was_found_meanwhile_adds_nothing(office: Office) -> None:
    worker = _given_up(office)
    _conclude(office, Receipt(remote_id="first", url="http://127.0.0.1/first", at=office.clock.now()))
    worker.write()
    assert _tries() == [(1, "worker_lost"), (1, "published")]
    assert _told("accept", "found", outcome.TWICE) == ["http://127.0.0.1/first"]


def _undecided(office: Office) -> None:
    for _ in outcome.RECONCILE_AFTER:
        _conclude(office, CannotTell())


def _let_be(office: Office) -> None:
    _undecided(office)
    reconcile.decide_let_be(office.ctx, OFFICER, Delivery.objects.get().id)


def _again(office: Office) -> None:
    _undecided(office)
    reconcile.decide_again(office.ctx, OFFICER, Delivery.objects.get().id)
    _conclude(office, NotSeen())


def _absent(office: Office) -> None:
    _conclude(office, Absent())


def _missed(office: Office) -> None:
    _conclude(office, Absent())
    office.at(NOON + timedelta(hours=3))
    office.runner().engine.tidy()


def _stopped(office: Office) -> None:
    _conclude(office, Absent())
    pause.pause(office.ctx, OFFICER, "止めます")


@pytest.mark.parametrize(
    ("concluded", "state"),
    [
        (_undecided, "undecided"),
        (_let_be, "cancelled"),
        (_again, "scheduled"),
        (_absent, "scheduled"),
        (_stopped, "held"),
        (_missed, "missed"),
    ],
)
def test_a_late_receipt_is_the_truth_whatever_was_concluded_meanwhile(
    office: Office, concluded: Callable[[Office], None], state: str
) -> None:
    worker = _given_up(office)
    concluded(office)
    assert office.states() == {"x": state}
    worker.write()
    assert office.states() == {"x": "published"}
    office.runner().beat()
    assert office.sandbox.posts("x") == []
    assert _told("accept", "found") == ["http://127.0.0.1/first"]


@pytest.mark.parametrize("concluded", [lambda office: None, _undecided])
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotSent("stood still"), "scheduled"),
        (Rejected("no"), "failed"),
        (AuthExpired("no"), "held"),
    ],
)
def test_a_worker_that_woke_and_knows_it_sent_nothing_ends_the_doubt(
    office: Office, error: ChannelError, state: str, concluded: Callable[[Office], None]
) -> None:
    worker = _given_up(office)
    concluded(office)
    worker.refused(error)
    assert office.states() == {"x": state}
    assert _tries()[-1] == (1, type(error).__name__)


def test_a_late_refusal_says_nothing_of_a_later_attempt(office: Office) -> None:
    first, second = _second_in_flight(office)
    office.at(NOON + timedelta(minutes=9))
    second.engine.tidy()
    assert office.states() == {"x": "unknown"}
    first.refused(NotSent("stood still"))
    assert office.states() == {"x": "unknown"}


def test_a_worker_that_woke_and_does_not_know_leaves_the_doubt(office: Office) -> None:
    worker = _given_up(office)
    worker.refused(OutcomeUnknown("no answer"))
    assert office.states() == {"x": "unknown"}


def test_what_was_in_doubt_and_is_settled_is_told_as_settled(office: Office) -> None:
    _given_up(office)
    _conclude(office, Receipt(remote_id="first", url="http://127.0.0.1/first", at=office.clock.now()))
    ctx = replace(office.ctx, config=replace(office.ctx.config, webhook_url=Secret("https://chat.example.jp/hook")))
    while notices.take_in(ctx):
        pass
    (notice,) = Notice.objects.filter(kind="settled")
    assert "Xに出ていることを確かめました。http://127.0.0.1/first" in notice.line


def test_the_reason_of_a_wait_or_a_closed_lane_stays_when_a_post_is_missed(office: Office) -> None:
    office.approved(channels="x, facebook")
    Lane.objects.filter(name="x").update(closed_at=NOON, problem="認証が切れています")
    Delivery.objects.filter(channel="facebook").update(problem="回数制限に達しました", run_at=NOON + timedelta(days=1))
    office.at(NOON + timedelta(hours=3))
    office.runner().engine.tidy()
    said = dict(Delivery.objects.values_list("channel", "problem"))
    assert said["x"].startswith("認証が切れています。予定の時刻に")
    assert said["facebook"].startswith("回数制限に達しました。予定の時刻に")
