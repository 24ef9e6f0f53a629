"""What the desk shows of slots, of a series out of order and of the yearly post, and the act of going on alone."""

from __future__ import annotations

from datetime import date

from bot.services.pages import calendar
from bot.store.drafts import YearlyDraft
from bot.store.models import Delivery
from tests.office import Office
from tests.web.browser import Browser

SLOTS = "per_day: {x: 4}\nslots: {a: {days: [mon], at: 9:30, if_closed: later, channels: [x]}}\n"
QUIET = """
open: 8:30
close: 17:15
days: [mon, tue, wed, thu, fri]
holidays: [{day: 2026-12-10, name: 新しい祝日}]
workdays: [2027-07-19]
"""


def two_parts(office: Office) -> Delivery:
    """The second one; the first was cancelled."""
    for number, moment in ((1, "2026-12-02 10:00"), (2, "2026-12-03 10:00")):
        extra = f"series: {{name: 窓口, part: {number}}}\npublish: {moment}"
        office.approved(f"kai-{number}", title=f"第{number}回", channels="x", extra=extra, body=f"第{number}回（見本）。\n")
    Delivery.objects.filter(submission__series_part=1).update(state="cancelled")
    return Delivery.objects.get(submission__series_part=2)


def test_the_calendar_says_which_slots_limits_and_holidays_are_in_force(office: Office, officer: Browser) -> None:
    page = officer.get("/calendar/?date=2026-12-01").text
    for told in ("配信枠と休みの決まり", "<b>月・火・水・木・金 12:15</b>", "休みの日は出さない"):
        assert told in page
    office.schedules(slots=SLOTS, quiet=QUIET)
    found = calendar.week(office.ctx)
    assert found
    assert found.slots == [("月 09:30（X）", "休みなら次の開庁日")]
    assert found.per_day == ["Xは4件まで"]
    assert found.changed == [(date(2026, 12, 10), "新しい祝日"), (date(2027, 7, 19), "祝日ではない日（開庁日）")]


def test_the_calendar_tells_early_that_a_part_will_wait(office: Office, officer: Browser) -> None:
    two_parts(office)
    assert "まだ出ていません（取り消し）" in officer.get("/calendar/?date=2026-12-01").text


def test_an_officer_lets_a_part_go_alone_and_gives_it_a_time(office: Office, officer: Browser, leader: Browser) -> None:
    made = two_parts(office)
    Delivery.objects.filter(id=made.id).update(state="held", bar="order", problem="第1回が、まだ出ていません")
    page = officer.get(f"/deliveries/{made.id}/move/").text
    assert "連載「窓口」の第1回「第1回」が、まだ出ていません（取り消し）" in page
    assert "前の回を待たない" in page
    assert "前の回を待たない" in officer.get("/held/").text
    assert leader.post(f"/deliveries/{made.id}/alone/", page="/calendar/").status_code == 403
    answer = officer.post(f"/deliveries/{made.id}/alone/", page=f"/deliveries/{made.id}/move/")
    assert "前の回を待たずに出せるようになりました" in answer.text
    assert Delivery.objects.get(id=made.id).alone_by == "kouhou"
    assert "前の回を待たない" not in officer.get("/held/").text


def test_the_first_page_names_the_yearly_draft(office: Office, officer: Browser, leader: Browser) -> None:
    given = {"identity": "01NEW", "author": "shimin-leader", "made_at": office.clock.now()}
    YearlyDraft.objects.create(name="年末年始の窓口", year=2026, day=date(2026, 12, 20), **given)
    for person in (officer, leader):
        assert "毎年の原稿「年末年始の窓口」の下書きができています（12月20日ごろ）" in person.get("/").text
