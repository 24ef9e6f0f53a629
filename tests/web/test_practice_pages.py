"""The practice's clock, the training's panel, and the help on each page; an office in earnest has the last of them only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser as Chromium

from bot.clock import PracticeClock
from bot.errors import NotAllowed, NotFound
from bot.services import practice, training
from bot.services.records import audit
from bot.services.runner import Runner
from bot.workflow.actors import Role
from tests.chromium import barriers, log_in
from tests.office import Office
from tests.web.browser import Browser

ACTS = ("clock", "training/begin", "training/partner", "training/end")


@pytest.fixture
def opened(office: Office, people: None) -> Iterator[practice.Practice]:
    clock, runner = PracticeClock(office.clock.now()), Runner(office.ctx)
    found = practice.Practice(ctx=office.ctx, clock=clock, runner=runner, timelines="http://127.0.0.1:1")
    practice.open_(found)
    yield found
    practice.close()
    runner.stop()


def test_an_office_in_earnest_has_no_clock_to_move_and_no_training(office: Office, officer: Browser) -> None:
    page = officer.get("/")
    assert "次の配信枠" not in page.text
    assert "研修を始める" not in page.text
    for act in ACTS:
        assert officer.post(f"/practice/{act}/", page="/").status_code == 404
    for refused in (training.begin, training.end, training.let_partner_decide, practice.move):
        with pytest.raises(NotFound):
            refused(office.officer)
    assert training.course(office.officer) is None


def test_no_practice_is_opened_where_posts_would_leave_this_machine(office: Office) -> None:
    ctx = replace(office.ctx, config=replace(office.ctx.config, sandbox=False))
    runner = Runner(ctx)
    earnest = practice.Practice(ctx=ctx, clock=PracticeClock(office.clock.now()), runner=runner, timelines="")
    with pytest.raises(NotAllowed):
        practice.open_(earnest)
    assert practice.current() is None
    runner.stop()


def test_what_was_begun_before_is_no_training_in_earnest(office: Office, officer: Browser) -> None:
    audit.note(office.ctx, "kouhou", training.BEGUN, "training:officer")
    assert 'class="training"' not in officer.get("/").text


def test_the_panel_tells_the_next_step_on_every_page(office: Office, opened: practice.Practice, officer: Browser) -> None:
    assert 'class="training"' not in officer.get("/").text
    audit.note(office.ctx, "kouhou", training.BEGUN, f"training:{Role.OFFICER}")
    for page in ("/", "/queue/", "/calendar/"):
        assert "6のうち1" in officer.get(page).text
    found = office.submit(office.post())
    office.approve(found, office.officer)
    assert "6のうち2" in officer.get("/").text


def test_the_clock_goes_back_to_no_address_of_somebody_elses(opened: practice.Practice, officer: Browser) -> None:
    for address in ("https://example.com/", "//example.com/", "javascript:1"):
        answer = officer.post("/practice/clock/", page="/", next=address)
        assert (urlsplit(answer.url).netloc, urlsplit(answer.url).path) == (urlsplit(officer.base).netloc, "/")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_panel_and_the_clock_have_no_barrier(
    office: Office, opened: practice.Practice, chromium: Chromium, web_site: str, width: int
) -> None:
    audit.note(office.ctx, "kouhou", training.BEGUN, f"training:{Role.OFFICER}")
    context = chromium.new_context(viewport={"width": width, "height": 800}, base_url=web_site)
    page = context.new_page()
    log_in(page, "kouhou")
    found = barriers(page)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    found += barriers(page)
    context.close()
    assert not found, "\n".join(found)


def test_each_page_of_the_menu_says_what_it_is_for(officer: Browser) -> None:
    for page in ("/", "/write/", "/queue/", "/calendar/", "/deliveries/", "/held/", "/issues/", "/achievement/", "/history/"):
        answer = officer.get(page)
        assert answer.status_code == 200, page
        assert "<summary>ヘルプ</summary>" in answer.text, page
