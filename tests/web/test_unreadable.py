"""While a file of settings cannot be read: what depends on it holds and says so; every page that can opens."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.errors import BotError, CannotTell
from bot.services.delivery import pause, stale
from bot.store.models import Submission
from tests.office import Office
from tests.web.browser import Browser, signed_in

PAGES = ("/queue/", "/calendar/", "/deliveries/", "/held/", "/history/", "/stop/", "/tokens/")


@pytest.fixture
def schedules(office: Office, tmp_path: Path) -> Path:
    """Schedules of this office's own, to be spoilt; before anybody logs in."""
    folder = tmp_path / "schedules"
    shutil.copytree(ROOT / "schedules", folder)
    office.ctx = replace(office.ctx, config=replace(office.ctx.config, schedules_dir=folder))
    return folder


def spoil(path: Path, *change: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")


def test_the_calendar_shows_what_is_planned_and_what_is_wrong(office: Office, schedules: Path, officer: Browser) -> None:
    office.approved(extra="publish: 2026-12-03 10:20")
    (schedules / "blackouts.yml").write_text("- {from: 2027-03-26, to: 2027-04-12, channels: facebook}\n", encoding="utf-8")
    vars(office.ctx).pop("rules", None)
    answer = officer.get("/calendar/?date=2026-12-01")
    assert answer.status_code == 200
    assert "blackouts.yml の1行目" in answer.text
    assert "channels: [facebook]" in answer.text
    assert "書かない窓口（見本）" in answer.text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("file", ["slots.yml", "quiet.yml", "blackouts.yml"])
def test_pages_open_while_the_rules_cannot_be_read(
    office: Office, schedules: Path, officer: Browser, page: str, file: str
) -> None:
    office.submit(office.post(extra="slot: lunch"))
    (schedules / file).write_bytes("壊れた: [".encode("cp932"))
    vars(office.ctx).pop("rules", None)
    assert officer.get(page).status_code == 200


def test_nothing_is_approved_while_the_rules_cannot_be_read(office: Office, schedules: Path, officer: Browser) -> None:
    submission = office.submit(office.post(extra="publish: 2026-12-03 10:20"))
    (schedules / "blackouts.yml").unlink()
    vars(office.ctx).pop("rules", None)
    with pytest.raises(Exception, match=r"blackouts\.yml"):
        office.approve(submission)
    assert Submission.objects.get().state == "submitted"


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_while_city_yml_cannot_be_read(office: Office, officer: Browser, page: str) -> None:
    office.submit(office.post())
    spoil(office.folder / "city.yml", "paper:", "papr:")
    answer = officer.get(page)
    assert answer.status_code == 200
    assert "city.yml の1行目" in answer.text


def test_logging_in_stopping_and_refusing_need_no_content_at_all(office: Office, people: None, web_site: str) -> None:
    shutil.rmtree(office.folder)
    officer = signed_in(web_site, "kouhou")
    answer = officer.post("/stop/", "/stop/", channel="", reason="設定が壊れたため")
    assert answer.status_code == 200
    assert pause.active()
    assert officer.get("/nothing/").status_code == 404
    assert officer.get("/people/").status_code == 403


@pytest.fixture
def nowhere(office: Office) -> None:
    """A content folder of which nothing can be asked, not even whether it is there; as without the right to look."""
    office.ctx = replace(office.ctx, config=replace(office.ctx.config, content_dir=office.folder / ("あ" * 300)))
    with pytest.raises(OSError, match="too long"):
        office.ctx.library.posts_dir.stat()


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_while_the_content_cannot_be_asked(
    office: Office, nowhere: None, people: None, web_site: str, page: str
) -> None:
    assert signed_in(web_site, "kouhou").get(page).status_code == 200


def test_content_that_cannot_be_asked_voids_nothing_and_holds_what_is_due(
    office: Office, request: pytest.FixtureRequest
) -> None:
    office.approved()
    request.getfixturevalue("nowhere")
    runner = office.runner()
    runner.sweep()
    office.publish_all()
    assert Submission.objects.get().state == "approved"
    assert office.sandbox.posts() == []
    assert {d.state for d in office.deliveries()} == {"held"}


def test_log_in_stop_and_error_pages_need_no_content_at_all(office: Office, nowhere: None, people: None, web_site: str) -> None:
    stranger = Browser(web_site)
    assert stranger.get("/login/").status_code == 200
    assert stranger.get("/nowhere/").status_code == 404
    assert stranger.session.post(f"{web_site}/login/", timeout=10).status_code == 403  # without the form's token
    officer = signed_in(web_site, "kouhou")
    assert officer.get("/submissions/999/").status_code == 404
    assert officer.get("/people/").status_code == 403
    answer = officer.post("/stop/", "/stop/", channel="", reason="設定が壊れたため")
    assert answer.status_code == 200
    assert pause.active()
    assert "logout" in officer.get("/tokens/").text


def test_a_slip_in_city_yml_voids_no_approval_and_is_told_to_whoever_decides(office: Office) -> None:
    office.approved()
    waiting = office.submit(office.post("mado"))
    good = (office.folder / "city.yml").read_text(encoding="utf-8")
    spoil(office.folder / "city.yml", "paper:", "papr:")
    stale.sweep(office.ctx)
    with pytest.raises(BotError) as refused:
        office.approve(waiting)
    assert "「papr」" in refused.value.summary
    (office.folder / "city.yml").write_text(good, encoding="utf-8")
    stale.sweep(office.ctx)
    assert {s.state for s in Submission.objects.all()} == {"approved", "submitted"}
    assert {d.state for d in office.deliveries()} == {"scheduled"}


def test_a_figure_that_cannot_be_read_keeps_a_post_from_being_approved_and_voids_nothing(office: Office) -> None:
    waiting = office.submit(office.post(body="取得率は{{ indicator.card.rate }}%です（見本）。\n"))
    spoil(office.folder / "strategy" / "indicators.yml", "46.5", "046.5")
    with pytest.raises(CannotTell) as refused:
        office.approve(waiting)
    assert "046.5" in refused.value.summary
    assert len(refused.value.summary) <= 200
    assert Submission.objects.get().state == "submitted"


def test_what_is_held_can_be_cancelled_while_city_yml_cannot_be_read(office: Office, officer: Browser) -> None:
    office.approved()
    pause.pause(office.ctx, office.officer, "確かめるため")
    office.publish_all()
    assert {d.state for d in office.deliveries()} == {"held"}
    spoil(office.folder / "city.yml", "paper:", "papr:")
    answer = officer.get("/held/")
    assert answer.status_code == 200
    assert "書かない窓口（見本）" in answer.text


def test_a_content_folder_that_is_away_voids_no_approval(office: Office) -> None:
    office.approved()
    office.folder.rename(office.folder.with_name("away"))
    stale.sweep(office.ctx)
    assert Submission.objects.get().state == "approved"


def test_a_post_that_was_taken_away_is_void(office: Office) -> None:
    office.approved()
    (office.folder / "posts" / "madoguchi.md").unlink()
    stale.sweep(office.ctx)
    assert Submission.objects.get().state == "stale"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "明日", "1899-12-31"])
def test_a_date_at_the_edge_of_its_type_is_no_accident(office: Office, officer: Browser, day: str) -> None:
    for page in (f"/calendar/?date={day}", f"/calendar/?view=list&date={day}", f"/history/?since={day}&until={day}"):
        assert officer.get(page).status_code == 200


def test_a_layout_of_the_paper_that_cannot_be_read_takes_only_its_deadlines_away(
    office: Office, schedules: Path, officer: Browser
) -> None:
    spoil(schedules / "newsletter.yml", "chars: 15", "chars: 多め")
    answer = officer.get("/calendar/?date=2026-12-29")
    assert answer.status_code == 200
    assert "newsletter.yml の" in answer.text
    assert "年末年始" in answer.text
    assert "直るまで何も配信しません" not in answer.text
