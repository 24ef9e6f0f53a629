"""配信の時間の設定: what would change is shown before it does, nothing typed is lost, more takes two people."""

from __future__ import annotations

import re

import pytest

from bot.store.rules import RuleChange
from tests.office import Office
from tests.web.browser import Browser, signed_in

HOURS: dict[str, str | list[str]] = {
    "topic": "hours",
    "act": "",
    "open": "9:00",
    "close": "12:00",
    "days": ["mon", "tue", "wed", "thu", "fri"],
    "why": "試行のため",
}
SLOT: dict[str, str | list[str]] = {
    "topic": "slot",
    "act": "",
    "name": "yugata",
    "days": ["mon", "wed"],
    "at": "17:00",
    "gap": "30",
    "if_closed": "skip",
    "why": "夕方に見る人のため",
}


def look(browser: Browser, fields: dict[str, str | list[str]], **changed: str | list[str]) -> str:
    return browser.post("/settings/", "/settings/", **(fields | changed | {"step": "look"})).text


def kept(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    found.pop("csrfmiddlewaretoken", None)
    return found


def saved(browser: Browser, shown: str) -> str:
    return browser.post("/settings/", "/settings/", **(kept(shown) | {"step": "save"})).text


def test_less_is_shown_first_and_then_in_force_by_one(office: Office, officer: Browser) -> None:
    office.approved("a", title="止まる見本", channels="x", extra="publish: 2026-12-02 12:15")
    office.approved("b", title="出る見本", channels="x", extra="publish: 2026-12-02 10:00")
    page = officer.get("/settings/").text
    assert "<b>月・火・水・木・金 08:30から17:15まで、祝日は出さない</b>" in page
    assert "年末年始（12月29日–1月3日）" in page
    shown = look(officer, HOURS)
    assert "まだ変えていません。変えると、すぐに効きます" in shown
    assert "月・火・水・木・金 09:00から12:00まで、祝日は出さない" in shown
    assert "止まる見本" in shown
    assert "出る見本" not in shown
    assert "12月1日（火） 12:15（全ての配信先）" in shown
    assert not RuleChange.objects.exists()
    assert set(office.states().values()) == {"scheduled"}
    assert "1件を保留にしました" in saved(officer, shown)
    now = officer.get("/settings/").text
    assert "ファイルでは：月・火・水・木・金 08:30から17:15まで" in now
    assert "試行のため" in now.partition('id="past"')[2]
    assert "<h3>月・火・水・木・金 12:15</h3>" in now  # a slot outside the hours is still listed; it only gives no time


def test_more_is_proposed_and_another_officer_accepts_it_after_the_same_look(
    office: Office, officer: Browser, web_site: str
) -> None:
    shown = look(officer, SLOT)
    assert "前より多く出るようになるため、二人が要ります" in shown
    assert "12月2日（水） 17:00（全ての配信先）" in shown
    assert "ほかの広報担当が認めるまで、いまの決まりのままです" in saved(officer, shown)
    number = RuleChange.objects.get().id
    assert "申し出た本人は、認められません" in officer.get(f"/settings/{number}/").text
    own = officer.post(f"/settings/{number}/accept/", f"/settings/{number}/", version="0")
    assert own.status_code == 403
    assert "yugata" not in office.ctx.rules.slots
    other = signed_in(web_site, "kouhou-kacho")
    assert f'href="/settings/{number}/"' in other.get("/settings/").text
    seen = other.get(f"/settings/{number}/").text
    assert "夕方に見る人のため" in seen
    assert "12月2日（水） 17:00（全ての配信先）" in seen
    done = other.post(f"/settings/{number}/accept/", f"/settings/{number}/", version=kept(seen)["version"][0])
    assert "決まりを変えました" in done.text
    assert f"{office.ctx.rules.slots['yugata'].at:%H:%M}" == "17:00"
    assert "<b>月・水 17:00</b>" in other.get("/calendar/").text
    again = other.post(f"/settings/{number}/decline/", "/settings/")
    assert again.status_code == 404


def test_it_can_be_taken_back_and_a_proposal_declined(office: Office, officer: Browser) -> None:
    saved(officer, look(officer, {"topic": "limit", "item": "x", "act": "", "most": "1", "why": "多すぎるため"}))
    assert office.ctx.rules.per_day == {"x": 1}
    page = officer.get("/settings/").text
    assert "Xの上限を、ファイルのとおりに戻す" in page
    shown = look(officer, {"topic": "limit", "item": "x", "act": "file", "why": "試行を終えるため"})
    assert "ファイルのとおりに戻す" in shown
    assert "1日に出せる数が増えます" in shown
    saved(officer, shown)
    number = RuleChange.objects.get(accepted=None).id
    done = officer.post(f"/settings/{number}/decline/", f"/settings/{number}/")
    assert "変更を見送りました" in done.text
    assert "（見送り）" in done.text
    assert office.ctx.rules.per_day == {"x": 1}


@pytest.mark.parametrize(
    ("fields", "changed", "field", "advice"),
    [
        (HOURS, {"open": "朝"}, "open", "時刻が読めません"),
        (HOURS, {"close": "8:00"}, "close", "終わりが始まりより前か同じです"),
        (HOURS, {"days": []}, "days", "曜日を選んでいません"),
        (HOURS, {"why": " "}, "why", "理由がありません"),
        (HOURS, {"why": "長" * 201}, "why", "理由が長すぎます"),
        (SLOT, {"at": "23:00"}, "at", "出してよい時間の外の時刻です"),
        (SLOT, {"gap": "多め"}, "gap", "数が読めません"),
        (SLOT, {"name": "朝 の"}, "name", "枠の名前が使えません"),
        ({"topic": "days", "act": "", "why": "休み"}, {"first": "x", "kind": "closed"}, "first", "日付が読めません"),
        ({"topic": "days", "act": "", "why": "休み"}, {"first": "2026-12-03"}, "kind", "どちらかを選んでいません"),
        ({"topic": "limit", "act": "", "item": "x", "why": "上限"}, {"most": "1000"}, "most", "使えない数です"),
        ({"topic": "limit", "act": "", "item": "x", "why": "上限"}, {"most": "2000"}, "most", "1から999までにしてください"),
    ],
)
@pytest.mark.parametrize("step", ["look", "save"])
def test_what_is_wrong_stands_at_its_field(
    office: Office,
    officer: Browser,
    fields: dict[str, str | list[str]],
    changed: dict[str, str | list[str]],
    field: str,
    advice: str,
    step: str,
) -> None:
    answer = officer.post("/settings/", "/settings/", **(fields | changed | {"step": step}))
    assert answer.status_code == 422
    at = re.search(rf'<a href="#([^"]+)">[^<]*{advice}', answer.text)
    assert at
    assert f'id="{at[1]}"' in answer.text
    assert f'name="{field}"' in answer.text
    assert answer.text.count(advice) == 2
    if isinstance(typed := changed.get("why", fields["why"]), str) and typed.strip():
        assert f'value="{typed}"' in answer.text
    assert not RuleChange.objects.exists()


def test_it_can_be_written_anew_after_the_look(office: Office, officer: Browser) -> None:
    shown = look(officer, SLOT, channels=["x", "facebook"])
    again = officer.post("/settings/", "/settings/", **(kept(shown) | {"step": "edit"}))
    assert again.status_code == 200
    form = again.text.partition("配信枠を加える")[2]
    for value in ("yugata", "17:00", "夕方に見る人のため"):
        assert f'value="{value}"' in form
    assert re.findall(r'value="(\w+)" checked', form)[:4] == ["mon", "wed", "x", "facebook"]
    assert not RuleChange.objects.exists()


def test_the_page_works_while_a_file_cannot_be_read(
    office: Office, people: None, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.web.site import work_on

    folder = office.schedules()
    work_on(office.ctx, monkeypatch)
    browser = signed_in(web_site, "kouhou")
    (folder / "quiet.yml").write_text("open: x\n", encoding="utf-8")
    answer = browser.get("/settings/")
    assert answer.status_code == 200
    assert "quiet.yml の1行目" in answer.text
    assert "直るまで何も配信しません" in answer.text


def test_others_read_it_and_change_nothing(office: Office, leader: Browser) -> None:
    page = leader.get("/settings/").text
    assert "lunch" in page
    assert "変える</summary>" not in page
    assert leader.post("/settings/", "/tokens/", **(HOURS | {"step": "save"})).status_code == 403
    assert not RuleChange.objects.exists()
