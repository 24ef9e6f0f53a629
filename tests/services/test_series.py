"""Posts of a series go out in order on every channel, however their times came about; and who waits says for what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import NotAllowed, ScheduleError
from bot.services.approval import withdrawing
from bot.services.delivery import foresight, outlook, pause, scheduling, series
from bot.store.models import Delivery, Submission
from tests.office import TOKYO, TUESDAY, Office


def part(office: Office, number: int, extra: str = "", channels: str = "x", name: str = "") -> Submission:
    written = f"series: {{name: 書かない窓口, part: {number}}}\n{extra}"
    body = f"第{number}回のお話です（見本）。窓口の様子を伝えます。\n"
    return office.submit(
        office.post(name or f"kai-{number}", title=f"第{number}回", channels=channels, extra=written, body=body)
    )


def row(number: int, channel: str = "x") -> Delivery:
    return Delivery.objects.get(submission__series_part=number, channel=channel)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-12-{text}").replace(tzinfo=TOKYO)


def test_the_next_slot_of_a_part_is_after_the_part_before_it(office: Office) -> None:
    one, two = part(office, 1, "publish: 2026-12-03 10:00"), part(office, 2)
    office.approve(one)
    assert [f.due for f in foresight.foresee(office.ctx, two)] == [at("03 12:15")]
    assert [d.due_at for d in office.approve(two)] == [at("03 12:15")]


def test_what_is_wished_for_too_early_or_comes_first_to_the_officer_waits_and_says_why(office: Office) -> None:
    one, two = part(office, 1, "publish: 2026-12-03 10:00"), part(office, 2, "publish: 2026-12-02 10:00")
    (seen,) = foresight.foresee(office.ctx, two)
    assert seen.due is None
    assert "第1回「第1回」が、まだ出ていません（承認待ち）" in seen.problem
    with pytest.raises(ScheduleError):
        office.approve(two)
    office.approve(one)
    with pytest.raises(ScheduleError) as early:
        office.approve(two)
    assert "順番" in early.value.summary
    assert "12月3日（木） 10:00" in early.value.next_step
    assert not Delivery.objects.filter(submission=two).exists()


def test_a_part_that_nobody_has_handed_in_is_waited_for(office: Office) -> None:
    with pytest.raises(ScheduleError) as missing:
        office.approve(part(office, 2))
    assert "第1回が、まだ申請されていません" in missing.value.summary


def test_a_channel_that_shows_no_earlier_part_waits_for_none(office: Office) -> None:
    office.approve(part(office, 1, "publish: 2026-12-03 10:00", channels="x"))
    made = office.approve(part(office, 2, channels="x, facebook"))
    due = {d.channel: d.due_at for d in made}
    assert due["facebook"] < at("03 10:00") < due["x"]


def test_a_channel_that_a_part_left_out_again_is_not_waited_for(office: Office) -> None:
    office.approve(part(office, 1, "publish: 2026-12-03 10:00", channels="x, facebook"))
    office.approve(part(office, 1, "publish: 2026-12-03 10:00", channels="x"))
    made = office.approve(part(office, 2, channels="facebook"))
    assert [d.due_at for d in made] < [at("03 10:00")]


def test_what_an_earlier_text_may_have_shown_there_is_waited_for(office: Office) -> None:
    office.approve(part(office, 1, "publish: 2026-12-03 10:00", channels="x, facebook"))
    Delivery.objects.filter(channel="facebook").update(state="unknown")
    part(office, 1, "publish: 2026-12-03 10:00", channels="x")
    with pytest.raises(ScheduleError):
        office.approve(part(office, 2, channels="facebook"))


def test_moving_keeps_the_order_both_ways(office: Office) -> None:
    office.approve(part(office, 1, "publish: 2026-12-02 10:00"))
    office.approve(part(office, 2, "publish: 2026-12-03 10:00"))
    for number, moment in ((1, "04 10:00"), (2, "01 10:00"), (1, "03 10:00"), (2, "02 10:00")):
        with pytest.raises(ScheduleError):
            scheduling.reschedule(office.ctx, office.officer, row(number).id, at(moment))
    assert all(t < at("03 10:00") for t in scheduling.free_times(office.ctx, row(1), 8))
    assert all(t > at("02 10:00") for t in scheduling.free_times(office.ctx, row(2), 8))
    scheduling.reschedule(office.ctx, office.officer, row(2).id, at("04 10:00"))
    scheduling.reschedule(office.ctx, office.officer, row(1).id, at("03 10:00"))


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (lambda o: scheduling.cancel(o.ctx, o.officer, row(1).id), "取り消し"),
        (lambda _: Delivery.objects.filter(id=row(1).id).update(state="failed"), "配信できず"),
        (lambda _: Delivery.objects.filter(id=row(1).id).update(state="held"), "保留"),
        (lambda _: Delivery.objects.filter(id=row(1).id).update(state="missed"), "時刻超過"),
        (lambda _: Delivery.objects.filter(id=row(1).id).update(state="undecided"), "要判断"),
        (lambda o: withdrawing.withdraw(o.ctx, o.author, row(1).submission_id), "取り下げ"),
    ],
)
def test_when_a_part_does_not_come_the_gate_holds_the_next_until_a_person_goes_on(
    office: Office, ends: object, told: str
) -> None:
    office.approve(part(office, 1, "publish: 2026-12-02 10:00"))
    office.approve(part(office, 2, "publish: 2026-12-02 11:00"))
    ends(office)  # type: ignore[operator]
    assert told in outlook.barred(office.ctx, [row(2)], {}, office.ctx.rules)[row(2).id]
    office.at(at("02 11:00"))
    office.runner().beat()
    held = row(2)
    assert (held.state, held.bar) == ("held", "order")
    assert f"連載「書かない窓口」の第1回「第1回」が、まだ出ていません（{told}" in held.problem
    with pytest.raises(ScheduleError):
        pause.release(office.ctx, office.officer, held.id)
    with pytest.raises(ScheduleError):
        scheduling.reschedule(office.ctx, office.officer, held.id, at("03 10:00"))
    with pytest.raises(NotAllowed):
        series.go_alone(office.ctx, office.author, held.id)
    series.go_alone(office.ctx, office.officer, held.id)
    scheduling.reschedule(office.ctx, office.officer, held.id, at("03 10:00"))
    office.at(at("03 10:00"))
    office.runner().beat()
    assert row(2).state == "published"
    assert row(1).state != "published"


def test_a_part_that_is_out_is_followed_whatever_is_handed_in_of_it_later(office: Office) -> None:
    one = part(office, 1, "publish: 2026-12-01 10:00")
    office.approve(one)
    office.approve(part(office, 2, "publish: 2026-12-02 10:00"))
    office.publish_all()
    assert [row(1).state, row(2).state] == ["published", "published"]
    assert row(1).published_at < row(2).published_at  # type: ignore[operator]


def test_a_part_that_changed_and_is_approved_again_gets_a_time_before_what_stands_or_the_next_waits(office: Office) -> None:
    office.approve(part(office, 1, "publish: 2026-12-02 10:00"))
    office.approve(part(office, 2, "publish: 2026-12-02 11:00"))
    one = part(office, 1, "publish: 2026-12-02 10:30\nhashtags: [窓口]")
    assert "承認待ち" in outlook.objection(office.ctx, row(2), at("02 11:00"), office.ctx.rules)
    office.approve(one)
    assert outlook.objection(office.ctx, row(2), at("02 11:00"), office.ctx.rules) == ""
    office.publish_all()
    assert Delivery.objects.filter(state="published").count() == 2


def test_two_posts_are_not_one_part(office: Office) -> None:
    part(office, 1)
    with pytest.raises(NotAllowed) as twice:
        part(office, 1, name="betsu")
    assert "第1回は、「第1回」がもう申請されています" in twice.value.summary


def test_a_missed_part_that_is_handed_in_again_comes_after_the_one_before_it(office: Office) -> None:
    one = part(office, 1, "publish: 2026-12-03 10:00")
    office.approve(one)
    two = part(office, 2)
    office.approve(two)
    Delivery.objects.filter(id=row(2).id).update(state="missed", due_at=TUESDAY, last_at=TUESDAY + timedelta(hours=1))
    part(office, 2)  # the same again: planned anew
    assert row(2).state == "scheduled"
    assert row(2).due_at > row(1).due_at
