"""Taking down a whole post, and noticing one that vanished by itself."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.errors import NotAllowed
from bot.services.delivery import removal, spending, takedowns, vanished
from bot.store.models import AuditEntry, Delivery, Lane
from bot.store.threads import Removal, ThreadDecision
from bot.store.vanished import Vanished
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.services.torn import stop

SECOND = Actor(person="kouhou-2", role=Role.OFFICER)


@pytest.fixture
def out(office: Office) -> dict[str, Delivery]:
    office.approved(channels="x, instagram, facebook")
    office.publish_all()
    return {d.channel: d for d in office.deliveries("published")}


def shown(office: Office, channel: str) -> int:
    return sum(not post["deleted"] for post in office.sandbox.posts(channel))


@pytest.mark.parametrize("channel", ["x", "instagram", "facebook"])
def test_one_officer_takes_a_post_down_at_night_while_all_is_stopped(
    office: Office, out: dict[str, Delivery], channel: str
) -> None:
    office.at(office.clock.now().replace(hour=15))  # midnight in Tokyo
    stop(office)
    assert takedowns.take_down(office.ctx, office.officer, out[channel].id, "写ってはいけないもの") == 1
    office.runner().remove()
    assert {c: shown(office, c) for c in out} == {c: int(c != channel) for c in out}
    assert office.states()[channel] == "removed"
    assert Delivery.objects.get(id=out[channel].id).url  # what was deleted stays on record


def test_a_second_person_signs_and_the_first_may_not(office: Office, out: dict[str, Delivery]) -> None:
    takedowns.take_down(office.ctx, office.officer, out["x"].id, "誤り")
    decision = ThreadDecision.objects.get()
    with pytest.raises(NotAllowed):
        takedowns.sign(office.ctx, office.officer, decision.id)
    takedowns.sign(office.ctx, SECOND, decision.id)
    office.runner().remove()
    assert takedowns.open_ones() == []


def test_what_does_not_stand_is_not_taken_down_and_nothing_twice(office: Office, out: dict[str, Delivery]) -> None:
    takedowns.take_down(office.ctx, office.officer, out["x"].id, "誤り")
    with pytest.raises(NotAllowed):
        takedowns.take_down(office.ctx, SECOND, out["x"].id, "誤り")
    office.runner().remove()
    with pytest.raises(NotAllowed):
        takedowns.take_down(office.ctx, SECOND, out["x"].id, "誤り")
    assert Removal.objects.count() == 1


def test_a_part_that_turns_out_to_be_there_after_the_take_down_goes_too(office: Office, out: dict[str, Delivery]) -> None:
    late = out["facebook"]
    Delivery.objects.filter(id=late.id).update(channel="x", part=1, state="unknown")
    takedowns.take_down(office.ctx, office.officer, out["x"].id, "誤り")
    Delivery.objects.filter(id=late.id).update(state="published")
    takedowns.ask_for_late_ones(office.ctx)
    takedowns.ask_for_late_ones(office.ctx)
    assert sorted(Removal.objects.values_list("delivery", flat=True)) == sorted((out["x"].id, late.id))


def test_an_instagram_key_without_the_permission_leaves_it_to_a_person(office: Office, out: dict[str, Delivery]) -> None:
    office.sandbox.choose(meta_lacks=["instagram_manage_contents"])
    takedowns.take_down(office.ctx, office.officer, out["instagram"].id, "誤り")
    runner = office.runner()
    for _ in range(7):
        runner.remove()
        office.at(office.clock.now() + timedelta(minutes=21))
    row = Removal.objects.get()
    assert (row.state, shown(office, "instagram")) == ("undecided", 1)
    removal.decide_gone(office.ctx, office.officer, row.id)


def test_what_vanished_is_noticed_once_a_day_and_told(office: Office, out: dict[str, Delivery]) -> None:
    runner = office.runner()
    for channel, row in out.items():
        runner.channel(channel).delete(row.remote_id)  # somebody else, at the platform
    office.at(office.clock.now() + timedelta(hours=2))
    found = [vanished.look(office.ctx, runner.channel) for _ in range(2)]
    assert found == [3, 0]
    assert office.states() == {"x": "removed", "instagram": "published", "facebook": "published"}
    assert AuditEntry.objects.filter(verb=vanished.VANISHED).count() == 3
    office.at(office.clock.now() + timedelta(days=1))
    assert vanished.look(office.ctx, runner.channel) == 0  # told is told
    vanished.decide_gone(office.ctx, office.officer, out["facebook"].id)
    assert office.states()["facebook"] == "removed"
    vanished.decide_there(office.ctx, office.officer, out["instagram"].id)
    assert vanished.open_ones() == []


def test_another_accounts_list_says_nothing_of_our_posts(office: Office, out: dict[str, Delivery]) -> None:
    """Keys were changed: what that account does not show was never there."""
    runner = office.runner()
    runner.channel("x").delete(out["x"].remote_id)
    Lane.objects.filter(name="x").update(account="x:the account that has published so far")
    office.at(office.clock.now() + timedelta(hours=2))
    assert vanished.look(office.ctx, runner.channel) == 0
    assert office.states()["x"] == "published"


def test_what_is_seen_again_is_missed_no_more(office: Office, out: dict[str, Delivery]) -> None:
    for row in out.values():
        Vanished.objects.create(delivery=row, at=office.clock.now())
    office.at(office.clock.now() + timedelta(hours=2))
    assert vanished.look(office.ctx, office.runner().channel) == 0
    assert vanished.open_ones() == []


def test_what_stands_is_not_missed_and_its_reading_counts_in_the_month(office: Office, out: dict[str, Delivery]) -> None:
    before = spending.spent(office.ctx, "x", office.clock.now())
    office.at(office.clock.now() + timedelta(hours=2))
    assert vanished.look(office.ctx, office.runner().channel) == 0
    assert not Vanished.objects.exists()
    assert spending.spent(office.ctx, "x", office.clock.now()) - before == Decimal("0.001")


def test_a_list_that_cannot_be_read_says_nothing_of_any_post(office: Office, out: dict[str, Delivery]) -> None:
    for channel in out:
        office.sandbox.fault(channel, "500_before", on="read", times=5)
    office.at(office.clock.now() + timedelta(hours=2))
    assert vanished.look(office.ctx, office.runner().channel) == 0
    assert set(office.states().values()) == {"published"}
