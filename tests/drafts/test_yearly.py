"""The yearly post: a draft from last year's text, once, for its writer; nothing of it goes out unread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection, connections

from bot.content import post_form
from bot.content.post_form import LAST_YEAR
from bot.errors import FileError, NotAllowed
from bot.schedule.yearly import Yearly, load
from bot.services.handing_in import browser, draft_preview, drafts, yearly
from bot.services.pages import today
from bot.services.telling.notices import take_in
from bot.store.drafts import Draft, YearlyDraft
from bot.store.models import AuditEntry, User
from bot.store.notices import Notice
from tests.office import TOKYO, write_schedules
from tests.sync.desk import Desk

ENTRY = "- {{name: 年末年始の窓口, day: 12-20, weeks: 3, post: 01TESTnenmatsu, author: {author}}}\n"


@pytest.fixture
def last_year(desk: Desk, tmp_path: Path) -> Desk:
    """What was told on 1 December 2026 is told again around the twentieth of each December."""
    folder = write_schedules(tmp_path / "schedules")
    (folder / "yearly.yml").write_text(ENTRY.format(author="shimin-leader"), encoding="utf-8")
    office = desk.office
    office.ctx = replace(office.ctx, config=replace(office.ctx.config, schedules_dir=folder))
    own = "publish: 2026-12-02 10:00\nexpires: 2026-12-28\nx: {text: 去年の文（見本）。}"
    desk.write("nenmatsu", title="年末年始の窓口（見本）", extra=own)
    desk.taken()
    desk.approve_all()
    return desk


def at(desk: Desk, text: str) -> None:
    desk.office.clock.advance_to(datetime.fromisoformat(text).replace(tzinfo=TOKYO))


def test_some_weeks_before_its_day_there_is_a_draft_once_a_year(last_year: Desk) -> None:
    ctx = last_year.office.ctx
    assert yearly.make_drafts(ctx) == 1  # of this year's day: 20 December is three weeks away
    at(last_year, "2027-11-28 12:00")
    assert yearly.make_drafts(ctx) == 0
    at(last_year, "2027-11-29 09:00")
    assert [yearly.make_drafts(ctx) for _ in range(3)] == [1, 0, 0]
    draft = Draft.objects.latest("id")
    form = post_form.form_of(draft.form)
    assert (draft.person, form.author, form.title) == ("shimin-leader", "shimin-leader", "年末年始の窓口（見本）")
    assert form.identity != "01TESTnenmatsu"
    assert (form.publish, form.expires, form.achievement, form.rest) == ("", "", "", {})
    assert form.lead.startswith(LAST_YEAR)
    assert "窓口で書く回数を減らします" in form.lead
    drafts.discard(last_year.office.author, draft.id)
    assert yearly.make_drafts(ctx) == 0  # whoever threw it away meant it


def test_it_cannot_be_handed_in_unread(last_year: Desk) -> None:
    office = last_year.office
    yearly.make_drafts(office.ctx)
    draft = Draft.objects.get()
    answered = replace(post_form.form_of(draft.form), achievement="done")
    draft = drafts.save(office.ctx, office.author, draft.id, answered, drafts.Seen(revision=draft.revision))
    found = draft_preview.preview(office.ctx, draft)
    assert "placeholders.unanswered" in {f.rule for f in found.errors}
    with pytest.raises(NotAllowed):
        browser.hand_in(office.ctx, office.author, draft.id)


def test_the_writer_and_the_office_are_told_once_and_on_their_first_pages(last_year: Desk) -> None:
    office = last_year.office
    office.ctx = replace(office.ctx, config=replace(office.ctx.config, smtp_server="localhost:1"))
    User.objects.filter(username="shimin-leader").update(email="shimin@example.jp")
    yearly.make_drafts(office.ctx)
    yearly.make_drafts(office.ctx)
    take_in(office.ctx)
    told = list(Notice.objects.filter(kind="yearly"))
    assert "shimin@example.jp" in {n.address for n in told}
    assert all("毎年の原稿「年末年始の窓口」（12月20日ごろ）の下書きを作りました" in n.line for n in told)
    assert [row.name for row in today.yearly_to_come(office.ctx)] == ["年末年始の窓口"]


def test_what_follows_the_second_year_is_the_second_years_text(last_year: Desk) -> None:
    office = last_year.office
    yearly.make_drafts(office.ctx)
    made = YearlyDraft.objects.get()
    last_year.write("nikaime", title="二年目の窓口（見本）", extra="publish: 2026-12-03 10:00")
    path = last_year.origin.desk / "posts" / "nikaime.md"
    path.write_text(path.read_text(encoding="utf-8").replace("01TESTnikaime", made.identity), encoding="utf-8")
    last_year.taken()
    last_year.approve_all()
    assert today.yearly_to_come(office.ctx) == []
    at(last_year, "2027-12-01 09:00")
    yearly.make_drafts(office.ctx)
    assert post_form.form_of(Draft.objects.latest("id").form).title == "二年目の窓口（見本）"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("shimin-leader", "taishoku"), "taishoku は利用者として登録されていません"),
        (("01TESTnenmatsu", "01TESTnai"), "01TESTnai の、承認された原稿がありません"),
    ],
)
def test_what_is_lacking_is_told_once_and_made_when_it_is_mended(last_year: Desk, changed: tuple[str, str], told: str) -> None:
    office, path = last_year.office, last_year.office.ctx.config.rules_dir / "yearly.yml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace(*changed), encoding="utf-8")
    assert [yearly.make_drafts(office.ctx) for _ in range(2)] == [0, 0]
    (entry,) = AuditEntry.objects.filter(verb=yearly.LACKS)
    assert told in entry.detail
    path.write_text(right, encoding="utf-8")
    assert yearly.make_drafts(office.ctx) == 1


def test_of_two_publishers_one_makes_it(last_year: Desk) -> None:
    office, both, made = last_year.office, threading.Barrier(2), list[int]()

    def publisher() -> None:
        both.wait()
        try:
            made.append(yearly.make_drafts(office.ctx))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publisher) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 1, connection.vendor
    assert Draft.objects.count() == 1
    assert AuditEntry.objects.filter(verb=yearly.MADE).count() == 1


def test_without_the_file_or_without_a_repository_nothing_is_made(last_year: Desk) -> None:
    office = last_year.office
    config = office.ctx.config
    assert yearly.make_drafts(replace(office.ctx, config=replace(config, content_repository=""))) == 0
    (config.rules_dir / "yearly.yml").unlink()
    assert yearly.make_drafts(office.ctx) == 0


@pytest.mark.parametrize(
    ("day", "now", "due"),
    [
        ((12, 20), "2026-11-21", None),
        ((12, 20), "2026-11-22", "2026-12-20"),
        ((12, 20), "2026-12-20", "2026-12-20"),
        ((12, 20), "2026-12-21", None),
        ((1, 10), "2026-12-20", "2027-01-10"),
        ((2, 29), "2027-02-01", "2027-02-28"),
        ((2, 29), "2028-02-01", "2028-02-29"),
        ((2, 29), "2100-02-01", "2100-02-28"),
    ],
)
def test_the_weeks_before_a_day_are_those_of_its_year(day: tuple[int, int], now: str, due: str | None) -> None:
    one = Yearly(name="n", day=day, weeks=4, post="p", author="a")
    assert one.due(date.fromisoformat(now)) == (date.fromisoformat(due) if due else None)


def _write(text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (path := folder / "yearly.yml").write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("- {name: a, day: 13-20, post: p, author: s}\n", 1, "13-20"),
        ("- {name: a, day: 12-20, post: p}\n", 1, "author"),
        ("- {name: a, day: 12-20, post: p, author: s, weeks: 0}\n", 1, "0"),
        ("- {name: a, day: 12-20, post: p, author: s}\n- {name: a, day: 12-21, post: p, author: s}\n", 2, "2回"),
        ("- {name: a, day: 12-20, post: p, author: s, month: 1}\n", 1, "month"),
    ],
)
def test_a_slip_in_the_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(FileError) as slip:
        load(_write(text)(tmp_path))
    assert slip.value.place.line == line
    assert told in slip.value.problem
