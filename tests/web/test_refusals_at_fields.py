"""A refused form comes back on its own page: the sentence at the field, linked from above, and all that was typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import html
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from bot.store.models import Delivery, Submission
from bot.web import refusals
from tests.chromium import fits, log_in
from tests.office import Office
from tests.web.browser import Browser, signed_in

# The act, the page that it is on, what is typed, the field, words of the sentence.
Case = tuple[str, str, dict[str, str], str, str]
CASES: list[Case] = [
    ("/submissions/{s}/return/", "/submissions/{s}/", {"reason": " "}, "reason", "差し戻しには理由が要ります"),
    (
        "/submissions/{s}/approve/",
        "/submissions/{s}/",
        {"when": "at", "at": "きのう", "reference": "7"},
        "at",
        "日時が読めません",
    ),
    (
        "/submissions/{s}/approve/",
        "/submissions/{s}/",
        {"when": "at", "at": "2020-01-01T12:15", "reference": "7"},
        "at",
        "過ぎて",
    ),
    ("/submissions/{s}/approve/", "/submissions/{s}/", {"when": "at", "at": "2026-12-05T23:00"}, "at", "配信しない時間"),
    (
        "/submissions/{s}/comment/",
        "/submissions/{s}/",
        {"channel": "x", "place": "0:0", "body": " "},
        "body",
        "中身がありません",
    ),
    ("/submissions/{s}/comment/", "/submissions/{s}/", {"channel": "x", "body": "時点は？"}, "place", "選ばれていません"),
    ("/stop/", "/stop/", {"reason": "", "channel": "x"}, "reason", "停止には理由が要ります"),
    ("/deliveries/{d}/move/", "/deliveries/{d}/move/", {"at": "2020-01-01T12:15"}, "at", "過ぎている"),
    ("/deliveries/{d}/move/", "/deliveries/{d}/move/", {"at": "いつか"}, "at", "日時が読めません"),
    ("/deliveries/{u}/decide/", "/deliveries/", {"verdict": "published", "url": "どこか"}, "url", "アドレスが要ります"),
    ("/tokens/new/", "/tokens/", {"label": "机のパソコン"}, "scopes", "選ばれていません"),
]


@pytest.fixture
def numbers(office: Office, people: None) -> dict[str, int]:
    """Something to refuse at: a submission, a planned delivery, one in doubt."""
    waiting = office.submit(office.post())
    planned = office.approved("b", title="予定の見本", channels="x, facebook")
    Delivery.objects.filter(id=planned[1].id).update(state="undecided", intent_at=office.clock.now())
    return {"s": waiting.id, "d": planned[0].id, "u": planned[1].id}


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case[3]}" for n, case in enumerate(CASES)])
def test_a_refused_form_comes_back_with_the_sentence_at_its_field(
    officer: Browser, numbers: dict[str, int], case: Case
) -> None:
    act, at, given, field, words = case
    page = at.format(**numbers)
    digest = Submission.objects.get(id=numbers["s"]).digest
    version = str(Delivery.objects.get(id=numbers["d"]).fence)
    answer = officer.post(act.format(**numbers), page, **{"digest": digest, "version": version, **given})
    assert answer.status_code == 422
    shown = html.document_fromstring(answer.text)
    (wrong,) = shown.xpath("//*[contains(concat(' ', @class, ' '), ' wrong ')]")
    assert words in wrong.text_content()
    (element,) = shown.xpath("//*[@aria-invalid='true']")
    assert element.get("name") == field
    assert wrong.get("id") in element.get("aria-describedby").split()
    (link,) = shown.xpath("//div[contains(@class, 'refusals')]//a")
    assert link.get("href") == f"#{element.get('id')}"
    (form,) = element.iterancestors("form")
    kept = {name: value.lstrip("\n") for name, value in form.form_values()}
    assert {name: value for name, value in given.items() if value.strip() and name != "verdict"}.items() <= kept.items()
    (heading,) = shown.xpath("//main//h2[@autofocus and @tabindex='-1']")
    assert heading.text == "できませんでした"


def test_what_cannot_be_done_any_more_is_told_on_the_page_that_it_came_from(
    office: Office, officer: Browser, numbers: dict[str, int]
) -> None:
    page = "/deliveries/"
    assert officer.post(f"/deliveries/{numbers['d']}/cancel/", page, sure="1").status_code == 200
    again = officer.post(f"/deliveries/{numbers['d']}/cancel/", page, sure="1")
    assert again.status_code == 409
    assert "<h1>配信</h1>" in again.text
    assert "できませんでした" in again.text


def test_whoever_may_not_see_the_page_is_not_shown_it(numbers: dict[str, int], web_site: str) -> None:
    answer = signed_in(web_site, "soumu-leader").post(f"/submissions/{numbers['s']}/return/", "/calendar/", reason="")
    assert answer.status_code == 403
    assert "書かない窓口" not in answer.text


def test_a_page_of_another_site_is_not_fetched(officer: Browser, numbers: dict[str, int]) -> None:
    officer.session.headers["Referer"] = "https://example.com/queue/"
    page = f"/submissions/{numbers['s']}/"
    answer = officer.session.post(f"{officer.base}{page}return/", data={}, timeout=10)
    assert answer.status_code == 403  # Django's own look at the token comes first


@pytest.mark.parametrize("before", ["http://[", "//[", "//example.com/queue/", "{base}//example.com/queue/", "{base}"])
def test_whatever_a_browser_says_of_where_it_was_is_answered_in_words(
    officer: Browser, numbers: dict[str, int], before: str
) -> None:
    officer.get("/tokens/")
    fields = {"csrfmiddlewaretoken": officer.session.cookies["csrftoken"], "label": "机"}
    said = {"Referer": before.format(base=officer.base)}
    refused = officer.session.post(f"{officer.base}/tokens/new/", data=fields, headers=said, timeout=10)
    assert refused.status_code == 422
    asked = officer.session.post(f"{officer.base}/deliveries/{numbers['d']}/cancel/", data=fields, headers=said, timeout=10)
    (back,) = html.document_fromstring(asked.text).xpath("//a[text()='やめる']/@href")
    assert back == "/"


@pytest.mark.parametrize("typed", ['"><script>alert(1)</script>', "</textarea><img src=x onerror=alert(1)>", "&lt;b&gt;", "'"])
def test_what_was_typed_stays_text(officer: Browser, numbers: dict[str, int], typed: str) -> None:
    page, digest = f"/submissions/{numbers['s']}/", Submission.objects.get(id=numbers["s"]).digest
    given = {"when": "at", "at": "きのう", "reference": typed, "digest": digest}
    line = html.document_fromstring(officer.post(f"{page}approve/", page, **given).text)
    assert line.xpath("//input[@name='reference']/@value") == [typed]
    prose = html.document_fromstring(officer.post(f"{page}comment/", page, channel="x", body=typed).text)
    assert [f.text.lstrip("\n") for f in prose.xpath("//textarea[@name='body']") if f.text] == [typed]
    assert not line.xpath("//script[not(@src)] | //img[@src='x']")
    assert not prose.xpath("//script[not(@src)] | //img[@src='x']")


def test_a_character_that_nobody_sees_comes_back_spelt_out(officer: Browser, numbers: dict[str, int]) -> None:
    answer = officer.post("/tokens/new/", "/tokens/", label="机\x0bの\x00パソコン")
    assert answer.status_code == 422
    (field,) = html.document_fromstring(answer.text).xpath("//input[@name='label']")
    assert field.get("value") == "机<U+000B>の<U+0000>パソコン"


@pytest.mark.parametrize("filling", [f'<img src="{"A" * 11_000_000}">', "<blockquote>" * 300 + "</blockquote>" * 300])
def test_a_page_comes_back_whole_however_much_stands_on_it(filling: str) -> None:
    page = f'<title>t</title><main>{filling}<form><input name="title"></form></main>'
    shown = refusals.marked(page, [refusals.Fault(element="title", label="題名", sentence="題名がありません。")])
    assert filling in shown
    assert 'name="title"' in shown


def test_a_password_is_not_written_into_the_page(officer: Browser, people: None) -> None:
    answer = officer.post("/account/password/", "/account/password/", oldpassword="secret-old", password1="x", password2="y")
    assert "secret-old" not in answer.text


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, people: None, chromium: Chromium, web_site: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=web_site, java_script_enabled=request.param, viewport={"width": 390, "height": 844})
    page = context.new_page()
    log_in(page, "kouhou")
    yield page
    context.close()


def test_in_a_browser_the_heading_has_the_focus_and_the_link_leads_to_the_field(page: Page, numbers: dict[str, int]) -> None:
    page.goto(f"/submissions/{numbers['s']}/")
    page.get_by_label("決裁番号").fill("広報第7号")
    page.get_by_label("この時刻に変える").check()
    page.get_by_label("変える時刻").fill("2020-01-01T12:15")
    page.get_by_role("button", name="この内容で承認する").click()
    expect(page.get_by_role("heading", name="できませんでした")).to_be_focused()
    expect(page.get_by_label("決裁番号")).to_have_value("広報第7号")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("変える時刻")).to_be_in_viewport()
    expect(page.get_by_label("変える時刻")).to_have_value("2020-01-01T12:15")
    assert fits(page)
