"""The plan, the recommendations and the readings: said with reason and evidence, or refused at their place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.library import Library
from bot.errors import FileError
from bot.shared_files.files import problems
from bot.strategy import indicators, plan, recommendations
from tests.office import write_content

HERE = Library(Path("content"), ZoneInfo("Asia/Tokyo"), {})


@pytest.fixture
def city(tmp_path: Path) -> Path:
    write_content(tmp_path)
    return tmp_path / "strategy"


def slips(city: Path) -> list[tuple[str, int, str]]:
    found = problems(city.parent, None, ZoneInfo("Asia/Tokyo"), ("x", "facebook"))
    return [(e.place.path.name, e.place.line, e.problem) for e in found]


def advise(city: Path, entry: str) -> None:
    (city / "recommendations.yml").write_text(f"paper:\n  name: 紙\n  said: 減らす\n  source: 提言\n{entry}", encoding="utf-8")


def test_the_steps_of_the_seed_stand_in_the_plan_by_year() -> None:
    steps = {step.name.partition("（")[0]: step.years for step in HERE.plan["2-1"].steps}
    assert steps["庁内の押印決裁の廃止"] == {2021: "一部導入", 2022: "導入"}
    assert steps["ペーパーレス会議の推進"] == {2021: "拡充", 2022: "⇒"}
    assert len(steps) == 5


def test_each_recommendation_of_the_seed_is_there_and_unknown_where_nothing_was_said() -> None:
    names = " ".join(r.name for r in HERE.recommendations.values())
    for said in (
        "達成度評価",
        "ペーパーレスbyデフォルト",
        "デュアルモニター",
        "職員証とマイナンバーカードの一体化",
        "広報媒体",
    ):
        assert said in names
    for said in (
        "書かないワンストップ窓口",
        "マイナンバーカードbyデフォルト（まずは職員の取得率100%）",
        "ゼロ予算",
        "ウェルビーイング",
    ):
        assert said in names
    assert {r.assessment.label for r in HERE.recommendations.values()} == {"未確認"}


@pytest.mark.parametrize(
    ("entry", "line", "word"),
    [
        ("  achievement: done\n  as_of: 2026-11-01\n", 5, "示すものがありません"),
        ("  achievement: done\n  evidence: {readings: [card]}\n", 2, "as_of"),
        ("  achievement: partly\n  as_of: 2026-11-01\n  next: 実証\n", 2, "reason"),
        ("  achievement: not_yet\n  as_of: 2026-11-01\n  reason: 予算\n", 2, "next"),
        ("  achievement: 達成\n", 5, "達成"),
        ("  evidence: {readings: [cord]}\n", 5, "cord"),
        ("  measures: [9-9]\n", 5, "9-9"),
    ],
)
def test_what_says_more_than_it_shows_is_refused_at_its_place(city: Path, entry: str, line: int, word: str) -> None:
    (city / "plan.yml").write_text("2-1: {name: 窓口}\n", encoding="utf-8")
    advise(city, entry)
    ((name, at, problem),) = slips(city)
    assert (name, at) == ("recommendations.yml", line)
    assert word in problem


def test_an_assessment_is_old_after_a_year_and_a_day(city: Path) -> None:
    advise(city, "  achievement: done\n  as_of: 2025-11-28\n  evidence: {readings: [card]}\n")
    (found,) = recommendations.load(city / "recommendations.yml").values()
    assert found.assessment.label == "達成"
    assert not found.assessment.is_old(date(2026, 11, 28))
    assert found.assessment.is_old(date(2026, 11, 29))


def test_how_many_were_reached_is_no_outcome(city: Path) -> None:
    (city / "indicators.yml").write_text("seen: {name: 表示, unit: 回, kind: 到達, value: 5, date: 2026-11-01, source: X}\n")
    (city / "plan.yml").write_text("2-1:\n  name: 窓口\n  logic:\n    outputs: [seen]\n", encoding="utf-8")
    assert slips(city) == []
    (city / "plan.yml").write_text("2-1:\n  name: 窓口\n  logic:\n    outcomes: [seen]\n", encoding="utf-8")
    ((name, line, problem),) = slips(city)
    assert (name, line) == ("plan.yml", 4)
    assert "届いた数" in problem


SERIES = """\
card:
  name: 取得率
  unit: "%"
  readings:
    - {rate: 51.1, date: 2022-10-31, source: 総務省}
    - {rate: 49.0, date: 2022-09-30, source: 総務省}
    - {missing: 災害のため調べていない, date: 2022-11-30, source: 総務省}
