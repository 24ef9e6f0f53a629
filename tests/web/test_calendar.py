"""The calendar: what it shows on which day, moving a delivery, and the feed at a secret address."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from bot.services import calendar, pause
from bot.store.models import AuditEntry, Delivery, FeedKey, Submission, User
from tests.office import Office
from tests.web.browser import Browser, signed_in


def day_of(page: str, day: str) -> str:
    found = re.search(rf'data-date="{day}">(.*?)</td>', page, re.DOTALL)
    assert found
    return found[1]


def test_each_delivery_stands_on_its_day_with_time_channel_and_title(office: Office, officer: Browser) -> None:
    office.approved(extra="publish: 2026-12-03 10:20")
    shown = day_of(officer.get("/calendar/?date=2026-12-01").text, "2026-12-03")
    for told in ("10:20", "Instagram", "書かない窓口（見本）", "配信予定"):
        assert told in shown
    assert "書かない窓口" not in day_of(officer.get("/calendar/?date=2026-12-01").text, "2026-12-02")


def test_what_still_waits_for_approval_stands_at_its_wished_time(office: Office, officer: Browser) -> None:
    office.submit(office.post(extra="publish: 2026-12-03 10:20"))
    assert "承認待ち" in day_of(officer.get("/calendar/?date=2026-12-01").text, "2026-12-03")


def test_holidays_closed_days_and_the_papers_deadline_are_marked(office: Office, officer: Browser) -> None:
    assert "文化の日" in day_of(officer.get("/calendar/?date=2026-11-15").text, "2026-11-03")
    december = officer.get("/calendar/?date=2026-12-01").text
    assert "年末年始" in day_of(december, "2026-12-30")
    assert "2026-12号の原稿締切" in day_of(december, "2026-12-04")


def test_a_blackout_is_marked_on_each_of_its_days(office: Office, people: None) -> None:
    from dataclasses import replace
    from datetime import datetime

    from bot.schedule.rules import Blackout

    zone = office.ctx.rules.zone
    blackout = Blackout(
        start=datetime(2026, 12, 8, tzinfo=zone),
        end=datetime(2026, 12, 10, tzinfo=zone),
        kind="election",
        why="選挙期間",
        set_by="広報広聴課",
        channels=frozenset({"x"}),
    )
    office.ctx.__dict__["rules"] = replace(office.ctx.rules, blackouts=(blackout,))
    days = calendar.days(office.ctx, office.officer, date(2026, 12, 7), 4)
    assert [d.blackouts for d in days] == [[], ["配信を止める期間（X）：選挙期間"], ["配信を止める期間（X）：選挙期間"], []]


@pytest.mark.parametrize("query", ["view=week&date=2026-12-03", "view=list&date=2026-12-01", "view=month&date=2026-12-31"])
def test_every_view_shows_the_delivery(office: Office, officer: Browser, query: str) -> None:
    office.approved(extra="publish: 2026-12-03 10:20")
    assert officer.get(f"/calendar/?{query}").text.count("書かない窓口（見本）</a>") == 3


@pytest.mark.parametrize("query", ["view=year", "date=2026-13-40", "date=x&view=list"])
def test_a_wrong_address_shows_the_present_month_or_list(office: Office, officer: Browser, query: str) -> None:
    assert officer.get(f"/calendar/?{query}").status_code == 200


def test_a_delivery_is_moved_by_the_form(office: Office, officer: Browser) -> None:
    delivery = office.approved()[0]
    page = f"/deliveries/{delivery.id}/move/"
    free = re.findall(r'name="free" value="([^"]+)"', officer.get(page).text)
    assert free[0] == "2026-12-01T09:30"
    done = officer.post(page, page, free="", at="2026-12-03T10:20")
    assert "12月3日 10:20に移しました" in done.text
    assert Delivery.objects.get(id=delivery.id).due_at.isoformat() == "2026-12-03T01:20:00+00:00"


@pytest.mark.parametrize("at", ["2026-12-05T10:00", "2026-11-30T10:00", "いつか"])
def test_a_delivery_is_not_moved_to_where_nothing_may_go_out(office: Office, officer: Browser, at: str) -> None:
    delivery = office.approved()[0]
    done = officer.post(f"/deliveries/{delivery.id}/move/", f"/deliveries/{delivery.id}/move/", at=at)
    assert done.status_code == 409
    assert Delivery.objects.get(id=delivery.id).due_at == delivery.due_at


def test_a_leader_can_look_but_not_move(office: Office, leader: Browser) -> None:
    delivery = office.approved(extra="publish: 2026-12-03 10:20")[0]
    page = leader.get("/calendar/?date=2026-12-01").text
    assert "書かない窓口（見本）" in page
    assert "/move/" not in page
    assert leader.get(f"/deliveries/{delivery.id}/move/").status_code == 403
    assert leader.post(f"/deliveries/{delivery.id}/move/", "/tokens/", at="2026-12-04T10:00").status_code == 403


def _address(browser: Browser) -> str:
    shown = browser.post("/calendar/subscribe/", "/calendar/")
    found = re.search(r'class="feed">([^<]+)<', shown.text)
    assert found
    return found[1]


def test_the_feed_holds_what_this_person_may_see_and_needs_no_login(office: Office, officer: Browser, web_site: str) -> None:
    office.approved(extra="publish: 2026-12-03 10:20", title="1;2,3の見本")
    stranger = signed_in(web_site, "soumu-leader")
    for browser, expected in ((officer, 3), (stranger, 0)):
        answer = requests.get(_address(browser), timeout=10)
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        events: list[Any] = [e for e in Calendar.from_ical(answer.content).walk("VEVENT") if "delivery" in str(e["uid"])]
        assert len(events) == expected
        assert all("1;2,3の見本" in e["summary"] for e in events)
        assert all(e["dtstart"].dt.isoformat() == "2026-12-03T10:20:00+09:00" for e in events)


def test_a_wrong_an_old_and_a_revoked_address_give_nothing(office: Office, officer: Browser, web_site: str) -> None:
    first = _address(officer)
    second = _address(officer)
    assert requests.get(f"{web_site}/feeds/{'x' * 43}.ics", timeout=10).status_code == 404
    assert requests.get(first, timeout=10).status_code == 404
    assert requests.get(second, timeout=10).status_code == 200
    officer.post("/calendar/unsubscribe/", "/calendar/")
    assert requests.get(second, timeout=10).status_code == 404


def test_the_feed_of_a_person_who_left_gives_nothing(office: Office, officer: Browser) -> None:
    address = _address(officer)
    User.objects.filter(username="kouhou").update(is_active=False)
    assert requests.get(address, timeout=10).status_code == 404


def test_the_feeds_secret_is_kept_nowhere(office: Office, officer: Browser) -> None:
    secret = _address(officer).rsplit("/", 1)[1].removesuffix(".ics")
    kept = str(list(FeedKey.objects.values())) + str(list(AuditEntry.objects.values()))
    assert secret not in kept
    assert secret not in officer.get("/calendar/").text


def test_a_full_calendar_takes_no_more_queries_than_an_empty_one(office: Office) -> None:
    counts = []
    for number in range(2):
        if number:
            for name in "abcdefgh":
                office.approved(name, title=f"{name}の見本")
        with CaptureQueriesContext(connection) as queries:
            calendar.days(office.ctx, office.officer, date(2026, 12, 1), 31)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Submission.objects.count() == 8


def test_a_held_delivery_shows_as_held(office: Office, officer: Browser) -> None:
    office.approved(extra="publish: 2026-12-03 10:20")
    pause.pause(office.ctx, office.officer, "地震のため")
    assert "保留" in day_of(officer.get("/calendar/?date=2026-12-01").text, "2026-12-03")


def test_a_full_day_shows_the_first_few_and_leads_to_the_whole_list(office: Office, officer: Browser) -> None:
    for name in "abc":
        office.approved(name, title=f"{name}の見本", extra="publish: 2026-12-03 10:20")
    shown = day_of(officer.get("/calendar/?date=2026-12-01").text, "2026-12-03")
    assert shown.count("の見本</a>") == 6
    assert "全9件を見る" in shown
    assert officer.get("/calendar/?view=list&date=2026-12-03").text.count("の見本</a>") == 9
