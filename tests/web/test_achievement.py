"""What was achieved and what was not: by hand counted, on the page, in the files, on the command line's services."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from bot.services.approval import review
from bot.services.pages import achievement, achievement_files
from tests.office import TUESDAY, Office
from tests.web.browser import Browser

PLAN = """
"1": {name: 窓口}
"2": {name: 働き方, goals: [紙から画面へ]}
"2-1":
  name: 紙を減らす
  steps: [{name: 電子決裁, years: {2021: 構築, 2022: ⇒}}]
  logic: {inputs: [システム], outputs: [card], outcomes: [待たない]}
  achievement: partly
  as_of: 2026-11-01
  reason: 紙の申請が残るため
  next: 様式を見直す
"""
ADVICE = """
paper:
  name: ペーパーレス
  said: 紙を例外にする
  source: 提言
  achievement: done
  as_of: 2025-11-30
  evidence: {posts: [01TESTmadoguchi], readings: [card]}
well: {name: 幸せ, said: 言葉を入れる, source: 提言}
"""


@pytest.fixture
def hall(office: Office) -> Office:
    for name, text in (("plan", PLAN), ("recommendations", ADVICE)):
        (office.folder / "strategy" / f"{name}.yml").write_text(text, encoding="utf-8")
    return office


def published(office: Office) -> None:
    office.approved()
    office.at(TUESDAY.replace(hour=12, minute=15))
    office.runner().beat()


def test_each_line_says_what_is_known_and_no_more(hall: Office) -> None:
    published(hall)
    found = achievement.report(hall.ctx)
    paper, well = found.recommendations
    assert (paper.label, well.label) == ("達成（要更新）", "未確認")
    assert [s.text for s in paper.shown] == ["46.5%"]
    ((post,), ()) = paper.told, well.told
    assert {name for name, _ in post.where} >= {"X", "Facebook", "Instagram"}
    assert all(url.startswith("http") for name, url in post.where if name in ("X", "Facebook", "Instagram"))
    assert {m.key: len(m.told) for m in found.measures} == {"1": 0, "2": 1, "2-1": 1}
    assert [m.key for m in found.untold] == ["1"]
    (logic,) = (m.logic for m in found.measures if m.key == "2-1")
    assert logic.outputs == ("取得率 46.5%",)


def test_what_is_held_back_or_taken_down_tells_nobody(hall: Office) -> None:
    hall.approved()
    assert [m.key for m in achievement.report(hall.ctx).untold] == ["1", "2", "2-1"]


def test_the_days_between_handing_in_and_publication_and_the_returns(hall: Office) -> None:
    returned = hall.submit(hall.post("other", extra="publish: 2026-12-01 13:15"))
    review.return_(hall.ctx, hall.officer, returned.id, "題名を短く")
    hall.approved(extra="publish: 2026-12-01 12:15")
    hall.at(TUESDAY.replace(hour=12, minute=15))
    hall.runner().beat()
    told = achievement.report(hall.ctx).turnaround
    assert (told.handed_in, told.out, told.returned, told.reasons) == (2, 1, 1, (("題名を短く", 1),))
    assert told.days == pytest.approx(3.25 / 24)


@pytest.mark.parametrize(("day", "year"), [(date(2027, 3, 31), 2026), (date(2027, 4, 1), 2027), (date(2026, 12, 1), 2026)])
def test_a_fiscal_year_begins_in_april(day: date, year: int) -> None:
    assert achievement.fiscal_year(day) == year


def test_a_year_counts_its_own_posts_only(hall: Office) -> None:
    published(hall)
    assert achievement.report(hall.ctx, 2026).recommendations[0].told
    assert achievement.report(hall.ctx, 2025).recommendations[0].told == ()


def test_the_files_say_the_same(hall: Office, tmp_path: Path) -> None:
    published(hall)
    paths = achievement_files.write(achievement.report(hall.ctx), tmp_path / "out")
    texts = {path.suffix: path.read_bytes().decode() for path in paths}
    rows = list(csv.DictReader(io.StringIO(texts[".csv"].removeprefix("\ufeff"))))
    assert [(r["種別"], r["番号"], r["達成状況"], r["要更新"]) for r in rows][:2] == [
        ("提言", "paper", "達成", "要更新"),
        ("提言", "well", "未確認", ""),
    ]
    data = json.loads(texts[".json"])
    assert data["untold"] == ["1"]
    assert data["recommendations"][0]["readings"][0]["readings"][0]["value"] == "46.5"
    assert "紙の申請が残るため" in texts[".html"]
    assert "<script" not in texts[".html"]


def test_a_cell_is_no_formula(hall: Office) -> None:
    text = ADVICE.replace("name: ペーパーレス", 'name: "=1+1"')
    (hall.folder / "strategy" / "recommendations.yml").write_text(text, encoding="utf-8")
    rows = list(csv.reader(io.StringIO(achievement_files.as_csv(achievement.report(hall.ctx)))))
    assert rows[1][2] == "'=1+1"


def test_the_page_shows_all_to_those_who_may_read_all(hall: Office, officer: Browser) -> None:
    published(hall)
    page = officer.get("/achievement/").text
    for said in (
        "達成（要更新）",
        "未確認",
        "紙の申請が残るため",
        "様式を見直す",
        "46.5%",
        "2021年度 構築",
        "書かない窓口（見本）",
    ):
        assert said in page
    assert "まだ市民に伝えていない施策" in page
    assert officer.get("/achievement.csv").text.startswith("\ufeff種別")
    assert officer.get("/achievement.exe").status_code == 404


def test_a_leader_may_not(hall: Office, leader: Browser) -> None:
    assert leader.get("/achievement/").status_code == 403
    assert leader.get("/achievement.json").status_code == 403
