"""The last guard of each step of a delivery, seen from outside: its state, and what citizens see."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import inf, nan

import pytest
from django.db import connection

from bot.channel_kit.base import Outgoing, Prepared, Receipt
from bot.errors import OutcomeUnknown, RateLimited, Rejected
from bot.store.models import Submission
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)


def test_a_surprise_after_the_request_left_is_unknown_and_nothing_is_sent_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approved(channels="x")
    runner = office.runner()
    commit = runner.channel("x").commit

    def surprised(prepared: Prepared, now: datetime) -> Receipt:
        commit(prepared, now)
        raise KeyError("id")

    monkeypatch.setattr(runner.channel("x"), "commit", surprised)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "unknown"}
    office.at(NOON + timedelta(seconds=60))
    office.runner().beat()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_an_unclear_answer_while_preparing_is_surely_no_post(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approved(channels="x")
    runner = office.runner()

    def unclear(outgoing: Outgoing) -> Prepared:
        raise OutcomeUnknown("no answer")

    monkeypatch.setattr(runner.channel("x"), "prepare", unclear)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "scheduled"}
    office.publish_all()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_what_the_platform_refused_is_not_tried_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approved(channels="x")
    runner = office.runner()

    def refused(prepared: Prepared, now: datetime) -> Receipt:
        raise Rejected("no")

    monkeypatch.setattr(runner.channel("x"), "commit", refused)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "failed"}
    office.at(NOON + timedelta(minutes=10))
    office.runner().beat()
    assert office.sandbox.posts("x") == []


@pytest.mark.parametrize("asked", [1e9, 1e12, 1e300, inf, nan, -60.0])
def test_a_platform_that_asks_for_an_absurd_wait_loses_no_post(
    office: Office, monkeypatch: pytest.MonkeyPatch, asked: float
) -> None:
    """Its account waits for a second at least and for a day at most; the answers of the others are written all the same."""
    office.approved(channels="x, facebook")
    runner = office.runner()

    def busy(prepared: Prepared, now: datetime) -> Receipt:
        raise RateLimited("too many", retry_after=asked)

    monkeypatch.setattr(runner.channel("x"), "commit", busy)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "scheduled", "facebook": "published"}
    (delivery,) = [d for d in office.deliveries() if d.channel == "x"]
    assert delivery.attempts == 1
    assert timedelta(seconds=1) <= delivery.run_at - NOON <= timedelta(days=1)


def test_what_is_withdrawn_while_pictures_go_up_is_cancelled(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the very instant: the withdrawal is written, the row is not ours to cancel yet."""
    office.approved(channels="x")
    runner = office.runner()
    prepare = runner.channel("x").prepare

    def withdrawn(outgoing: Outgoing) -> Prepared:
        Submission.objects.update(state="withdrawn")
        connection.close()  # this thread's own
        return prepare(outgoing)

    monkeypatch.setattr(runner.channel("x"), "prepare", withdrawn)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "cancelled"}
    assert office.sandbox.posts("x") == []
