"""Blackouts on the web: what one would hold is shown before it is saved, nothing typed is lost, lifting takes two people."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from bot.services.records import office_rules
from bot.store.models import Delivery
from bot.store.rules import Blackout
from tests.office import TOKYO, Office
from tests.web.browser import Browser, signed_in

ELECTION = {"start": "2026-12-03T00:00", "end": "2026-12-05T00:00", "kind": "選挙", "why": "市議会議員選挙"}


def saved(browser: Browser, **changed: str | list[str]) -> str:
    return browser.post("/blackouts/", "/blackouts/", **(ELECTION | {"step": "save"} | changed)).text


def test_what_it_would_hold_is_shown_before_it_is_saved(office: Office, officer: Browser) -> None:
    office.approved("a", title="止まる見本", extra="publish: 2026-12-03 12:15")
    office.approved("b", title="止まらない見本", extra="publish: 2026-12-02 12:15")
    shown = officer.post("/blackouts/", "/blackouts/", step="look", channels="x", **ELECTION).text
    assert "まだ保存していません" in shown
    assert "止まる見本" in shown
    assert "12月3日（木） 12:15" in shown
    assert "<span>X</span>" in shown
    assert "<span>Facebook" not in shown
    assert "止まらない見本" not in shown
    assert not Blackout.objects.exists()
    assert set(office.states().values()) == {"scheduled"}
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    done = officer.post("/blackouts/", "/blackouts/", **(kept | {"step": "save"})).text
    assert "1件を保留にしました" in done
    row = Blackout.objects.get()
    assert (row.why, row.kind, row.channels, row.set_by) == ("市議会議員選挙", "選挙", ["x"], "kouhou")
    assert row.end_at == datetime(2026, 12, 5, tzinfo=TOKYO)


def test_it_can_be_written_anew_after_the_look_and_nothing_typed_is_lost(office: Office, officer: Browser) -> None:
    typed = ELECTION | {"tags": "#選挙 市政", "words": "候補、投票", "why": '"><b>弔意'}
    shown = officer.post("/blackouts/", "/blackouts/", step="look", channels=["x", "facebook"], **typed).text
    assert shown.count('name="channels"') == 2
    again = officer.post("/blackouts/", "/blackouts/", step="edit", channels=["x", "facebook"], **typed).text
    for value in ("2026-12-03T00:00", "2026-12-05T00:00", "#選挙 市政", "候補、投票", "&quot;&gt;&lt;b&gt;弔意"):
        assert f'value="{value}"' in again
    assert re.findall(r'name="channels" value="(\w+)" checked', again) == ["x", "facebook"]
    assert not Blackout.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field", "advice"),
    [
        ({"end": "2026-12-03T00:00"}, "end", "終わりが始まりより前か同じです"),
        ({"start": "2026-11-01T00:00", "end": "2026-11-02T00:00"}, "end", "終わりの日時が過ぎています"),
        ({"end": "2028-12-05T00:00"}, "end", "期間が1年を超えています"),
        ({"start": "あした"}, "start", "日時が読めません"),
        ({"end": ""}, "end", "日時が読めません"),
        ({"why": " "}, "why", "理由がありません"),
        ({"why": "長" * 201}, "why", "理由が長すぎます"),
        ({"kind": "祭り"}, "kind", "種類を選んでいません"),
        ({"channels": "twitter"}, "field-channels", "知らない配信先があります"),
    ],
)
@pytest.mark.parametrize("step", ["look", "save"])
def test_what_is_wrong_stands_at_its_field(
    office: Office, officer: Browser, step: str, changed: dict[str, str], field: str, advice: str
) -> None:
    answer = officer.post("/blackouts/", "/blackouts/", **(ELECTION | {"words": "候補", "step": step} | changed))
    assert answer.status_code == 422
    assert f'<a href="#{field}">{advice}' in answer.text
    assert f'id="{field}"' in answer.text
    assert answer.text.count(advice) == 2
    assert 'value="候補"' in answer.text
    assert not Blackout.objects.exists()


def test_several_slips_are_told_at_once(office: Office, officer: Browser) -> None:
    answer = officer.post("/blackouts/", "/blackouts/", **(ELECTION | {"start": "x", "why": "", "step": "look"}))
    assert 'href="#start"' in answer.text
    assert 'href="#why"' in answer.text
    assert 'href="#end"' not in answer.text


def test_a_blackout_of_now_says_what_is_on_its_way_already(office: Office, officer: Browser) -> None:
    first, second, *_ = office.approved(extra="publish: 2026-12-01 12:15")
    Delivery.objects.filter(id=first.id).update(state="publishing", intent_at=office.clock.now())
    done = saved(officer, start="2026-12-01T00:00")
    assert "2件を保留にしました" in done
    assert "ほかに1件は送信の途中で、止められません" in done
    second.refresh_from_db()
    assert (second.state, second.bar) == ("held", "blackout")


def test_whoever_may_not_stop_enters_nothing_but_sees_all(office: Office, leader: Browser, web_site: str) -> None:
    page = leader.get("/blackouts/").text
    assert 'id="enter"' not in page
    assert leader.post("/blackouts/", "/tokens/", step="save", **ELECTION).status_code == 403
    assert not Blackout.objects.exists()
    operator = signed_in(web_site, "unyou")
    saved(operator)
    assert Blackout.objects.get().set_by == "unyou"
    assert "市議会議員選挙" in leader.get("/blackouts/").text
    assert operator.post("/blackouts/1/ask/", "/blackouts/", reason="早く").status_code == 403


def test_those_of_the_file_are_listed_and_say_so(
    office: Office, people: None, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.web.site import work_on

    office.schedules(
        blackouts="- {from: 2026-12-08, to: 2026-12-09, why: 弔意の期間, channels: [x]}\n"
        "- {from: 2026-10-01, to: 2026-10-02, why: 前の期間}\n"
    )
    work_on(office.ctx, monkeypatch)
    page = signed_in(web_site, "kouhou").get("/blackouts/").text
    coming = page.partition('id="later"')[2].partition("</section>")[0]
    assert "弔意の期間" in coming
    assert '2026年12月8日（火） 0:00から</span><span class="nobr">2026年12月10日（木） 0:00まで' in coming
    assert "schedules/blackouts.yml" in coming
    assert "解除" not in coming
    assert "前の期間" in page.partition('id="over"')[2]


def test_the_page_works_while_the_file_cannot_be_read(
    office: Office, people: None, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.web.site import work_on

    folder = office.schedules()
    work_on(office.ctx, monkeypatch)
    browser = signed_in(web_site, "kouhou")
    (folder / "blackouts.yml").write_text("- {from: x}\n", encoding="utf-8")
    assert "1件を保留" not in saved(browser)
    answer = browser.get("/blackouts/")
    assert answer.status_code == 200
    assert "市議会議員選挙" in answer.text
    assert "blackouts.yml の1行目" in answer.text
    assert "市議会議員選挙" in browser.get("/calendar/?date=2026-12-03").text


def test_lifting_takes_two_people(office: Office, officer: Browser, web_site: str) -> None:
    office.approved(extra="publish: 2026-12-03 12:15")
    saved(officer)
    number = Blackout.objects.get().id
    empty = officer.post(f"/blackouts/{number}/ask/", "/blackouts/", reason=" ")
    assert (empty.status_code, "解除には理由が要ります" in empty.text) == (422, True)
    assert "市議会議員選挙" in empty.text
    asked = officer.post(f"/blackouts/{number}/ask/", "/blackouts/", reason="無投票のため").text
    assert "kouhou が解除を申し出ています" in asked
    assert "申し出た本人は、解除を決められません" in asked
    assert f"/blackouts/{number}/lift/" not in asked
    own = officer.post(f"/blackouts/{number}/lift/", "/blackouts/")
    assert (own.status_code, Blackout.objects.get().lifted_at) == (403, None)
    other = signed_in(web_site, "kouhou-kacho")
    assert "無投票のため" in other.get("/blackouts/").text
    done = other.post(f"/blackouts/{number}/lift/", "/blackouts/").text
    assert "まだ何も出ません" in done
    assert set(office.states().values()) == {"held"}
    told = other.get(f"/history/{Delivery.objects.first().submission_id}/").text  # type: ignore[union-attr]
    assert "出さずに保留" in told
    assert "配信を止める期間のため（市議会議員選挙）" in told
    over = other.get("/blackouts/").text.partition('id="over"')[2]
    assert "kouhou-kacho が解除しました（申し出た人：kouhou）" in over
    assert office_rules.in_force(office.clock.now()) == ()


def test_a_held_post_is_moved_to_a_free_time_by_one_click(office: Office, officer: Browser) -> None:
    (row,) = office.approved(channels="x", extra="publish: 2026-12-03 12:15")
    page = saved(officer, end="2026-12-04T00:00")
    assert "配信を止める期間のため（市議会議員選挙）" in page
    free = re.findall(r'name="free" value="([^"]+)"', page)
    version = re.findall(r'name="version" value="(\d+)"', page)
    assert len(free) == 3
    assert all(not moment.startswith("2026-12-03") for moment in free)
    done = officer.post(f"/deliveries/{row.id}/move/", "/held/", free=free[0], version=version[0], back="held")
    assert "に移しました" in done.text
    assert "保留の配信はありません" in done.text
    row.refresh_from_db()
    assert (row.state, row.problem) == ("scheduled", "")
    assert row.due_at == datetime.fromisoformat(free[0]).replace(tzinfo=TOKYO)
    stale = officer.post(f"/deliveries/{row.id}/move/", "/held/", free=free[1], version=version[0])
    assert stale.status_code == 409
    assert "ほかの操作が先に行われました" in stale.text
    row.refresh_from_db()
    assert row.due_at == datetime.fromisoformat(free[0]).replace(tzinfo=TOKYO)


def test_putting_back_asks_the_calendar_first(office: Office, officer: Browser, web_site: str) -> None:
    (row,) = office.approved(channels="x", extra="publish: 2026-12-03 12:15")
    assert "いまの予定の時刻には出せません" in saved(officer)
    release = {"looked": "1", "digest": row.submission.digest}
    refused = officer.post(f"/deliveries/{row.id}/release/", "/held/", **release)
    assert refused.status_code == 409
    assert "配信を止める期間です（市議会議員選挙）" in refused.text
    assert "別の時刻に変えてください" in refused.text
    assert office.states() == {"x": "held"}
    number = Blackout.objects.get().id
    officer.post(f"/blackouts/{number}/ask/", "/blackouts/", reason="無投票のため")
    again = signed_in(web_site, "kouhou-kacho").post(f"/blackouts/{number}/lift/", "/blackouts/").text
    assert "予定に戻す</button>" in again
    officer.post(f"/deliveries/{row.id}/release/", "/held/", **release)
    assert office.states() == {"x": "scheduled"}


def test_what_is_too_late_is_not_put_back(office: Office, officer: Browser) -> None:
    from bot.services.delivery import pause

    (row,) = office.approved(channels="x", extra="publish: 2026-12-01 10:00")
    pause.pause(office.ctx, office.officer, "地震のため")
    pause.resume(office.ctx, office.officer)
    office.at(row.last_at + timedelta(seconds=1))
    assert "予定に戻す</button>" not in officer.get("/held/").text
    done = officer.post(f"/deliveries/{row.id}/release/", "/held/", looked="1", digest=row.submission.digest)
    assert (done.status_code, "予定の時刻を過ぎています" in done.text) == (409, True)
    assert office.states() == {"x": "held"}


def test_a_missed_post_is_given_a_new_time(office: Office, officer: Browser) -> None:
    (row,) = office.approved(channels="x", extra="publish: 2026-12-01 10:00")
    office.at(row.last_at + timedelta(seconds=1))
    office.runner().beat()
    assert office.states() == {"x": "missed"}
    assert f'href="/deliveries/{row.id}/move/"' in officer.get("/deliveries/").text
    page = officer.get(f"/deliveries/{row.id}/move/").text
    assert "予定の時刻に出せなかった配信です" in page
    fence = re.findall(r'name="version" value="(\d+)"', page)
    officer.post(f"/deliveries/{row.id}/move/", f"/deliveries/{row.id}/move/", at="2026-12-02T12:15", version=fence[0])
    assert office.states() == {"x": "scheduled"}


def test_a_missed_post_that_was_handed_in_anew_is_not_sent_twice(office: Office, officer: Browser) -> None:
    (row,) = office.approved(channels="x", extra="publish: 2026-12-01 10:00")
    office.at(row.last_at + timedelta(seconds=1))
    office.runner().beat()
    office.approved(channels="x", extra="publish: 2026-12-02 10:00")
    page = f"/deliveries/{row.id}/move/"
    fence = re.findall(r'name="version" value="(\d+)"', officer.get(page).text)
    refused = officer.post(page, page, at="2026-12-03T12:15", version=fence[0])
    assert refused.status_code == 422
    assert "この原稿の承認は、いまは有効ではありません" in refused.text
    assert Delivery.objects.get(id=row.id).state == "missed"


def test_a_post_by_hand_says_when_the_calendar_says_not_now(office: Office, officer: Browser) -> None:
    office.approved(channels="note", extra="publish: 2026-12-03 12:15")
    assert "掲載しないでください" not in officer.get("/deliveries/").text
    saved(officer)
    page = officer.get("/deliveries/").text
    assert "この時刻には掲載しないでください" in page
    assert "配信を止める期間です（市議会議員選挙）" in page
    office.at(datetime(2026, 12, 3, 13, 0, tzinfo=TOKYO))
    assert "いまは掲載しないでください" in officer.get("/deliveries/").text
