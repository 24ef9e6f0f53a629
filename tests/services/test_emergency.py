"""An emergency text: neither night nor disaster holds it, a person's stop does; two people, the same checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import NotAllowed, QuietHours
from bot.registry import load
from bot.services.approval.submit import NotReady
from bot.services.delivery import blackouts, pause, scheduling
from bot.services.records.context import context
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor, Role
from bot.workflow.kinds import Kind
from tests.disaster import telegrams as made
from tests.office import TUESDAY, Office
from tests.people.test_roles import ELECTION
from tests.services.test_disasters import CITY, QUAKE

NIGHT = TUESDAY.replace(hour=22)
CHIEF = Actor(person="kouhou-kacho", role=Role.OFFICER)


@pytest.fixture
def night(office: Office) -> Office:
    """Ten in the evening, after a quake that has stopped everything."""
    (office.folder / "city.yml").write_text(CITY, encoding="utf-8")
    office.env |= {"DXBOT_JMA_BASE_URL": f"{office.sandbox.base_url}/jma"}
    office.ctx = context(load(office.env), office.clock)
    office.approved("planned", channels="x", extra="publish: 2026-12-02 09:00")
    office.at(NIGHT)
    office.sandbox.telegram("VXSE53", made.quake(QUAKE, at=NIGHT - timedelta(minutes=1)))
    office.runner().listen()
    assert office.states() == {"x": "held"}
    return office


def text(office: Office, name: str = "dansui", body: str = "市内の一部で断水しています。給水所は市役所前です。\n") -> Path:
    path = office.folder / "posts" / f"{name}.md"
    front = f"id: 01TEST{name}\ntitle: 断水のお知らせ\nauthor: shimin-leader\nemergency: true\nchannels: [x]\n"
    path.write_text(f"---\n{front}contact: 危機管理課 076-220-2111\n---\n{body}", encoding="utf-8")
    return path


def test_it_goes_out_at_once_at_night_past_the_disasters_stop(night: Office) -> None:
    submission = night.submit(text(night), night.officer)
    assert submission.kind == Kind.EMERGENCY
    (delivery,) = night.approve(submission, CHIEF)
    assert delivery.kind == Kind.EMERGENCY
    night.runner().beat()
    delivery.refresh_from_db()
    assert delivery.state == "published"
    assert [p["text"].splitlines()[0] for p in night.sandbox.posts("x")] == ["断水のお知らせ"]
    assert [d.state for d in night.deliveries() if d.id != delivery.id] == ["held"]


def test_a_stop_that_a_person_pressed_holds_it(night: Office) -> None:
    pause.pause(night.ctx, night.officer, "誤りの報告があったため")
    (delivery,) = night.approve(night.submit(text(night), night.officer), CHIEF)
    night.runner().beat()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.bar) == ("held", "stop")
    assert night.sandbox.posts("x") == []


def test_its_correction_replaces_it_past_the_disasters_stop(night: Office) -> None:
    night.approve(night.submit(text(night), night.officer), CHIEF)
    runner = night.runner()
    runner.beat()
    path = text(night, body="市内の一部で断水しています。給水所は中央公園です。\n")
    correction = "correction: {kind: 誤記, wrong: 市役所前, right: 中央公園, x: repost}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("channels:", f"{correction}channels:"), encoding="utf-8")
    night.at(night.clock.now() + timedelta(minutes=5))
    night.approve(night.submit(path, night.officer), CHIEF)
    for _ in range(4):
        runner.beat()
        runner.remove()
        night.at(night.clock.now() + timedelta(minutes=1))
    (shown,) = [post["text"] for post in night.sandbox.posts("x") if not post["deleted"]]
    assert "中央公園" in shown


def test_only_the_office_hands_it_in_and_another_approves_it(night: Office) -> None:
    with pytest.raises(NotAllowed):
        night.submit(text(night), night.author)
    submission = night.submit(text(night), night.officer)
    with pytest.raises(NotAllowed):
        night.approve(submission, night.officer)


def test_the_checks_are_the_same(night: Office) -> None:
    with pytest.raises(NotReady):
        night.submit(text(night, body="断水は、2026年12月2日（月）に終わります。\n"), night.officer)


def test_what_is_approved_is_an_emergency_and_no_other_kind(night: Office) -> None:
    emergency = night.submit(text(night), night.officer)
    plain = text(night).read_text(encoding="utf-8").replace("emergency: true", "measure: 2-1\nachievement: done")
    (night.folder / "posts" / "dansui.md").write_text(plain, encoding="utf-8")
    other = night.submit(night.folder / "posts" / "dansui.md", night.officer)
    assert other.digest != emergency.digest
    assert Submission.objects.get(id=emergency.id).state == "stale"


def test_moved_at_night_it_keeps_the_rules_of_its_kind(night: Office) -> None:
    """Neither hours, nor a blackout, nor another post's slot keep it from a time; what it is told to wait for, it waits for."""
    blackouts.enter(night.ctx, night.officer, replace(ELECTION, start=NIGHT, end=NIGHT + timedelta(days=3)))
    wished, later = NIGHT + timedelta(hours=1), NIGHT + timedelta(hours=3)
    path = text(night)
    path.write_text(path.read_text("utf-8").replace("channels:", f"publish: {wished:%Y-%m-%d %H:%M}\nchannels:"), "utf-8")
    (delivery,) = night.approve(night.submit(path, night.officer), CHIEF)
    (beside,) = night.approve(night.submit(text(night, "gas", "大野町で都市ガスが止まっています。\n"), night.officer), CHIEF)
    scheduling.reschedule(night.ctx, CHIEF, beside.id, later)
    scheduling.reschedule(night.ctx, CHIEF, delivery.id, later)
    runner = night.runner()
    night.at(wished)
    runner.beat()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.kind, delivery.due_at) == ("scheduled", Kind.EMERGENCY, later)
    night.at(later)
    for _ in range(2):
        runner.beat()
        night.at(night.clock.now() + timedelta(minutes=1))
    assert {d.state for d in night.deliveries() if d.kind == Kind.EMERGENCY} == {"published"}
    (planned,) = [d for d in night.deliveries() if d.kind == Kind.PUBLICATION]
    with pytest.raises(QuietHours):
        scheduling.reschedule(night.ctx, CHIEF, planned.id, later + timedelta(hours=1))