"""


def test_a_post_shows_the_latest_reading_that_has_a_value(city: Path) -> None:
    (city / "indicators.yml").write_text(SERIES, encoding="utf-8")
    card = indicators.load(city / "indicators.yml")["card"]
    assert [r.value for r in card.readings] == [Decimal("49.0"), Decimal("51.1"), None]
    assert (card.field("rate"), card.field("date")) == ("51.1", "2022年10月31日")
    assert card.readings[-1].missing == "災害のため調べていない"


@pytest.mark.parametrize(
    ("wrong", "line", "word"),
    [
        ("    - {rate: 50, date: 2022-09-30, source: 総務省}\n", 8, "同じ日"),
        ("    - {date: 2022-12-31, source: 総務省}\n", 8, "どちらか1つ"),
        ("    - {rate: 50, value: 5, date: 2022-12-31, source: 総務省}\n", 8, "どちらか1つ"),
        ("    - {rate: 50, source: 総務省}\n", 8, "date"),
        ("  date: 2022-12-31\n", 8, "readings:"),
        ("    - {rate: 46.5, numerator: 208794, denominator: 400000, date: 2022-12-31, source: 総務省}\n", 8, "52.1985"),
        ("    - {rate: 46.5, numerator: 208794, denominator: 0, date: 2022-12-31, source: 総務省}\n", 8, "0以下"),
    ],
)
def test_a_series_that_contradicts_itself_is_refused_at_its_place(city: Path, wrong: str, line: int, word: str) -> None:
    (city / "indicators.yml").write_text(SERIES + wrong, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        indicators.load(city / "indicators.yml")
    assert caught.value.place.line == line
    assert word in caught.value.problem


@pytest.mark.parametrize("rate", ["46.5", "46.6", "46.53", "47"])
def test_a_rate_may_be_rounded_either_way(city: Path, rate: str) -> None:
    text = (
        f'card: {{name: 率, unit: "%", rate: {rate}, numerator: 208794, denominator: 448702, date: 2022-12-05, source: 提言}}\n'
    )
    (city / "indicators.yml").write_text(text, encoding="utf-8")
    assert indicators.load(city / "indicators.yml")["card"].field("rate") == rate


def test_a_plan_of_names_alone_is_still_a_plan(city: Path) -> None:
    (city / "plan.yml").write_text("1: {name: 窓口}\n1-1: {name: 予約}\n11: {name: 基盤}\n", encoding="utf-8")
    found = plan.load(city / "plan.yml")
    assert [number for number in found if found["1"].holds(number)] == ["1", "1-1"]


CHART = "cards:\n  title: 取得率\n  look: {look}\n  rows:\n    - {{indicator: held}}\n    - {{indicator: {other}}}\n"
KINDS = """
held:
  {name: 保有, unit: "%", kind: 保有枚数率, rate: 81.2, date: 2026-01-31, source: 省}
given:
  {name: 交付, unit: "%", kind: 交付枚数率, rate: 67.0, date: 2023-03-31, source: 省}
down:
  {name: 増減, unit: "%", kind: 保有枚数率, value: -1, date: 2023-03-31, source: 省}
"""


@pytest.mark.parametrize(
    ("look", "other", "line", "said"),
    [
        ("bars", "given", 6, "「交付」は、「保有」と種類か単位が違うため、並べられません"),
        ("bars", "down", 6, "「増減」には0より小さい値があります"),
        ("line", "held", 5, "「保有」には、値のある時点が2つありません"),
        ("goal", "held", 5, "「goal」の図に並べる指標が2件あります"),
    ],
)
def test_a_chart_that_would_mislead_is_refused_at_its_place(city: Path, look: str, other: str, line: int, said: str) -> None:
    (city / "indicators.yml").write_text(KINDS, encoding="utf-8")
    (city / "charts.yml").write_text(CHART.format(look=look, other=other), encoding="utf-8")
    assert ("charts.yml", line, said) in slips(city)


def test_the_charts_of_the_seed_are_in_order() -> None:
    assert {c.look for c in HERE.charts.values()} == {"bars", "line", "goal", "change", "title"}
