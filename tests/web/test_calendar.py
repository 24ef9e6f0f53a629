"""The calendar: what it shows on which day, moving a delivery, and the feed at a secret address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from bot.schedule.rules import Blackout
from bot.services.delivery import blackouts, pause
from bot.services.pages import calendar, feeds
from bot.services.people import accounts
from bot.services.records.context import Context
from bot.store import rules as store
from bot.store.models import AuditEntry, Delivery, FeedKey, Submission, User
from bot.workflow.actors import Actor
from tests.office import TOKYO, TUESDAY, Office
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
    assert "2026年12月号の原稿締切" in day_of(december, "2026-12-04")


def election(**changed: object) -> Blackout:
    given = {"start": datetime(2026, 12, 8, tzinfo=TOKYO), "end": datetime(2026, 12, 10, tzinfo=TOKYO)} | changed
    return Blackout(kind="選挙", why="選挙期間", set_by="kouhou", **({"channels": frozenset({"x"})} | given))  # type: ignore[arg-type]


def test_a_blackout_is_marked_on_each_of_its_days(office: Office) -> None:
    office.schedules(blackouts="- {from: 2026-12-09, to: 2026-12-09, why: 弔意, channels: [facebook], tags: ['#祭り']}\n")
    blackouts.enter(office.ctx, office.officer, election())
    days = calendar.days(office.ctx, office.officer, date(2026, 12, 7), 4)
    entered = "配信を止める期間（X）：選挙期間"
    written = "配信を止める期間（Facebook、#祭りを含むものだけ）：弔意"
    assert [d.blackouts for d in days] == [[], [entered], [written, entered], []]


def test_the_office_s_blackouts_stand_while_the_file_cannot_be_read(office: Office) -> None:
    folder = office.schedules()
    blackouts.enter(office.ctx, office.officer, election())
    (folder / "blackouts.yml").write_text("- {from: x}\n", encoding="utf-8")
    days = calendar.days(office.ctx, office.officer, date(2026, 12, 8), 1)
    assert days[0].blackouts == ["配信を止める期間（X）：選挙期間"]


def test_what_was_planned_before_a_file_s_blackout_says_that_it_will_not_go_out(office: Office) -> None:
    folder = office.schedules()
    office.approved("a", title="窓口の見本", extra="publish: 2026-12-08 10:20", channels="x, facebook")
    office.approved("b", title="祭りの見本", body="百万石まつりの見本です。\n", extra="publish: 2026-12-09 10:20", channels="x")
    (folder / "blackouts.yml").write_text(
        "- {from: 2026-12-08, to: 2026-12-08, why: 選挙, channels: [x]}\n"
        "- {from: 2026-12-08, to: 2026-12-09, why: 弔意, words: [百万石まつり]}\n",
        encoding="utf-8",
    )
    days = calendar.days(office.ctx, office.officer, date(2026, 12, 8), 2)
    assert {(e.title, e.channel): e.why for d in days for p in d.posts for e in p.entries} == {
        ("窓口の見本", "X"): "選挙",
        ("窓口の見本", "Facebook"): "",
        ("祭りの見本", "X"): "弔意",
    }


def test_a_thread_that_would_run_into_a_blackout_is_marked_with_its_first_part(office: Office) -> None:
    office.schedules()
    office.approved(channels="x", extra="publish: 2026-12-08 10:20", body="一つ目（見本）。\n")
    first = Delivery.objects.get()
    for number in range(1, 4):
        Delivery.objects.create(
            submission=first.submission, identity=first.identity, channel="x", lane="x", part=number, after=first,
            due_at=first.due_at, run_at=first.run_at, last_at=first.last_at, state="waiting",
        )  # fmt: skip
    blackout = election(start=first.due_at + timedelta(minutes=4), end=first.due_at + timedelta(hours=1))
    store.Blackout.objects.create(
        start_at=blackout.start, end_at=blackout.end, why=blackout.why, set_at=office.clock.now(), channels=["x"]
    )
    ((entry,),) = [d.posts[0].entries for d in calendar.days(office.ctx, office.officer, date(2026, 12, 8), 1)]
    assert entry.why == "選挙期間"
    Delivery.objects.filter(part__gt=0).update(state="cancelled")
    ((entry,),) = [d.posts[0].entries for d in calendar.days(office.ctx, office.officer, date(2026, 12, 8), 1)]
    assert entry.why == ""


def test_the_calendar_tells_what_is_held_by_which(office: Office, officer: Browser) -> None:
    office.approved(extra="publish: 2026-12-08 10:20", channels="x")
    office.approved("b", title="読めない見本", extra="publish: 2026-12-09 10:20", channels="facebook")
    blackouts.enter(office.ctx, office.officer, election())
    Delivery.objects.filter(channel="facebook").update(due_at=datetime(2026, 12, 12, 10, 20, tzinfo=TOKYO))
    page = officer.get("/calendar/?date=2026-12-01").text
    assert "配信を止める期間のため（選挙期間）" in day_of(page, "2026-12-08")
    assert "この時刻には出ません（休業日）" in day_of(page, "2026-12-12")


@pytest.mark.parametrize("query", ["view=week&date=2026-12-03", "view=list&date=2026-12-01", "view=month&date=2026-12-31"])
def test_every_view_shows_the_delivery(office: Office, officer: Browser, query: str) -> None:
    office.approved(extra="publish: 2026-12-03 10:20")
    assert officer.get(f"/calendar/?{query}").text.count("書かない窓口（見本）</a>") == 1


@pytest.mark.parametrize("query", ["view=year", "date=2026-13-40", "date=x&view=list"])
def test_a_wrong_address_shows_the_present_month_or_list(office: Office, officer: Browser, query: str) -> None:
    assert officer.get(f"/calendar/?{query}").status_code == 200


def test_a_delivery_is_moved_by_the_form(office: Office, officer: Browser) -> None:
    delivery = office.approved()[0]
    page = f"/deliveries/{delivery.id}/move/"
    free = re.findall(r'name="free" value="([^"]+)"', officer.get(page).text)
    assert free[0] == "2026-12-01T09:30"
    (version,) = re.findall(r'name="version" value="(\d+)"', officer.get(page).text)
    done = officer.post(page, page, free="", at="2026-12-03T10:20", version=version)
    assert "12月3日（木） 10:20に移しました" in done.text
    assert Delivery.objects.get(id=delivery.id).due_at.isoformat() == "2026-12-03T01:20:00+00:00"


def test_a_form_of_before_overwrites_nobody(office: Office, officer: Browser) -> None:
    delivery = office.approved()[0]
    page = f"/deliveries/{delivery.id}/move/"
    (version,) = re.findall(r'name="version" value="(\d+)"', officer.get(page).text)
    assert officer.post(page, page, at="2026-12-02T10:20").status_code == 409  # no version at all
    officer.post(page, page, at="2026-12-03T10:20", version=version)
    old: list[dict[str, str]] = [{"version": version}, {"version": "x"}, {}]
    for form in old:
        refused = officer.post(page, page, at="2026-12-04T10:20", **form)
        assert refused.status_code == 409
        assert "ほかの操作が先に行われました" in refused.text
    assert Delivery.objects.get(id=delivery.id).due_at.isoformat() == "2026-12-03T01:20:00+00:00"


@pytest.mark.parametrize("at", ["2026-12-05T10:00", "2026-11-30T10:00", "いつか"])
def test_a_delivery_is_not_moved_to_where_nothing_may_go_out(office: Office, officer: Browser, at: str) -> None:
    delivery = office.approved()[0]
    page = f"/deliveries/{delivery.id}/move/"
    done = officer.post(page, page, at=at, version=str(delivery.fence))
    assert done.status_code == 422
    assert "ほかの操作が先に" not in done.text
    assert Delivery.objects.get(id=delivery.id).due_at == delivery.due_at


def test_a_leader_can_look_but_not_move(office: Office, leader: Browser) -> None:
    delivery = office.approved(extra="publish: 2026-12-03 10:20")[0]
    page = leader.get("/calendar/?date=2026-12-01").text
    assert "書かない窓口（見本）" in page
    assert "/move/" not in page
    assert leader.get(f"/deliveries/{delivery.id}/move/").status_code == 403
    assert leader.post(f"/deliveries/{delivery.id}/move/", "/tokens/", at="2026-12-04T10:00").status_code == 403


def address_of(browser: Browser) -> str:
    shown = browser.post("/calendar/subscribe/", "/calendar/")
    found = re.search(r'class="feed">([^<]+)<', shown.text)
    assert found
    return found[1]


def test_the_feed_holds_what_this_person_may_see_and_needs_no_login(office: Office, officer: Browser, web_site: str) -> None:
    office.approved(extra="publish: 2026-12-03 10:20", title="1;2,3の見本")
    stranger = signed_in(web_site, "soumu-leader")
    for browser, expected in ((officer, 3), (stranger, 0)):
        answer = requests.get(address_of(browser), timeout=10)
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        events: list[Any] = [e for e in Calendar.from_ical(answer.content).walk("VEVENT") if "delivery" in str(e["uid"])]
        assert len(events) == expected
        assert all("1;2,3の見本" in e["summary"] for e in events)
        assert all(e["dtstart"].dt.isoformat() == "2026-12-03T10:20:00+09:00" for e in events)


def test_a_wrong_an_old_and_a_revoked_address_give_nothing(office: Office, officer: Browser, web_site: str) -> None:
    first = address_of(officer)
    second = address_of(officer)
    assert requests.get(f"{web_site}/feeds/{'x' * 43}.ics", timeout=10).status_code == 404
    assert requests.get(first, timeout=10).status_code == 404
    assert requests.get(second, timeout=10).status_code == 200
    officer.post("/calendar/unsubscribe/", "/calendar/")
    assert requests.get(second, timeout=10).status_code == 404


def test_the_feed_of_a_person_who_left_gives_nothing(office: Office, officer: Browser) -> None:
    address = address_of(officer)
    User.objects.filter(username="kouhou").update(is_active=False)
    assert requests.get(address, timeout=10).status_code == 404


@pytest.mark.parametrize("end", [accounts.dismiss, accounts.invite_again])
def test_a_feed_stays_dead_when_its_person_comes_back(
    office: Office, officer: Browser, end: Callable[[Context, Actor, str], object]
) -> None:
    address = address_of(officer)
    end(office.ctx, office.operator, "kouhou")
    accounts.invite_again(office.ctx, office.operator, "kouhou")
    assert requests.get(address, timeout=10).status_code == 404


def test_a_feed_ends_after_a_year(office: Office, officer: Browser) -> None:
    address = address_of(officer)
    for days, status in ((364.9, 200), (365.1, 404)):
        office.clock.advance_to(TUESDAY + timedelta(days=days))
        assert requests.get(address, timeout=10).status_code == status
    assert not feeds.is_issued(office.ctx, User.objects.get(username="kouhou"))


def test_the_feeds_secret_is_kept_nowhere(office: Office, officer: Browser) -> None:
    secret = address_of(officer).rsplit("/", 1)[1].removesuffix(".ics")
    kept = str(list(FeedKey.objects.values())) + str(list(AuditEntry.objects.values()))
    assert secret not in kept
    assert secret not in officer.get("/calendar/").text


@pytest.mark.parametrize("words", [(), ("候補",)])
def test_a_full_calendar_takes_no_more_queries_than_an_empty_one(office: Office, words: tuple[str, ...]) -> None:
    """With words in a blackout, one more for the texts that it may concern, however many they are."""
    blackouts.enter(
        office.ctx, office.officer, election(start=office.clock.now(), words=frozenset(words), channels=frozenset())
    )
    office.approved("first", title="初めの見本", extra="publish: 2026-12-15 10:20")
    counts = []
    for number in range(2):
        if number:
            for name in "abcdefgh":
                office.approved(name, title=f"{name}の見本", extra="slot: morning")
        with CaptureQueriesContext(connection) as queries:
            calendar.days(office.ctx, office.officer, date(2026, 12, 1), 31)
        counts.append(len(queries))
    assert counts[1] - counts[0] == len(words)
    assert Submission.objects.count() == 9


def test_a_held_delivery_shows_as_held(office: Office, officer: Browser) -> None:
    office.approved(extra="publish: 2026-12-03 10:20")
    pause.pause(office.ctx, office.officer, "地震のため")
    assert "保留" in day_of(officer.get("/calendar/?date=2026-12-01").text, "2026-12-03")


def test_a_full_day_shows_the_first_few_and_leads_to_the_whole_list(office: Office, officer: Browser) -> None:
    for name in "abcdefgh":
        office.approved(name, title=f"{name}の見本")
    Delivery.objects.update(due_at=datetime(2026, 12, 3, 10, 20, tzinfo=TOKYO))
    shown = day_of(officer.get("/calendar/?date=2026-12-01").text, "2026-12-03")
    assert shown.count("の見本</a>") == 6
    assert "全8件を見る" in shown
    assert officer.get("/calendar/?view=list&date=2026-12-03").text.count("の見本</a>") == 8
