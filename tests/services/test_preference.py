"""Important posts before others, and no more of a day than it may have."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import ScheduleError, SlotTaken
from bot.services.approval import review, withdrawing
from bot.services.delivery import foresight, pause, scheduling
from bot.store.models import Delivery, Submission
from tests.office import TOKYO, Office

SLOTS = """
grace: {grace}
per_day: {{x: {most}}}
slots: {{a: {{days: [mon, tue, wed, thu, fri], at: 9:30}}, b: {{days: [tue], at: 15:30}}}}
"""


def post(office: Office, name: str, extra: str = "") -> Submission:
    body = f"{name} のお知らせです（見本）。窓口の様子を伝えます。\n"
    by = office.officer if "emergency" in extra else office.author
    return office.submit(office.post(name, title=name, channels="x", extra=extra, body=body), by)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-12-{text}").replace(tzinfo=TOKYO)


def due(office: Office, submission: Submission) -> datetime | None:
    return foresight.foresee(office.ctx, submission)[0].due


def test_an_important_post_in_the_queue_keeps_the_next_slot_from_ordinary_ones(office: Office) -> None:
    ordinary = post(office, "a")
    assert due(office, ordinary) == at("01 09:30")
    important = post(office, "b", "important: true")
    assert due(office, important) == at("01 09:30")
    assert due(office, ordinary) == at("01 12:15")
    assert [d.due_at for d in office.approve(ordinary)] == [at("01 12:15")]
    assert [d.due_at for d in office.approve(important)] == [at("01 09:30")]


def test_what_an_officer_was_told_does_not_move_for_an_important_post(office: Office) -> None:
    office.approve(ordinary := post(office, "a"))
    important = post(office, "b", "important: true")
    assert due(office, important) == at("01 12:15")
    assert Delivery.objects.get(submission=ordinary).due_at == at("01 09:30")


@pytest.mark.parametrize(
    "extra",
    [
        "important: true\npublish: 2026-12-01 16:45",
        "important: true\nseries: {name: 窓口, part: 2}",
        "important: true\nemergency: true",
    ],
)
def test_nothing_is_kept_for_an_important_post_that_has_a_time_or_gets_none(office: Office, extra: str) -> None:
    post(office, "b", extra)
    assert due(office, post(office, "a")) == at("01 09:30")


def test_nothing_is_kept_for_what_left_the_queue_and_a_person_may_choose_any_free_time(office: Office) -> None:
    important = post(office, "b", "important: true")
    ordinary = post(office, "a")
    (made,) = review.approve(office.ctx, office.officer, ordinary.id, ordinary.digest, review.Terms(at=at("01 09:30")))
    assert made.due_at == at("01 09:30")
    withdrawing.withdraw(office.ctx, office.author, important.id)
    assert due(office, post(office, "c")) == at("01 12:15")


def test_a_full_day_takes_no_more_by_whatever_way(office: Office) -> None:
    office.schedules(slots=SLOTS.format(grace="60m", most=1))
    office.approve(post(office, "a"))
    second = post(office, "b")
    assert due(office, second) == at("02 09:30")
    with pytest.raises(SlotTaken) as full:
        office.approve(post(office, "c", "publish: 2026-12-01 13:00"))
    assert "1日に出せるのは1件まで" in full.value.summary
    assert "12月2日（水） 9:30" in full.value.next_step
    (made,) = office.approve(second)
    with pytest.raises(SlotTaken):
        scheduling.reschedule(office.ctx, office.officer, made.id, at("01 13:00"))
    assert at("01 15:30") not in scheduling.free_times(office.ctx, made, 8)


def test_what_comes_a_day_late_is_held_where_that_day_has_shown_enough(office: Office) -> None:
    office.schedules(slots=SLOTS.format(grace="2d", most=1))
    first, second = (office.approve(post(office, name))[0] for name in ("a", "b"))
    office.at(at("02 09:30"))  # nobody was there on the first day
    office.runner().beat()
    states = {d.id: (d.state, d.bar) for d in office.deliveries()}
    assert states == {first.id: ("published", ""), second.id: ("held", "quiet")}
    held = Delivery.objects.get(id=second.id)
    assert "1日に出せるのは1件まで" in held.problem
    with pytest.raises(ScheduleError):
        pause.release(office.ctx, office.officer, second.id)
    office.at(at("02 09:30") + timedelta(days=1))
    pause.release(office.ctx, office.officer, second.id)
    office.runner().beat()
    assert Delivery.objects.get(id=second.id).state == "published"
