"""今日, the first page: each role sees at one glance what waits for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import html
from playwright.sync_api import Browser as Chromium

from bot.services.approval import review
from bot.services.handing_in import drafts
from bot.store.models import Delivery
from tests.chromium import log_in
from tests.office import Office
from tests.web.browser import Browser, signed_in


def section(browser: Browser, name: str) -> str:
    """The text of the section with this heading, "" where the page has none."""
    page = html.document_fromstring(browser.get("/").text)
    for heading in page.xpath("//main//h2"):
        if heading.text_content().strip().startswith(name):
            return " ".join(heading.getparent().text_content().split())
    return ""


def test_an_officer_sees_what_waits_what_goes_out_and_what_is_not_mended(office: Office, officer: Browser) -> None:
    office.submit(office.post("a", title="待つ原稿（見本）", extra="publish: 2026-12-02 12:15"))
    office.approved("b", title="きょうの原稿（見本）", channels="x, facebook", extra="publish: 2026-12-01 12:15")
    back = office.submit(office.post("c", title="戻した原稿（見本）"))
    review.return_(office.ctx, office.officer, back.id, "数字がありません。")
    waiting = section(officer, "承認待ち")
    assert "1件" in waiting
    assert "待つ原稿（見本）" in waiting
    assert "12月2日（水） 13:15" in waiting
    going = section(officer, "きょう出るもの")
    assert going.count("きょうの原稿（見本）") == 1  # one post, however many channels
    assert "X 12:15" in going
    assert "Facebook 12:15" in going
    assert "戻した原稿（見本）" in section(officer, "差し戻して、まだ直っていないもの")
    assert "保留 0件" in section(officer, "見直すもの")
    assert "次の原稿の締切 12月4日（金） 2026年12月号" in section(officer, "見直すもの")


def test_a_leader_sees_their_own_and_what_citizens_have_not_heard(office: Office, leader: Browser) -> None:
    plan = "'2-1': {name: 書かない窓口の推進}\n'1': {name: まだ伝えていない施策}\n"
    (office.folder / "strategy" / "plan.yml").write_text(plan, encoding="utf-8")
    draft = drafts.begin(office.ctx, office.author)
    office.approved("b", title="出た原稿の見本", channels="x")
    office.publish_all()
    back = office.submit(office.post("c", title="戻った原稿（見本）"))
    review.return_(office.ctx, office.officer, back.id, "数字がありません。")
    assert f"/write/{draft.id}/" in leader.get("/").text
    out = section(leader, "出た原稿")
    assert "出た原稿の見本" in out
    assert Delivery.objects.get(state="published").url in leader.get("/").text
    ideas = section(leader, "半年のあいだ伝えていない施策")
    assert "まだ伝えていない施策" in ideas
    assert "書かない窓口の推進" not in ideas
    assert "数字がありません。" in section(leader, "差し戻された原稿")
    assert section(leader, "見直すもの") == ""


def test_an_operator_is_told_that_no_publisher_lives(office: Office, people: None, web_site: str) -> None:
    told = section(signed_in(web_site, "unyou"), "動いているか")
    assert "配信のプロセス" in told
    assert "dxbot doctor" in told


@pytest.mark.parametrize("person", ["kouhou", "shimin-leader", "unyou"])
def test_it_is_one_glance(office: Office, people: None, chromium: Chromium, web_site: str, person: str) -> None:
    for n in range(6):
        office.submit(office.post(f"w{n}", title=f"待つ原稿その{n}（見本）", body=f"{n}つ目の文です（見本）。\n"))
    context = chromium.new_context(base_url=web_site, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    log_in(page, person)
    lowest: Callable[[], float] = lambda: page.evaluate(  # noqa: E731
        "Math.max(...[...document.querySelectorAll('.today .card')].map((e) => e.getBoundingClientRect().bottom))"
    )
    assert lowest() <= 800
    context.close()
