"""A person says "send it again": it is looked at once more, and where nothing can be seen a second person must say so too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import AlreadyDecided, ScheduleError
from bot.services.delivery import pause, reconcile
from bot.services.delivery.reconcile import Again
from bot.store.models import AuditEntry, Delivery
from bot.workflow.actors import Actor, Role
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
LOOKS = (6, 40, 130, 700, 1900)
OTHER = Actor(person="kouhou-2", role=Role.OFFICER)


def undecided(office: Office, channel: str, kind: str, **given: str) -> int:
    """A post whose answer was lost, and that nobody could read back for half an hour."""
    office.approved(channels=channel, **given)
    office.sandbox.fault(channel, kind)
    office.sandbox.fault(channel, "500_before", on="read", times=2 * len(LOOKS))
    office.publish_all()
    runner = office.runner()
    for seconds in LOOKS:
        office.at(NOON + timedelta(seconds=seconds))
        runner.beat()
    assert office.states() == {channel: "undecided"}
    return int(Delivery.objects.get().id)


@pytest.mark.parametrize("channel", ["x", "facebook"])
def test_what_stands_is_found_and_not_sent_again(office: Office, channel: str) -> None:
    number = undecided(office, channel, "500_after")
    for _ in range(len(LOOKS) + 1):
        reconcile.decide_again(office.ctx, office.officer, number)
        office.runner().beat()
        if office.states() == {channel: "published"}:
            break
    assert office.states() == {channel: "published"}
    assert len(office.sandbox.posts(channel)) == 1
    assert AuditEntry.objects.filter(verb="found").count() == 1


@pytest.mark.parametrize("channel", ["x", "facebook"])
def test_what_is_not_there_is_sent_with_the_usual_grace(office: Office, channel: str) -> None:
    number = undecided(office, channel, "500_before")
    for _ in range(len(LOOKS) + 1):  # until it can be read
        reconcile.decide_again(office.ctx, office.officer, number)
        office.at(NOON + timedelta(minutes=90))
        office.runner().beat()
        if office.states() == {channel: "published"}:
            break
    assert office.states() == {channel: "published"}
    assert len(office.sandbox.posts(channel)) == 1


def test_where_nothing_can_be_seen_a_second_person_must_say_so(office: Office) -> None:
    number = undecided(office, "x", "500_before")
    assert reconcile.decide_again(office.ctx, office.officer, number) is Again.LOOKING
    office.runner().beat()
    assert office.states() == {"x": "undecided"}
    assert "ほかの担当者も" in Delivery.objects.get().problem
    assert AuditEntry.objects.filter(verb=reconcile.SECOND).count() == 1
    # The same person only has it looked at again.
    assert reconcile.decide_again(office.ctx, office.officer, number) is Again.LOOKING
    office.runner().beat()
    assert office.states() == {"x": "undecided"}
    assert reconcile.decide_again(office.ctx, OTHER, number) is Again.SENDING
    office.runner().beat()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_each_word_is_on_record_with_who_gave_it_and_no_address_that_nobody_named(office: Office) -> None:
    number = undecided(office, "x", "500_before")
    reconcile.decide_again(office.ctx, office.officer, number)
    office.runner().beat()
    reconcile.decide_again(office.ctx, OTHER, number)
    found = AuditEntry.objects.filter(verb="decide_again").values_list("actor", "object", "detail")
    assert list(found) == [("kouhou-2", f"delivery:{number}", "")]


def test_what_is_settled_already_is_told_so_also_while_all_is_stopped(office: Office) -> None:
    (made,) = office.approved(channels="x")
    office.publish_all()
    pause.pause(office.ctx, office.officer, "訓練のため")
    with pytest.raises(AlreadyDecided) as caught:
        reconcile.decide_again(office.ctx, office.officer, made.id)
    assert "（配信済み）" in caught.value.summary


def test_nobody_is_second_while_the_look_is_under_way(office: Office) -> None:
    number = undecided(office, "x", "500_after")
    reconcile.decide_again(office.ctx, office.officer, number)
    assert reconcile.decide_again(office.ctx, OTHER, number) is Again.LOOKING
    assert Delivery.objects.get().again_by == office.officer.person


def test_what_has_expired_is_not_sent_again(office: Office) -> None:
    number = undecided(office, "x", "500_before", extra="publish: 2026-12-01 12:15\nexpires: 2026-12-02")
    office.at(NOON + timedelta(days=2))
    with pytest.raises(ScheduleError):
        reconcile.decide_again(office.ctx, office.officer, number)


def test_photos_that_were_sent_before_are_sent_again_so_that_facebook_refuses_a_second_post(office: Office) -> None:
    """The list does not show what is out; a second person says "again"."""
    number = undecided(office, "facebook", "500_after")
    before = Delivery.objects.get().token
    reconcile.decide_again(office.ctx, office.officer, number)
    office.sandbox.fault("facebook", "500_before", on="read", times=9)
    office.runner().beat()
    reconcile.decide_again(office.ctx, OTHER, number)
    office.runner().beat()
    row = Delivery.objects.get()
    assert (row.state, row.token) == ("unknown", before)
    assert len(office.sandbox.posts("facebook")) == 1


def test_a_platform_that_denies_what_it_takes_is_asked_three_times_at_most(office: Office) -> None:
    """Each answer is lost, each look proves that nothing is there: it may well be there."""
    office.approved(channels="instagram")
    office.sandbox.fault("instagram", "500_before", times=20)
    office.publish_all()
    runner = office.runner()
    for minutes in range(1, 100, 3):
        office.at(NOON + timedelta(minutes=minutes))
        runner.beat()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("undecided", 3)
