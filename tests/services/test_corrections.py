"""Putting right what is out: one approval, each channel in its own way, nothing twice and nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import ContentError, NotAllowed, NotFound
from bot.services.delivery import pause
from bot.services.pages import history
from bot.store.models import Delivery, Submission
from bot.store.threads import ThreadDecision
from tests.office import TUESDAY, Office

SOCIAL = "x, instagram, facebook"
WRONG = "窓口は12月5日に始まります（見本）。\n\n## 何を変えたか\n\n職員がお話を聞いて入力します。\n"
RIGHT = WRONG.replace("12月5日", "12月6日")
CORRECTION = "correction: {{kind: 誤記, wrong: 12月5日, right: 12月6日{ways}}}"
FAULTS = ("500_before", "500_after", "reset_after", "truncated_after", "html_502")


def publish(office: Office, channels: str = SOCIAL, extra: str = "slot: lunch") -> None:
    office.approved(channels=channels, extra=extra, body=WRONG)
    office.publish_all()
    assert {d.state for d in office.deliveries()} == {"published"}
    office.at(office.clock.now() + timedelta(hours=1))


def corrected(office: Office, ways: str = "", channels: str = SOCIAL) -> list[Delivery]:
    extra = CORRECTION.format(ways=f", {ways}" if ways else "")
    return office.approve(office.submit(office.post(channels=channels, extra=extra, body=RIGHT)))


def settle(office: Office, rounds: int = 12) -> None:
    """Wakes, looks and removals, to their end."""
    runner = office.runner()
    for _ in range(rounds):
        runner.beat()
        runner.remove()
        office.at(office.clock.now() + timedelta(minutes=3))


def shown(office: Office, channel: str) -> list[str]:
    return [str(post["text"]) for post in office.sandbox.posts(channel) if not post["deleted"]]


def test_each_channel_is_put_right_in_its_usual_way(office: Office) -> None:
    publish(office)
    corrected(office)
    settle(office)
    (page,) = shown(office, "facebook")
    assert "12月6日に始まります" in page
    assert "お詫びして訂正します" in page
    first, reply = shown(office, "x")
    assert "12月5日に始まります" in first
    assert reply.startswith("【訂正】")
    posts = [post for post in office.sandbox.posts("x") if not post["deleted"]]
    assert posts[1]["in_reply_to"] == posts[0]["id"]
    assert len(shown(office, "instagram")) == 2
    assert {d.state for d in office.deliveries()} == {"published"}


def test_a_repost_goes_out_first_and_then_what_it_replaces_goes(office: Office) -> None:
    publish(office)
    corrected(office, "x: repost, instagram: repost")
    settle(office)
    for channel in ("x", "instagram"):
        (text,) = shown(office, channel)
        assert "12月6日に始まります" in text
    rows = {(d.channel, d.version): d.state for d in office.deliveries()}
    assert rows[("x", 1)] == rows[("instagram", 1)] == "removed"
    assert rows[("x", 2)] == rows[("instagram", 2)] == "published"
    decisions = ThreadDecision.objects.filter(way="replace")
    assert {(d.actor, d.signed_by) for d in decisions} == {("shimin-leader", "kouhou")}


def test_nothing_is_deleted_while_its_repost_is_held_or_refused(office: Office) -> None:
    publish(office, "x")
    pause.pause(office.ctx, office.officer, "急ぎ")
    corrected(office, "x: repost", "x")
    settle(office, 3)
    assert len(shown(office, "x")) == 1
    assert "12月5日" in shown(office, "x")[0]
    pause.resume(office.ctx, office.officer)
    office.sandbox.fault("x", "403")
    held = Delivery.objects.get(version=2)
    pause.release(office.ctx, office.officer, held.id)
    settle(office, 3)
    assert Delivery.objects.get(version=2).state == "failed"
    assert [text for text in shown(office, "x") if "12月5日" in text]
    assert not ThreadDecision.objects.exists()


def test_a_stop_after_the_repost_holds_the_delete(office: Office) -> None:
    publish(office, "x")
    corrected(office, "x: repost", "x")
    runner = office.runner()
    runner.beat()
    pause.pause(office.ctx, office.officer, "急ぎ")
    runner.remove()
    assert len(shown(office, "x")) == 2
    pause.resume(office.ctx, office.officer)
    runner.remove()
    assert len(shown(office, "x")) == 1


def test_a_correction_goes_out_at_night(office: Office) -> None:
    publish(office, "facebook")
    office.at(office.clock.now().replace(hour=15))  # midnight in Tokyo
    corrected(office, channels="facebook")
    office.runner().beat()
    assert "12月6日" in shown(office, "facebook")[0]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_an_edit_ends_in_one_corrected_post(office: Office, fault: str) -> None:
    publish(office, "facebook")
    office.sandbox.fault("facebook", fault)
    corrected(office, channels="facebook")
    settle(office)
    (text,) = shown(office, "facebook")
    assert "12月6日に始まります" in text
    assert {d.state for d in office.deliveries()} == {"published"}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_repost_and_its_delete_leaves_nothing_twice_and_nothing_lost(office: Office, fault: str) -> None:
    publish(office, "x")
    office.sandbox.fault("x", fault)  # of the repost
    office.sandbox.fault("x", fault, on="upload", times=2)  # of its picture, and of the delete
    corrected(office, "x: repost", "x")
    settle(office, 20)
    texts = shown(office, "x")
    states = {d.version: d.state for d in office.deliveries()}
    if states[2] == "published":
        assert states[1] == "removed"
        assert len(texts) == 1
        assert "12月6日に始まります" in texts[0]
    else:  # nobody can tell whether it is out: a person is asked, and the old one stands
        assert states == {1: "published", 2: "undecided"}
        assert [text for text in texts if "12月5日" in text]


def test_a_correction_is_a_version_of_the_same_post_and_the_history_shows_the_chain(office: Office) -> None:
    publish(office)
    corrected(office)
    settle(office, 3)
    first, second = Submission.objects.order_by("id")
    assert first.identity == second.identity
    assert (first.version, second.version) == (1, 2)
    assert {d.replaces_id is None for d in office.deliveries() if d.version == 2} == {False}
    lines = history.timeline(office.ctx, office.officer, first)
    assert any("訂正" in line.what or "訂正" in line.detail for line in lines)


def test_whoever_hands_a_correction_in_does_not_approve_it(office: Office) -> None:
    publish(office, "facebook")
    path = office.post(channels="facebook", extra=CORRECTION.format(ways=""), body=RIGHT)
    made = office.submit(path, office.officer)
    with pytest.raises(NotAllowed):
        office.approve(made)


def test_what_is_not_out_is_not_corrected(office: Office) -> None:
    with pytest.raises(NotFound):
        corrected(office)
    publish(office, "x")
    with pytest.raises(NotAllowed, match="nothing stands on instagram"):
        corrected(office, channels="x, instagram")
    with pytest.raises(NotAllowed, match="no edit on x") as caught:
        corrected(office, "x: edit", "x")
    assert caught.value.next_step.startswith("correction: の x を ")
    with pytest.raises(ContentError):
        corrected(office, "x: rewrite", "x")


def test_nothing_more_is_corrected_while_nobody_knows_of_the_last_correction(office: Office) -> None:
    publish(office, "facebook")
    corrected(office, channels="facebook")
    Delivery.objects.filter(version=2).update(state="unknown")
    extra = "correction: {kind: 事実の誤り, wrong: 12月6日, right: 12月7日}"
    made = office.submit(office.post(channels="facebook", extra=extra, body=RIGHT.replace("6日", "7日")))
    with pytest.raises(NotAllowed) as caught:
        office.approve(made)
    assert "まだ訂正できません" in caught.value.summary
    assert Delivery.objects.count() == 2


def test_a_channel_may_be_left_as_it_is(office: Office) -> None:
    publish(office, "x, facebook")
    corrected(office, "x: none", "x, facebook")
    settle(office, 3)
    assert len(shown(office, "x")) == 1
    assert "12月6日" in shown(office, "facebook")[0]


def test_a_second_correction_of_the_same_post_is_its_third_version(office: Office) -> None:
    publish(office, "facebook")
    corrected(office, channels="facebook")
    settle(office, 2)
    extra = "correction: {kind: 事実の誤り, wrong: 12月6日, right: 12月7日}"
    office.approve(office.submit(office.post(channels="facebook", extra=extra, body=RIGHT.replace("6日", "7日"))))
    settle(office, 2)
    assert [d.version for d in office.deliveries()] == [1, 2, 3]
    (text,) = shown(office, "facebook")
    assert "12月7日に始まります" in text
    assert office.clock.now() > TUESDAY
