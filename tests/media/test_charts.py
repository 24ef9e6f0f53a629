"""Charts: drawn from readings alone, legible small, in grey and by the colour-blind, and the same for the same readings."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from bot.errors import NotInstalled
from bot.media import charts as drawn
from bot.strategy.charts import Chart, Goal, Look, Row, alt, of_indicator
from bot.strategy.indicators import Indicator, Reading
from tests.media.test_drawn import Colour, contrast

LIGHT, DARK, INK = (195, 202, 217), (0, 23, 193), (26, 26, 26)


def reading(value: str, on: date = date(2026, 1, 31), **more: str) -> Reading:
    number = Decimal(value) if value else None
    return Reading(value=number, date=on, date_of="measured", source="総務省", **more)


def row(label: str, *readings: Reading) -> Row:
    return Row(label=label, indicator=Indicator(key=label, name=label, unit="%", readings=readings))


def chart(look: Look, *rows: Row, **more: object) -> Chart:
    return Chart(key="rate", title="マイナンバーカードの保有枚数率", look=look, rows=rows, **more)  # type: ignore[arg-type]


BARS = chart(
    "bars", row("金沢市", reading("80.1")), row("全国", reading("81.2")), row("輪島市", reading("", missing="調査なし"))
)
OVER_TIME = [reading("70.5", date(2024, 1, 31)), reading("", date(2024, 7, 31), missing="調査なし"), reading("81.2")]
EACH = [
    BARS,
    chart("line", row("全国", *OVER_TIME), row("石川県", reading("60", date(2024, 1, 31)), reading("79.9"))),
    chart("goal", row("職員", reading("82.0")), goal=Goal(value=Decimal(100), source="提言", date=date(2027, 3, 31))),
    chart("change", row("全国", *OVER_TIME)),
    Chart(key="series", title="市役所のDX、ここまで", look="title", kicker="連載"),
]


def image(found: Chart) -> Image.Image:
    return Image.open(BytesIO(drawn.png(found))).convert("RGB")


def letters(found: Chart) -> str:
    return " ".join(ElementTree.fromstring(drawn.svg(found)).itertext())  # noqa: S314 our own


@pytest.mark.parametrize("found", EACH, ids=lambda c: c.look)
def test_every_look_is_a_square_with_a_quiet_margin(found: Chart) -> None:
    picture = image(found)
    assert picture.size == (1080, 1080)
    for edge in ((0, 40, 60, 1080), (1024, 40, 1080, 1080), (0, 1030, 1080, 1080)):
        assert picture.crop(edge).getextrema() == ((255, 255),) * 3


def test_what_was_not_measured_is_no_bar_and_no_zero() -> None:
    assert "調査なし" in letters(BARS)
    assert "輪島市 調査なし" in alt(BARS)
    assert drawn.svg(BARS).count('role="graphics-symbol"') >= 2
    measured = replace(BARS, rows=(*BARS.rows[:2], row("輪島市", reading("0"))))
    assert 'aria-label="輪島市 0%"' in drawn.svg(measured)
    assert "輪島市 0%" not in drawn.svg(BARS)


def strokes(found: Chart) -> int:
    """The pieces of the first line that were drawn."""
    paths = [p.get("d", "") for p in ElementTree.fromstring(drawn.svg(found)).iter() if p.get("stroke-width") == "6"]  # noqa: S314 our own
    return len([path for path in paths if "L" in path])


def test_a_line_is_broken_where_nothing_was_measured() -> None:
    days = [reading("60", date(2023, 1, 31)), *OVER_TIME, reading("82", date(2026, 8, 31))]
    assert strokes(chart("line", row("全国", *days))) == 2
    assert strokes(chart("line", row("全国", *(d for d in days if d.value is not None)))) == 1


def test_each_mark_tells_its_number_and_each_number_stands_beside_it() -> None:
    for said in ("金沢市 80.1%", "全国 81.2%"):
        assert f'aria-label="{said}"' in drawn.svg(BARS)
    for said in ("金沢市", "80.1%", "全国", "81.2%", "2026年1月31日", "総務省"):
        assert said in letters(BARS)


def test_the_citys_own_is_told_by_its_darkness_alone() -> None:
    """In grey: the bars differ enough from each other and from the paper, or have an outline."""
    seen = {colour for _, colour in image(BARS).getcolors(100_000) or ()}
    assert {LIGHT, DARK} <= seen
    assert contrast(_grey(LIGHT), _grey(DARK)) >= 4.5
    assert contrast(_grey((61, 67, 81)), (255, 255, 255)) >= 4.5  # the outline of the light ones


def _grey(colour: Colour) -> Colour:
    level = round(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2])
    return level, level, level


def test_no_letter_is_smaller_than_a_phone_shows() -> None:
    """A phone is about 390 points wide: 26 pixels of 1080 are over nine of them."""
    for found in EACH:
        assert min(float(size) for size in re.findall(r'font-size="([\d.]+)px"', drawn.svg(found))) >= 26


def test_the_same_readings_have_the_same_rule_and_a_changed_one_another() -> None:
    again = chart(
        "bars", row("金沢市", reading("80.1")), row("全国", reading("81.2")), row("輪島市", reading("", missing="調査なし"))
    )
    assert drawn.rule(again) == drawn.rule(BARS)
    changed = replace(BARS, rows=(row("金沢市", reading("80.2")), *BARS.rows[1:]))
    assert drawn.rule(changed) != drawn.rule(BARS)
    assert alt(changed) != alt(BARS)
    assert drawn.png(changed) != drawn.png(BARS)


def test_the_alt_text_says_what_the_picture_shows() -> None:
    said = "金沢市 80.1%、全国 81.2%、輪島市 調査なし（2026年1月31日）"
    assert alt(BARS) == f"マイナンバーカードの保有枚数率の図（横に比べる棒）。{said}。出典：総務省。"
    assert "82.0%（2026年1月31日）。2027年3月31日までの目標は100%" in alt(EACH[2])
    assert "70.5%（2024年1月31日）から81.2%（2026年1月31日）に" in alt(EACH[3])


def test_figures_of_other_days_say_which() -> None:
    mixed = chart("bars", row("金沢市", reading("80.1")), row("全国", reading("81.2", date(2025, 8, 31))))
    assert "全国（2025年8月31日）" in letters(mixed)
    assert "全国 81.2%（2025年8月31日）" in alt(mixed)


def test_one_reading_is_no_line() -> None:
    assert of_indicator(row("全国", OVER_TIME[0]).indicator) is None
    line = of_indicator(row("全国", *OVER_TIME).indicator)
    assert line is not None
    assert line.look == "line"


def test_without_the_extra_a_sentence_says_so_and_the_rule_is_known_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    known = drawn.rule(BARS)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    drawn.forget()
    with pytest.raises(NotInstalled) as refused:
        drawn.png(BARS)
    assert "vl-convert-python" in refused.value.summary
    assert "dxbot[report]" in refused.value.next_step
    assert drawn.rule(BARS) == known
