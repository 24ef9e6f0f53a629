"""From an approval to the sandbox's timelines: once, as approved, in time, or not at all."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from django.db import connection

from bot.channel_kit.base import Channel, Prepared, Receipt
from bot.errors import AlreadyDecided, NotAllowed, ScheduleError
from bot.registry import load
from bot.services.delivery import engine, pause, reconcile, scheduling
from bot.services.delivery.engine import Engine
from bot.services.records import audit
from bot.store.models import Attempt, Blob, Delivery, Lane, Submission
from tests.office import PICTURE, TUESDAY, Office

CHANNELS = ("x", "instagram", "facebook")
NOON = TUESDAY.replace(hour=12, minute=15)
LONG = "最初の段落です（見本）。\n\n" + "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(30)) + "\n"


def test_an_approved_post_appears_once_on_each_channel_at_its_time(office: Office) -> None:
    office.approved()
    office.runner().beat()
    assert office.sandbox.posts() == []
    office.publish_all()
    for channel in CHANNELS:
        (post,) = office.sandbox.posts(channel)
        assert "書かない窓口（見本）" in post["text"]
        assert [m["alt"] for m in post["media"]] == ["赤い四角の見本"]
    for delivery in office.deliveries():
        assert delivery.state == "published"
        assert delivery.url.startswith("http://127.0.0.1")
        assert delivery.published_at == NOON


def test_waking_again_sends_nothing(office: Office) -> None:
    office.approved()
    office.publish_all()
    for _ in range(3):
        office.runner().beat()
    assert len(office.sandbox.posts()) == 3


@pytest.mark.parametrize(("channel", "images"), [*((channel, PICTURE) for channel in CHANNELS), ("x", ""), ("facebook", "")])
@pytest.mark.parametrize("kind", ["500_after", "reset_after"])
def test_an_unclear_answer_leaves_one_post_and_is_never_sent_again(
    office: Office, channel: str, images: str, kind: str
) -> None:
    office.approved(channels=f"{channel}, newsletter", images=images)
    office.sandbox.fault(channel, kind)
    office.publish_all()
    assert office.states() == {channel: "unknown"}
    office.runner().beat()
    assert len(office.sandbox.posts(channel)) == 1
    assert office.states() == {channel: "unknown"}


@pytest.mark.parametrize("channel", CHANNELS)
def test_reading_back_settles_an_unclear_answer(office: Office, channel: str) -> None:
    office.approved(channels=channel)
    office.sandbox.fault(channel, "500_after")
    office.publish_all()
    office.at(NOON + timedelta(seconds=6))
    office.runner().beat()
    (delivery,) = office.deliveries()
    assert delivery.state == "published"
    assert delivery.remote_id.endswith(office.sandbox.posts(channel)[0]["id"])
    assert len(office.sandbox.posts(channel)) == 1


def test_instagram_s_own_clock_proves_that_nothing_was_published_and_it_is_sent_again(office: Office) -> None:
    """A container that is still unpublished two minutes after the request was never reached by it."""
    office.approved(channels="instagram")
    office.sandbox.fault("instagram", "500_before")
    office.publish_all()
    runner = office.runner()
    for seconds, state in ((6, "unknown"), (40, "unknown"), (119, "unknown"), (130, "published")):
        office.at(NOON + timedelta(seconds=seconds))
        runner.beat()
        runner.beat()
        assert office.states() == {"instagram": state}
    assert len(office.sandbox.posts("instagram")) == 1


@pytest.mark.parametrize("channel", ["x", "facebook"])
def test_what_cannot_be_settled_goes_to_a_person(office: Office, channel: str) -> None:
    office.approved(channels=channel)
    office.sandbox.fault(channel, "500_before")
    office.publish_all()
    runner = office.runner()
    for seconds in (6, 40, 130, 700, 1900):
        office.at(NOON + timedelta(seconds=seconds))
        runner.beat()
    assert office.states() == {channel: "undecided"}
    assert office.sandbox.posts(channel) == []
    (delivery,) = office.deliveries()
    with pytest.raises(NotAllowed):
        reconcile.decide_again(office.ctx, office.author, delivery.id)
    reconcile.decide_again(office.ctx, office.officer, delivery.id)
    runner.beat()
    assert office.states() == {channel: "published"}
    assert len(office.sandbox.posts(channel)) == 1


def test_a_refusal_that_surely_sent_nothing_is_tried_again_later(office: Office) -> None:
    office.approved(channels="x")
    office.sandbox.fault("x", "500_before", on="upload")
    office.at(NOON)
    office.runner().beat()
    (delivery,) = office.deliveries()
    assert (delivery.state, delivery.attempts) == ("scheduled", 0)
    assert delivery.run_at > NOON
    office.publish_all()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_a_closed_account_holds_its_lane_and_no_other(office: Office) -> None:
    office.approved("one", title="一つ目（見本）")
    office.approved("two", title="二つ目（見本）")
    office.sandbox.fault("x", "401")
    office.at(NOON)
    office.runner().beat()
    assert {d.state for d in office.deliveries() if d.channel == "x"} == {"held"}
    assert Lane.objects.get(name="x").closed_at is not None
    office.publish_all()
    assert {d.state for d in office.deliveries() if d.channel != "x"} == {"published"}
    assert office.sandbox.posts("x") == []


def test_a_closed_account_is_opened_by_a_person_and_goes_on_with_what_was_looked_at(office: Office) -> None:
    (made,) = office.approved(channels="x")
    office.sandbox.fault("x", "401")
    office.at(NOON)
    office.runner().beat()
    with pytest.raises(NotAllowed):
        pause.release(office.ctx, office.officer, made.id)
    assert pause.resume(office.ctx, office.officer, "x") == 1
    office.runner().beat()
    assert office.states() == {"x": "held"}
    pause.release(office.ctx, office.officer, made.id)
    office.runner().beat()
    assert office.states() == {"x": "published"}


def test_a_late_post_is_missed_never_sent(office: Office) -> None:
    office.approved()
    office.at(NOON + timedelta(hours=2))
    office.runner().beat()
    assert set(office.states().values()) == {"missed"}
    assert office.sandbox.posts() == []


def test_the_claim_itself_leaves_a_late_post_alone(office: Office) -> None:
    office.approved(channels="x")
    office.at(NOON + timedelta(hours=2))
    office.runner().engine.pump()
    (delivery,) = office.deliveries()
    assert (delivery.state, delivery.attempts, delivery.fence) == ("scheduled", 0, 0)
    assert office.sandbox.posts() == []


def test_a_file_changed_after_the_approval_is_not_sent(office: Office) -> None:
    office.approved()
    office.post(body="承認のあとで変えた文（見本）。\n")
    office.at(NOON)
    office.runner().beat()
    assert office.sandbox.posts() == []
    assert Submission.objects.get().state == "stale"
    assert not office.deliveries("published", "scheduled", "publishing")


def test_stored_text_that_is_not_what_was_approved_is_not_sent(office: Office) -> None:
    office.approved()
    submission = Submission.objects.get()
    Submission.objects.update(bundle=submission.bundle.replace("書かない窓口", "書きかえた窓口"))
    office.publish_all()
    assert office.sandbox.posts() == []
    assert set(office.states().values()) == {"held"}


def test_a_stored_digest_changed_along_with_the_text_is_not_sent_either(office: Office) -> None:
    from bot.render.variant import digest_of

    office.approved()
    changed = Submission.objects.get().bundle.replace("書かない窓口", "書きかえた窓口")
    Submission.objects.update(bundle=changed, digest=digest_of(changed))
    office.publish_all()
    assert office.sandbox.posts() == []


def test_a_stored_picture_that_is_not_what_was_approved_is_not_sent(office: Office) -> None:
    office.approved()
    Blob.objects.update(data=b"\xff\xd8\xff something else")
    office.publish_all()
    assert office.sandbox.posts() == []
    assert set(office.states().values()) == {"held"}


def test_the_stop_switch_holds_everything_and_resuming_sends_nothing_by_itself(office: Office) -> None:
    office.approved()
    assert pause.pause(office.ctx, office.operator, "地震のため") == pause.Stopped(held=3, leaving=0)
    office.at(NOON)
    office.runner().beat()
    pause.resume(office.ctx, office.officer)
    office.runner().beat()
    assert office.sandbox.posts() == []
    assert set(office.states().values()) == {"held"}
    pause.release(office.ctx, office.officer, office.deliveries()[0].id)
    office.runner().beat()
    assert len(office.sandbox.posts()) == 1


def test_a_stop_that_comes_while_pictures_are_going_up_wins(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approved(channels="x")
    runner = office.runner()
    channel = runner.channel("x")
    prepare = channel.prepare

    def prepare_and_stop(outgoing: object) -> object:
        prepared = prepare(outgoing)  # type: ignore[arg-type]
        pause.pause(office.ctx, office.officer, "急ぎの停止")
        connection.close()  # this thread's own
        return prepared

    monkeypatch.setattr(channel, "prepare", prepare_and_stop)
    office.at(NOON)
    runner.beat()
    assert office.sandbox.posts() == []
    assert office.states() == {"x": "held"}


def test_a_stop_tells_of_what_it_came_too_late_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approved("a", channels="x, facebook", extra="publish: 2026-12-01 12:15")
    runner = office.runner()
    channel = runner.channel("x")
    commit, told = channel.commit, list[pause.Stopped]()

    def stop_and_commit(prepared: Prepared, now: datetime) -> Receipt:
        told.extend(pause.pause(office.ctx, office.officer, "急ぎの停止", at) for at in ("facebook", "x"))
        connection.close()  # this thread's own
        return commit(prepared, now)

    monkeypatch.setattr(channel, "commit", stop_and_commit)
    Delivery.objects.filter(channel="facebook").update(due_at=NOON + timedelta(hours=1), run_at=NOON + timedelta(hours=1))
    office.at(NOON)
    runner.beat()
    assert told == [pause.Stopped(held=1, leaving=0), pause.Stopped(held=0, leaving=1)]
    assert office.states() == {"x": "published", "facebook": "held"}


def test_an_address_that_no_database_keeps_does_not_lose_the_post(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approved(channels="facebook")
    runner = office.runner()
    channel = runner.channel("facebook")
    commit = channel.commit

    def garbled(prepared: Prepared, now: datetime) -> Receipt:
        receipt = commit(prepared, now)
        return dataclasses.replace(receipt, url=f"{receipt.url}\0\ud83d")

    monkeypatch.setattr(channel, "commit", garbled)
    office.at(NOON)
    runner.beat()
    (delivery,) = office.deliveries()
    assert len(office.sandbox.posts("facebook")) == 1
    assert delivery.state == "published"
    assert delivery.url.startswith(f"{office.sandbox.base_url}/")
    audit.verify()


def test_a_worker_that_dies_after_its_intent_leaves_an_unknown(office: Office) -> None:
    office.approved(channels="x")
    _die_with(office, intent=True)
    office.at(NOON + timedelta(minutes=4))
    office.runner().engine.tidy()
    assert office.states() == {"x": "unknown"}
    assert Attempt.objects.get().outcome == "worker_lost"


def test_a_machine_that_stood_still_after_its_intent_lets_the_request_be(office: Office) -> None:
    (planned,) = office.approved(channels="x")
    office.at(planned.run_at)
    runner, calls = office.runner(), list[str]()

    def channel(key: str) -> Channel:
        calls.append(key)
        if len(calls) == 2:  # the first is for the preparing, the second for the request itself
            office.clock.advance_to(office.clock.now() + engine.LEASE)
        return runner.channel(key)

    alone = Engine(office.ctx, channel, "me")
    alone.pump()
    alone.close()
    assert len(calls) == 2
    assert office.deliveries()[0].attempts == 1
    assert office.sandbox.posts("x") == []
    assert office.states() == {"x": "scheduled"}


def test_a_worker_that_dies_before_its_intent_leaves_work_for_the_next(office: Office) -> None:
    office.approved(channels="x")
    _die_with(office, intent=False)
    office.at(NOON + timedelta(minutes=4))
    office.runner().beat()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def _die_with(office: Office, *, intent: bool) -> None:
    """What a killed worker leaves behind: a claimed row, with or without an intent."""
    from bot.store import queries

    office.at(NOON)
    now = office.clock.now()
    (claimed,) = queries.claim("dead", now, now, now + timedelta(minutes=3), 5)
    if intent:
        row = Delivery.objects.get(id=claimed)
        intent = queries.Intent(id=row.id, fence=row.fence, token="", prepared_by="")
        assert queries.intend([intent], now, now + timedelta(minutes=3)) == {row.id}


def test_a_thread_goes_out_part_by_part_each_a_reply_to_the_one_before(office: Office) -> None:
    office.approved(channels="x", extra="slot: lunch\nx: {thread: true}", body=LONG)
    office.publish_all()
    posts = office.sandbox.posts("x")
    assert len(posts) > 2
    assert [p["in_reply_to"] for p in posts] == [None, *(p["id"] for p in posts[:-1])]


def test_a_thread_resumes_in_the_middle_and_is_never_begun_again(office: Office) -> None:
    office.approved(channels="x", extra="slot: lunch\nx: {thread: true}", body=LONG)
    office.at(NOON)
    runner = office.runner()
    office.sandbox.fault("x", "429", times=1)
    runner.beat()
    office.publish_all()
    texts = [p["text"] for p in office.sandbox.posts("x")]
    assert len(texts) == len(set(texts)) == len(office.deliveries("published"))


def test_a_cancelled_delivery_never_goes_out(office: Office) -> None:
    made = office.approved()
    scheduling.cancel(office.ctx, office.officer, made[0].id)
    with pytest.raises(AlreadyDecided):
        scheduling.cancel(office.ctx, office.officer, made[0].id)
    office.publish_all()
    assert len(office.sandbox.posts()) == 2


def test_what_waits_for_its_next_try_can_be_cancelled(office: Office) -> None:
    (made,) = office.approved(channels="x")
    office.sandbox.fault("x", "429", times=1)
    office.at(NOON)
    office.runner().beat()
    made.refresh_from_db()
    assert (made.state, made.attempts) == ("scheduled", 1)
    scheduling.cancel(office.ctx, office.officer, made.id)
    office.publish_all()
    assert office.states() == {"x": "cancelled"}
    assert office.sandbox.posts() == []


def test_a_moved_delivery_goes_out_at_its_new_time(office: Office) -> None:
    (made,) = office.approved(channels="x")
    new = NOON + timedelta(hours=3)
    scheduling.reschedule(office.ctx, office.officer, made.id, new)
    office.at(NOON)
    office.runner().beat()
    assert office.sandbox.posts() == []
    office.publish_all()
    assert office.deliveries()[0].published_at == new


def test_a_moved_thread_goes_out_whole_at_its_new_time(office: Office) -> None:
    first, *later = office.approved(channels="x", extra="slot: lunch\nx: {thread: true}", body=LONG)
    new = NOON + timedelta(hours=3)
    scheduling.reschedule(office.ctx, office.officer, first.id, new)
    office.at(NOON + timedelta(hours=2))
    office.runner().beat()
    assert office.states() == {"x": "waiting"}  # of its last part
    office.publish_all()
    assert len(office.sandbox.posts("x")) == 1 + len(later)


def test_a_later_part_of_a_thread_has_no_time_of_its_own(office: Office) -> None:
    _, second, *_ = office.approved(channels="x", extra="slot: lunch\nx: {thread: true}", body=LONG)
    with pytest.raises(ScheduleError, match="later part"):
        scheduling.reschedule(office.ctx, office.officer, second.id, NOON + timedelta(hours=3))


def test_a_moved_delivery_does_not_go_out_after_the_posts_own_end(office: Office) -> None:
    end = NOON + timedelta(hours=3, minutes=10)
    (made,) = office.approved(channels="x", extra=f"slot: lunch\nexpires: {end:%Y-%m-%d %H:%M}")
    scheduling.reschedule(office.ctx, office.officer, made.id, end - timedelta(minutes=10))
    office.at(end + timedelta(minutes=1))
    office.runner().beat()
    assert office.states() == {"x": "missed"}
    assert office.sandbox.posts() == []


def test_two_posts_of_one_slot_never_share_it(office: Office) -> None:
    first = office.approved("one", title="一つ目（見本）")
    second = office.approved("two", title="二つ目（見本）")
    assert {d.due_at for d in first}.isdisjoint({d.due_at for d in second})


def test_instagram_through_instagrapi_publishes_a_picture_and_an_album(office: Office) -> None:
    office.ctx = dataclasses.replace(office.ctx, config=load(office.env | {"DXBOT_INSTAGRAM_DRIVER": "private"}))
    office.approved("one", channels="instagram", title="一枚（見本）")
    album = "slot: lunch"
    path = office.post("two", channels="instagram", title="二枚（見本）", extra=album)
    text = path.read_text(encoding="utf-8").replace(
        "images: [{file: red.png, alt: 赤い四角の見本, people: none}]",
        "images: [{file: red.png, alt: 赤い四角の見本, people: none}, {file: blue.png, alt: 青い長方形の見本, people: none}]",
    )
    path.write_text(text, encoding="utf-8")
    office.approve(office.submit(path))
    office.publish_all()
    posts = office.sandbox.posts("instagram")
    assert [[m["alt"] for m in p["media"]] for p in posts] == [["赤い四角の見本"], ["赤い四角の見本", "青い長方形の見本"]]


def test_a_persons_again_publishes_the_very_same_instagram_container(office: Office) -> None:
    """So that the first request, should it still be on its way, makes no second post."""
    office.approved(channels="instagram")
    office.sandbox.fault("instagram", "500_before")
    office.publish_all()
    (before,) = office.deliveries()
    runner = office.runner()
    for seconds in (6, 40, 130, 700, 1900):
        office.at(NOON + timedelta(seconds=seconds))
        runner.beat()
    if office.states() == {"instagram": "undecided"}:
        reconcile.decide_again(office.ctx, office.officer, before.id)
        runner.beat()
    (after,) = office.deliveries()
    assert (after.state, after.token) == ("published", before.token)
    assert len(office.sandbox.posts("instagram")) == 1
