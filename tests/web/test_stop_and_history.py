"""Stopping and going on again post by post; the record, its timeline, its search and its export."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bot.services.approval import comments
from bot.services.pages import history, overview
from bot.services.pages.history import Search
from bot.store.models import Delivery, Lane, Submission
from tests.office import Office
from tests.web.browser import Browser, signed_in


def test_one_channel_can_be_stopped_alone(office: Office, officer: Browser) -> None:
    office.approved()
    officer.post("/stop/", "/stop/", reason="Xの障害のため", channel="x")
    assert office.states() == {"x": "held", "facebook": "scheduled", "instagram": "scheduled"}
    assert "配信を停止しています（X）" in officer.get("/calendar/").text


def test_a_stop_without_a_reason_is_refused(office: Office, officer: Browser) -> None:
    office.approved()
    done = officer.post("/stop/", "/stop/", reason=" ", channel="")
    assert "停止には理由が要ります" in done.text
    assert set(office.states().values()) == {"scheduled"}


def test_ending_a_stop_lets_nothing_out_until_each_post_was_looked_at(office: Office, officer: Browser) -> None:
    office.approved()
    officer.post("/stop/", "/stop/", reason="地震のため", channel="")
    stopped = officer.get("/held/").text
    assert stopped.count("この配信先はまだ停止中です") == 3
    assert "予定に戻す</button>" not in stopped
    page = officer.post("/resume/", "/held/", channel="").text
    assert set(office.states().values()) == {"held"}
    assert page.count("予定に戻す</button>") == 4
    assert "職員がお話を聞いて入力します。" in page
    assert 'aria-label="赤い四角の見本"' in page
    (x,) = (d for d in office.deliveries() if d.channel == "x")
    digest = Submission.objects.get().digest
    assert "見直しの印がありません" in officer.post(f"/deliveries/{x.id}/release/", "/held/", digest=digest).text
    wrong = officer.post(f"/deliveries/{x.id}/release/", "/held/", digest="0" * 64, looked="1")
    assert wrong.status_code == 409
    assert office.states()["x"] == "held"
    officer.post(f"/deliveries/{x.id}/release/", "/held/", digest=digest, looked="1")
    assert office.states() == {"x": "scheduled", "facebook": "held", "instagram": "held"}


def test_a_held_post_whose_time_has_passed_says_so(office: Office, officer: Browser) -> None:
    office.approved(extra="publish: 2026-12-01 10:00")
    officer.post("/stop/", "/stop/", reason="地震のため", channel="")
    office.at(office.clock.now().replace(hour=5))
    assert officer.get("/held/").text.count("予定の時刻を過ぎています") == 3


def test_an_operator_can_stop_but_not_go_on(office: Office, people: None, web_site: str) -> None:
    office.approved()
    operator = signed_in(web_site, "unyou")
    page = operator.post("/stop/", "/stop/", reason="障害のため", channel="").text
    assert "停止を解除する</button>" not in page
    assert operator.post("/resume/", "/stop/", channel="").status_code == 403
    assert set(office.states().values()) == {"held"}


def test_a_leader_cannot_stop(office: Office, leader: Browser) -> None:
    office.approved()
    assert "止める権限がありません" in leader.get("/stop/").text
    assert leader.post("/stop/", "/tokens/", reason="x", channel="").status_code == 403
    assert set(office.states().values()) == {"scheduled"}


def test_a_timeline_tells_every_act_and_attempt_in_order(office: Office, officer: Browser) -> None:
    first = office.submit(office.post())
    comments.add(office.ctx, office.officer, first.id, "x", "0:0", "時点は？")
    officer.post(f"/submissions/{first.id}/return/", f"/submissions/{first.id}/", reason="時点を書いてください")
    office.sandbox.fault("x", "429")
    second = office.approved(body="2026年12月1日の時点です（見本）。\n")[0].submission
    office.publish_all()
    lines = [(h.where, h.what) for h in history.timeline(office.ctx, office.officer, second)]
    assert [what for where, what in lines if not where] == ["申請", "コメント", "差し戻し", "申請", "承認"]
    assert [what for where, what in lines if where == "X"] == [
        "送信（1回目）：配信先の回数制限に達したため、まだ送っていません",
        "送信（2回目）：掲載されました",
    ]
    page = officer.get(f"/history/{second.id}/").text
    for delivery in office.deliveries():
        assert f'href="{delivery.url}"' in page
    assert "時点を書いてください" in page


def test_an_attempt_that_is_known_by_no_name_is_told_as_unclear(office: Office) -> None:
    from bot.store.models import Attempt

    made = office.approved(channels="x")[0]
    now = office.clock.now()
    Attempt.objects.create(delivery=made, number=1, started_at=now, ended_at=now, outcome="worker_lost")
    assert history.timeline(office.ctx, office.officer, made.submission)[-1].what.startswith("送信（1回目）：")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("q=窓口の見本", 3),
        ("channel=x", 2),
        ("department=総務課", 1),
        ("state=scheduled", 4),
        ("state=published", 0),
        ("since=2026-12-04", 3),
        ("until=2026-12-03", 1),
        ("since=x", 4),
        ("q=窓口の見本&channel=facebook", 1),
    ],
)
def test_the_record_can_be_searched(office: Office, officer: Browser, query: str, count: int) -> None:
    office.approved("a", title="窓口の見本", extra="publish: 2026-12-04 10:00")
    path = office.post("b", title="決裁の見本", author="soumu-leader", channels="x", extra="publish: 2026-12-03 10:00")
    office.approve(office.submit(path, office.leader))
    assert f'<span class="count">{count}件</span>' in officer.get(f"/history/?{query}").text


def test_the_export_holds_the_same_rows_and_no_formula(office: Office, officer: Browser) -> None:
    office.approved("a", title="'=1+1の見本'")
    office.approved("b", title="決裁の見本", channels="x")
    answer = officer.get("/history/export.csv?channel=x")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["配信番号", "申請番号", "題名"]
    assert {row[2] for row in rows[1:]} == {"'=1+1の見本", "決裁の見本"}


def test_a_leader_finds_only_what_is_theirs(office: Office, people: None, web_site: str) -> None:
    made = office.approved()[0]
    stranger = signed_in(web_site, "soumu-leader")
    assert '<span class="count">0件</span>' in stranger.get("/history/").text
    assert stranger.get("/history/export.csv").text.count("\n") == 1
    assert stranger.get(f"/history/{made.submission_id}/").status_code == 404
    assert "書かない窓口" not in stranger.get("/deliveries/").text


def test_a_long_record_takes_no_more_queries_than_a_short_one(office: Office) -> None:
    counts = []
    for number in range(2):
        for name in "abcdef"[: 1 + 5 * number]:
            office.approved(f"{name}{number}", title=f"{name}{number}の見本")
        with CaptureQueriesContext(connection) as queries:
            overview.rows(history.search(office.ctx, office.officer, Search(), 50))
            overview.planned(office.ctx, office.officer, 50)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Delivery.objects.count() == 21


def test_the_menu_counts_what_waits(office: Office, officer: Browser) -> None:
    office.submit(office.post())
    assert re.search(r'承認待ち<span class="number">1<', officer.get("/queue/").text)


def test_a_wait_says_since_when_until_when_and_why_and_a_person_ends_it(office: Office, officer: Browser) -> None:
    office.approved()
    since = office.clock.now()
    wait = {"not_before": since + timedelta(days=9999), "waiting_since": since, "wait_reason": "回数の制限に達しました"}
    Lane.objects.filter(name="x").update(**wait)
    page = officer.get("/held/").text
    assert "待っています：x（4月17日（金） 9:00まで）" in page
    assert "回数の制限に達しました　12月1日（火） 9:00から" in page
    officer.post("/resume/", "/held/", channel="x")
    assert Lane.objects.get(name="x").not_before is None
    assert "待っています：" not in officer.get("/held/").text