def test_moved_it_still_waits_for_the_stop_that_a_person_pressed(night: Office) -> None:
    (delivery,) = night.approve(night.submit(text(night), night.officer), CHIEF)
    pause.pause(night.ctx, night.officer, "誤りの報告があったため")
    scheduling.reschedule(night.ctx, CHIEF, delivery.id, NIGHT + timedelta(hours=1))
    night.at(NIGHT + timedelta(hours=1))
    night.runner().beat()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.bar) == ("held", "stop")


def test_missed_and_handed_in_again_it_goes_out_at_once_and_not_in_the_morning(night: Office) -> None:
    runner, path = night.runner(), text(night)
    (delivery,) = night.approve(night.submit(path, night.officer), CHIEF)
    night.at(NIGHT + timedelta(hours=3))
    runner.beat()
    assert Delivery.objects.get(id=delivery.id).state == "missed"
    night.submit(path, night.officer)
    runner.beat()
    assert Delivery.objects.get(id=delivery.id).state == "published"


def test_a_correction_can_be_moved_into_the_night(office: Office) -> None:
    (first,) = office.approved("a", channels="x")
    office.publish_all()
    Delivery.objects.filter(id=first.id).update(kind=Kind.CORRECTION, state="scheduled", remote_id="")
    scheduling.reschedule(office.ctx, office.officer, first.id, NIGHT)
    assert Delivery.objects.get(id=first.id).due_at == NIGHT
