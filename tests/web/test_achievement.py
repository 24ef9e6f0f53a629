"""What was achieved and what was not: by hand counted, on the page, in the files, on the command line's services."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from ctypes import create_string_buffer
from datetime import date
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw
import pytest
from PIL import Image

from bot.config import ROOT
from bot.errors import MediaError, Place
from bot.media import images
from bot.registry import load
from bot.services.approval import review
from bot.services.pages import achievement, achievement_files, printed_report
from bot.services.records.context import context
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
    paths, lacking = achievement_files.write(achievement.report(hall.ctx), tmp_path / "out")
    assert lacking == []
    texts = {path.suffix: path.read_bytes().decode() for path in paths if path.stem == "achievement" and path.suffix != ".pdf"}
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


CHARTS = "cards: {title: 取得率, look: goal, rows: [{indicator: card}], goal: {value: 100, source: 提言}}\n"


def words(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def described(pdf: bytes) -> list[str]:
    """What the pictures of a tagged PDF say to a screen reader."""
    document = pypdfium2.PdfDocument(pdf)
    assert raw.FPDFCatalog_IsTagged(document)
    found: list[str] = []

    def walk(element: object) -> None:
        buffer = create_string_buffer(4000)
        if size := raw.FPDF_StructElement_GetAltText(element, buffer, 4000):
            found.append(buffer.raw[: size - 2].decode("utf-16-le"))
        for at in range(raw.FPDF_StructElement_CountChildren(element)):
            if child := raw.FPDF_StructElement_GetChildAtIndex(element, at):
                walk(child)

    for page in document:
        tree = raw.FPDF_StructTree_GetForPage(page)
        for at in range(raw.FPDF_StructTree_CountChildren(tree)):
            walk(raw.FPDF_StructTree_GetChildAtIndex(tree, at))
    return found


def test_the_report_on_paper_has_words_structure_and_charts(hall: Office) -> None:
    (hall.folder / "strategy" / "charts.yml").write_text(CHARTS, encoding="utf-8")
    published(hall)
    pdf = printed_report.as_pdf(achievement.report(hall.ctx, 2026))
    told = "".join(words(pdf))
    for said in ("達成（要更新）", "紙の申請が残るため", "46.5%", "2026年度"):
        assert said in told
    assert any(alt.startswith("取得率の図（目標までの棒）。46.5%") for alt in described(pdf))


def test_the_summary_for_the_council_is_one_page_even_of_all_that_the_seed_asks(hall: Office) -> None:
    for name in ("plan", "recommendations", "indicators", "charts"):
        shutil.copy(ROOT / "content" / "strategy" / f"{name}.yml", hall.folder / "strategy")
    (told,) = words(printed_report.as_summary(achievement.report(hall.ctx, 2026)))
    plain = "".join(told.split())
    for item in hall.ctx.library.recommendations.values():
        assert "".join(item.name.split()) in plain
    assert "まだ市民に伝えていない施策" in plain
    assert "2026年度" in plain


def test_readings_are_open_data_with_the_terms_of_the_city(hall: Office) -> None:
    city = (hall.folder / "city.yml").read_text(encoding="utf-8").replace("paper:", "licence: CC BY 4.0, paper:")
    (hall.folder / "city.yml").write_text(city, encoding="utf-8")
    text = achievement_files.as_readings(achievement.report(context(load(hall.env), hall.clock)))
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    kept = [row[name] for name in ("番号", "時点", "値", "分子", "分母", "出典", "利用条件")]
    assert kept == ["card", "2022-12-05", "46.5", "208794", "448702", "提言", "CC BY 4.0"]


def test_without_pango_a_sentence_says_so_and_the_other_files_are_there(
    hall: Office, officer: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken" / "weasyprint.py"
    broken.parent.mkdir()
    broken.write_text("raise OSError('cannot load library libpango-1.0-0')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(broken.parent)
    for name in [n for n in sys.modules if n.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    printed_report.forget()
    paths, lacking = achievement_files.write(achievement.report(hall.ctx), tmp_path / "out")
    assert {p.name for p in paths} == {"achievement.html", "achievement.csv", "achievement.readings.csv", "achievement.json"}
    assert {e.summary for e in lacking} == {"この機械には、PDF を組む部品（Pango）が入っていません"}
    refused = officer.get("/achievement.pdf")
    assert (refused.status_code, "make system" in refused.text) == (409, True)


def test_half_a_picture_is_refused_after_a_report_was_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)  # as in a process that prints its first one
    printed_report.forget()
    printed_report.library()
    whole = io.BytesIO()
    Image.effect_noise((400, 300), 60).convert("RGB").save(whole, "JPEG")
    half = tmp_path / "half.jpg"
    half.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(MediaError):
        images.cleaned(half, Place(path=half))
    printed_report.forget()  # with what was there before, which comes back now


def test_nothing_is_fetched_for_the_paper(hall: Office) -> None:
    _, fetcher = printed_report.library()
    for address in ("http://127.0.0.1:9/a.png", "file:///etc/passwd"):
        with pytest.raises(ValueError, match="not fetched"):
            fetcher({}).fetch(address)


@pytest.mark.parametrize("ending", ["pdf", "summary.pdf", "readings.csv"])
def test_the_page_links_each_file(hall: Office, officer: Browser, ending: str) -> None:
    page = officer.get("/achievement/?year=2026").text
    assert f'href="/achievement.{ending}?year=2026"' in page
    assert officer.get(f"/achievement.{ending}?year=2026").status_code == 200
