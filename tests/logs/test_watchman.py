"""Who tells that the publisher is dead: another process, once, person after person until somebody has seen it, and once more
when it is well again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from bot.services.delivery.heartbeats import Heart
from bot.services.people import accounts
from bot.services.records.context import Context
from bot.services.telling import alarms, watchman
from bot.store.alarms import Alarm
from bot.store.clocks import WrongClock
from bot.store.heartbeats import Heartbeat
from bot.store.models import Attempt, AuditEntry, Delivery, User
from bot.workflow.actors import Role
from tests.notices.conftest import Desk
from tests.notices.servers import Chat, MailServer
from tests.people.browser import PASSWORD, Browser
from tests.together import together
from tests.web.site import work_on

HALF_AN_HOUR = timedelta(minutes=30)


class Scene:
    """A publisher that lived until now; `look` is what another process does every few seconds."""

    def __init__(self, desk: Desk, mail: MailServer) -> None:
        self.desk, self.mail = desk, mail
        self.heart = Heart(desk.ctx, "machine:7")
        self.beat()

    @property
    def ctx(self) -> Context:
        return self.desk.ctx

    def beat(self) -> None:
        self.heart._next = 0.0
        self.heart.beat()

    def look(self, after: timedelta = timedelta(0)) -> list[str]:
        self.desk.office.at(self.desk.clock.now() + after)
        return watchman.work(self.ctx)

    def told(self) -> list[str]:
        return [to for to, _, _ in self.mail.messages()]


@pytest.fixture
def scene(desk: Desk, mail: MailServer) -> Scene:
    User.objects.create(username="hacho", role=Role.HEAD, email="hacho@example.jp")
    return Scene(desk, mail)


def test_as_long_as_it_beats_nobody_is_told(scene: Scene, room: Chat) -> None:
    for _ in range(20):
        assert scene.look(timedelta(seconds=10)) == []
        scene.beat()
    assert (scene.told(), room.calls) == ([], [])


def test_a_silent_publisher_is_told_once_to_the_chat_and_to_an_operator(scene: Scene, room: Chat) -> None:
    for _ in range(12):
        scene.look(timedelta(seconds=10))
    assert scene.told() == ["unyou@example.jp"]
    (_, subject, body) = scene.mail.messages()[0]
    assert subject == "【金沢市 広報配信】見張り：確かめてください"
    assert "配信のプロセス（machine:7）の動きが、12月1日（火） " in body
    assert "30分たってもだれも押さなければ" in body
    assert "https://bot.city.example.jp/alarms/" in body
    assert len(room.calls) == 1


def test_thirty_minutes_without_a_look_and_the_next_person_has_it(scene: Scene) -> None:
    scene.look(timedelta(seconds=81))
    scene.look(HALF_AN_HOUR - timedelta(seconds=1))
    assert scene.told() == ["unyou@example.jp"]
    scene.look(timedelta(seconds=1))
    assert scene.told() == ["unyou@example.jp", "kouhou@example.jp"]
    assert "先に知らせた人：unyou@example.jp" in scene.mail.messages()[1][2]
    for _ in range(5):
        scene.look(HALF_AN_HOUR)
    order = ["unyou", "kouhou", "kouhou-2", "hacho"]
    assert scene.told() == [f"{person}@example.jp" for person in order]


def test_after_the_accounts_come_the_configured_addresses(scene: Scene) -> None:
    User.objects.exclude(username="unyou").update(email="")
    scene.desk.ctx = replace(
        scene.ctx, config=replace(scene.ctx.config, watch_mail="a@example.jp, unyou@example.jp, b@example.jp")
    )
    scene.look(timedelta(seconds=81))
    for _ in range(4):
        scene.look(HALF_AN_HOUR)
    assert scene.told() == ["unyou@example.jp", "a@example.jp", "b@example.jp"]


def test_who_has_seen_it_on_the_page_spares_the_next_person(
    scene: Scene, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.look(timedelta(seconds=81))
    work_on(scene.ctx, monkeypatch)
    accounts.set_up_user(scene.ctx, "hacho", Role.HEAD, PASSWORD)
    browser = Browser(web_site)
    browser.log_in("hacho")
    assert "の動きが" in browser.get("/queue/").text  # on every page
    number = Alarm.objects.get().id
    answer = browser.post(f"/alarms/{number}/see/", page="/alarms/")
    assert "確認したと記録しました" in answer.text
    assert "hacho が" in answer.text
    assert "の動きが" not in browser.get("/queue/").text
    scene.look(2 * HALF_AN_HOUR)
    assert scene.told() == ["unyou@example.jp"]
    entry = AuditEntry.objects.get(verb="see_alarm")
    assert (entry.actor, entry.object) == ("hacho", f"alarm:{number}")
    assert "先に確認したか" in browser.post(f"/alarms/{number}/see/", page="/tokens/").text


def test_those_who_were_told_hear_when_it_is_well_again(scene: Scene, room: Chat) -> None:
    scene.look(timedelta(seconds=81))
    scene.look(HALF_AN_HOUR)
    scene.beat()
    assert scene.look() == []
    scene.look(timedelta(seconds=10))
    assert scene.told() == ["unyou@example.jp", "kouhou@example.jp", "unyou@example.jp", "kouhou@example.jp"]
    assert scene.mail.messages()[-1][1] == "【金沢市 広報配信】見張り：もとに戻りました"
    assert len(room.calls) == 2
    scene.look(timedelta(seconds=90))  # and it may happen again
    assert len(scene.told()) == 5


def test_a_publisher_that_was_stopped_and_stays_so_is_told_too(scene: Scene) -> None:
    scene.heart.end()
    assert scene.look(timedelta(seconds=79)) == []
    assert "止められたまま" in scene.look(timedelta(seconds=2))[0]


def test_one_that_was_started_again_is_missed_by_nobody(scene: Scene) -> None:
    scene.look(timedelta(seconds=5))
    other = Heart(scene.ctx, "machine:8")
    for _ in range(12):
        scene.desk.office.at(scene.desk.clock.now() + timedelta(seconds=10))
        other._next = 0.0
        other.beat()
        assert scene.look() == []


def test_of_two_machines_the_one_that_died_is_told(scene: Scene) -> None:
    other = Heart(scene.ctx, "elsewhere:9")
    for _ in range(12):
        scene.desk.office.at(scene.desk.clock.now() + timedelta(seconds=10))
        other._next = 0.0
        other.beat()
        found = scene.look()
    assert "machine:7" in found[0]
    assert "残りのプロセスが配信を続けています" in found[0]
    assert scene.told() == ["unyou@example.jp"]


def test_what_is_due_and_does_not_move_is_told_though_the_publisher_beats(scene: Scene) -> None:
    scene.desk.office.approved(channels="x")
    due = scene.desk.office.deliveries()[0].due_at
    scene.desk.office.at(due)
    scene.beat()
    assert scene.look() == []
    scene.desk.office.at(due + timedelta(seconds=81))
    scene.beat()
    (line,) = scene.look()
    assert "「書かない窓口（見本）」（X）" in line
    Delivery.objects.update(state="held")
    assert scene.look() == []


def test_what_is_due_where_no_publisher_was_ever_started_is_told(scene: Scene) -> None:
    Heartbeat.objects.all().delete()
    scene.desk.office.approved(channels="x")
    scene.desk.office.at(scene.desk.office.deliveries()[0].due_at + timedelta(seconds=81))
    assert "何も起きていない投稿" in scene.look()[0]


def test_an_account_that_sends_one_after_the_other_is_not_stuck(scene: Scene) -> None:
    scene.desk.office.approved(channels="x")
    delivery = scene.desk.office.deliveries()[0]
    scene.desk.office.at(delivery.due_at + timedelta(seconds=81))
    scene.beat()
    now = scene.desk.clock.now()
    Attempt.objects.create(delivery=delivery, number=1, started_at=now, ended_at=now, outcome="published")
    assert scene.look() == []


def test_a_publisher_whose_clock_is_wrong_is_told_until_it_is_right(scene: Scene, room: Chat) -> None:
    now = scene.ctx.clock.now()
    problem = "a の時計が約60分進んでいます"
    row = WrongClock.objects.create(publisher="a:1", ahead=3600.0, since=now, seen_at=now, problem=problem)
    (line,) = scene.look()
    assert line == "a の時計が約60分進んでいます。そのコンピューターからは、時計が合うまで何も出ません。"
    assert len(room.calls) == 1
    row.delete()
    scene.beat()
    assert scene.look() == []
    assert len(room.calls) == 2  # all is well again


@pytest.mark.parametrize("answer", ["450 later", "550 no such mailbox"])
def test_who_cannot_be_reached_is_passed_over_at_once(scene: Scene, answer: str) -> None:
    scene.mail.answers = [answer]
    scene.look(timedelta(seconds=81))
    assert scene.told() == ["kouhou@example.jp"]


def test_while_nobody_can_be_reached_it_is_tried_every_minute(scene: Scene) -> None:
    scene.mail.answers = ["450 later"] * 4
    scene.look(timedelta(seconds=81))
    assert scene.told() == []
    scene.look(timedelta(seconds=60))
    assert scene.told() == ["unyou@example.jp"]


def test_of_many_watchmen_one_tells(scene: Scene) -> None:
    scene.desk.office.at(scene.desk.clock.now() + timedelta(seconds=81))
    together(6, lambda: watchman.work(scene.ctx))
    assert scene.told() == ["unyou@example.jp"]


@pytest.fixture
def gone() -> Iterator[Callable[[bool], None]]:
    """Whether the database answers."""
    away = False

    def refuse(execute: Callable[..., object], *arguments: object) -> object:
        if away:
            raise OperationalError("server closed the connection")
        return execute(*arguments)

    def switch(to: bool) -> None:
        nonlocal away
        away = to

    with connection.execute_wrapper(refuse):
        yield switch


def test_while_the_database_is_away_people_are_told_from_memory(scene: Scene, room: Chat, gone: Callable[[bool], None]) -> None:
    scene.look()
    gone(True)
    assert "データベースが答えません" in scene.look()[0]
    scene.look(timedelta(seconds=79))
    assert scene.told() == []
    for _ in range(10):
        scene.look(timedelta(seconds=1))
    assert scene.told() == ["unyou@example.jp"]
    scene.look(HALF_AN_HOUR)
    assert scene.told() == ["unyou@example.jp", "kouhou@example.jp"]
    assert len(room.calls) == 1
    gone(False)
    scene.beat()
    scene.look()
    scene.look(timedelta(seconds=10))
    assert scene.told()[2:] == ["unyou@example.jp", "kouhou@example.jp"]
    assert Heartbeat.objects.count() == 1
    assert alarms.open_ones() == []
