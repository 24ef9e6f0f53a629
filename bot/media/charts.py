"""Charts: from the readings of a chart to SVG for paper and the web, and PNG for the networks.

The drawing rule is the Vega-Lite specification that is made here, with its data in it; `rule` is its hash. What draws it comes
with the extra dxbot[report] (ADR 40). Readable in grey and by the colour-blind: the city's own is told by its darkness and its
outline, lines by their dashes, and every number stands beside its mark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Any, TypeAlias

from bot.errors import NotInstalled
from bot.media.lettering import ACCENT, INK, PAPER, broken, font, font_path
from bot.strategy.charts import Chart, Goal, Look, Row, before_and_after, newest, number, recent, shown, sources, when
from bot.strategy.indicators import Reading
from bot.text.moments import day

SIZE = 1080  # pixels, square: no network cuts it
_MARGIN = 72
_WIDTH = SIZE - 2 * _MARGIN
_OTHERS, _OUTLINE, _QUIET = "#c3cad9", "#3d4351", "#4a4f5a"
_DASHES: tuple[list[int], ...] = ([1, 0], [14, 8], [4, 8])
_SHAPES = ("circle", "square", "triangle-up")
_TITLE, _SMALL, _LABEL, _NUMBER, _LEAST = 56, 30, 38, 44, 26
_TITLE_LINE, _SMALL_LINE, _NOTES = 76, 44, 4
_BAR = _WIDTH - 220  # the longest bar; its number stands beside it
_FAMILY = "Noto Sans CJK JP"
_WITH: Mapping[str, Any] = {"vl_version": "5.20", "allowed_base_urls": []}  # it fetches nothing
Layer: TypeAlias = dict[str, Any]


def rule(chart: Chart) -> str:
    """The SHA-256 of data and drawing rule: what an approval is compared with, on machines that cannot draw, too."""
    return hashlib.sha256(_canonical(chart).encode()).hexdigest()


def svg(chart: Chart) -> str:
    """Letters stay letters in the typeface Noto Sans CJK JP, every mark tells its number to a screen reader. Raises
    NotInstalled without the extra."""
    return _svg(_canonical(chart))


def png(chart: Chart) -> bytes:
    """SIZE pixels square. Raises NotInstalled without the extra."""
    return _png(_canonical(chart))


def forget() -> None:
    """What is kept of earlier drawings: for a machine that gains or loses the extra while it runs."""
    for kept in (_svg, _png, _drawing):
        kept.cache_clear()


def pdf(chart: Chart) -> bytes:
    """Vector, its letters embedded. Raises NotInstalled without the extra."""
    return bytes(_drawing().vegalite_to_pdf(_canonical(chart), **_WITH))


def _canonical(chart: Chart) -> str:
    return json.dumps(specification(chart), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=64)
def _svg(canonical: str) -> str:
    return str(_drawing().vegalite_to_svg(canonical, **_WITH))


@lru_cache(maxsize=16)
def _png(canonical: str) -> bytes:
    return bytes(_drawing().vegalite_to_png(canonical, scale=1, **_WITH))


@lru_cache(maxsize=1)
def _drawing() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise NotInstalled("vl-convert-python") from None
    for bold in (False, True):
        vl_convert.register_font_directory(str(Path(font_path(bold=bold)).parent))
    return vl_convert


# -- the drawing rule


def specification(chart: Chart) -> dict[str, Any]:
    """Vega-Lite; the same chart gives the same one everywhere."""
    title = broken(chart.title, font(_TITLE, bold=True), _WIDTH) if chart.rows else []
    notes = _notes(chart)
    top, bottom = _MARGIN + len(title) * _TITLE_LINE + 72, _MARGIN + len(notes) * _SMALL_LINE
    height = SIZE - top - bottom
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": _WIDTH,
        "height": height,
        "autosize": "none",
        "padding": {"left": _MARGIN, "right": _MARGIN, "top": top, "bottom": bottom},
        "background": PAPER,
        "config": {"font": _FAMILY, "view": {"stroke": None}},
        "layer": [
            _box(-_MARGIN, -top, SIZE, 24, ACCENT),
            *([_words(title, y=_MARGIN - top, size=_TITLE, line=_TITLE_LINE, bold=True)] if title else []),
            *_BODIES[chart.look](chart, height),
            _words(notes, y=height + 24, size=_SMALL, line=_SMALL_LINE, color=_QUIET),
        ],
    }


def _notes(chart: Chart) -> list[str]:
    """The day, where all figures have the same one, and where they come from: as many sources as there is room for."""
    if not chart.rows:
        return [" "]
    days = tuple(dict.fromkeys(when(r) for r in shown(chart)))
    at, named = [days[0]] if len(days) == 1 else [], sources(chart)
    for kept in range(len(named), 0, -1):
        more = f"　ほか{len(named) - kept}件" if kept < len(named) else ""
        lines = at + broken(f"出典：{'、'.join(named[:kept])}{more}", font(_SMALL), _WIDTH)
        if len(lines) <= _NOTES:
            break
    return lines


def _words(
    text: str | Sequence[str],
    *,
    y: float,
    size: int,
    x: float = 0,
    line: int = 0,
    color: str = INK,
    bold: bool = False,
    align: str = "left",
) -> Layer:
    """Text at a place of its own; the lines of a list below each other."""
    lines = [text] if isinstance(text, str) else list(text)
    mark = {"type": "text", "align": align, "baseline": "top", "fontSize": size, "lineHeight": line or size, "color": color}
    return _one(mark | {"text": lines, "x": x, "y": y, "fontWeight": "bold" if bold else "normal"})


def _box(x: float, y: float, width: float, height: float, color: str, outline: str = "") -> Layer:
    mark = {"type": "rect", "x": x, "y": y, "x2": x + width, "y2": y + height, "color": color, "aria": False}
    return _one(mark | ({"stroke": outline, "strokeWidth": 3} if outline else {}))


def _one(mark: Layer) -> Layer:
    return {"data": {"values": [{}]}, "mark": mark}


def _bars(chart: Chart, height: float) -> list[Layer]:
    """The city's own dark, the others light with an outline, each with its name above and its number beside it."""
    values = [newest(row) for row in chart.rows]
    alike = len({when(r) for r in values}) == 1
    longest = max((float(r.value) for r in values if r.value is not None), default=1.0) or 1.0
    step = min(height / len(chart.rows), 168)
    layers: list[Layer] = []
    for at, (row, reading) in enumerate(zip(chart.rows, values, strict=True)):
        named = row.label if alike else f"{row.label}（{when(reading)}）"
        length = float(reading.value or 0) / longest * _BAR
        layers += _bar(named, number(reading, chart.unit), at * step, length, step, ours=at == 0, none=reading.value is None)
    return layers


def _bar(name: str, said: str, y: float, length: float, step: float, *, ours: bool, none: bool) -> list[Layer]:
    thick = min(step - _LABEL - 32, 64)
    under = y + _LABEL + 14
    size = _SMALL if none else _NUMBER
    told = _words(said, x=length + (0 if none else 16), y=under + (thick - size) / 2, size=size, bold=not none)
    named = _words(name, y=y, size=_fitting(name, _LABEL, bold=ours), bold=ours)
    if none:
        return [named, told]
    bar = _box(0, under, max(length, 2), thick, ACCENT if ours else _OTHERS, _OUTLINE)
    bar["mark"] |= {"aria": True, "description": f"{name} {said}"}
    return [named, bar, told]


def _fitting(text: str, size: int, *, bold: bool = False, width: float = _WIDTH) -> int:
    """The size at which the text is one line, not below what a phone shows."""
    return next((s for s in range(size, _LEAST, -2) if font(s, bold=bold).getlength(text) <= width), _LEAST)


def _goal(chart: Chart, height: float) -> list[Layer]:
    """One bar in its frame: what is there, and what is to be reached."""
    assert chart.goal is not None  # noqa: S101 the reader of charts.yml
    reading, goal = newest(chart.rows[0]), chart.goal
    y, thick = height / 2 - 20, 96
    most = max(goal.value, reading.value or 0)
    length, mark = float((reading.value or 0) / most) * _WIDTH, float(goal.value / most) * _WIDTH
    said = number(reading, chart.unit)
    big = 160 if reading.value is not None else 56
    bar = _box(0, y, max(length, 2), thick, ACCENT, _OUTLINE)
    bar["mark"] |= {"aria": True, "description": f"{when(reading)} {said}"}
    return [
        _words(said, y=y - big - 60, size=_fitting(said, big, bold=True), bold=True),
        _box(0, y, mark, thick, PAPER, _OUTLINE),
        bar,
        _box(mark - 5, y - 24, 10, thick + 48, INK),
        _words(_aim(goal, chart.unit), x=_WIDTH, y=y + thick + 40, size=_LABEL, align="right", bold=True),
    ]


def _aim(goal: Goal, unit: str) -> str:
    by = f"（{day(goal.date, with_year=True)}まで）" if goal.date else ""
    return f"目標 {goal.value:,}{unit}{by}"


def _change(chart: Chart, height: float) -> list[Layer]:
    """Two numbers one above the other, the newer one larger."""
    old, new = before_and_after(chart.rows[0])
    layers: list[Layer] = []
    for reading, y, size, color in ((old, 0.04, 104, _QUIET), (new, 0.5, 176, ACCENT)):
        said = number(reading, chart.unit)
        told = _words(said, y=y * height + 56, size=_fitting(said, size, bold=True), bold=True, color=color)
        layers += [_words(when(reading), y=y * height, size=_LABEL, color=_QUIET), told]
    arrow = {"type": "point", "shape": "triangle-down", "size": 2600, "filled": True, "color": _OUTLINE, "aria": False}
    return [*layers, _one(arrow | {"x": 36, "y": 0.42 * height, "opacity": 1})]


def _title(chart: Chart, height: float) -> list[Layer]:
    """Nothing but the words, as large as they fit, with a short rule below them."""
    sizes = ((size, broken(chart.title, font(size, bold=True), _WIDTH)) for size in range(112, _LABEL, -8))
    size, lines = next(((s, found) for s, found in sizes if len(found) * s * 1.4 <= height * 0.6), (_LABEL, [chart.title]))
    y, line = (height - len(lines) * size * 1.4) / 2, round(size * 1.4)
    return [
        _words(chart.kicker or " ", y=y - 90, size=_LABEL, color=_QUIET),
        _words(lines, y=y, size=size, line=line, bold=True),
        _box(0, y + len(lines) * line + 20, 120, 10, ACCENT),
    ]


def _line(chart: Chart, height: float) -> list[Layer]:
    """Each line with its own dashes and signs, its name and its newest number at its end; a gap where nothing was measured."""
    readings = [r for row in chart.rows for r in recent(row)]
    first, last = min(r.date for r in readings), max(r.date for r in readings)
    values = [float(r.value) for r in readings if r.value is not None]
    most = max(values) or 1.0
    days = max((last - first).days, 1)

    def place(reading: Reading) -> tuple[float, float]:
        return (reading.date - first).days / days * _WIDTH, height - 60 - float(reading.value or 0) / most * (height - 170)

    floor = _box(0, height - 60, _WIDTH, 3, _OUTLINE)
    ends = [
        _words(day(first, with_year=True), y=height - 46, size=_SMALL, color=_QUIET),
        _words(day(last, with_year=True), x=_WIDTH, y=height - 46, size=_SMALL, color=_QUIET, align="right"),
    ]
    lines = [layer for at, row in enumerate(chart.rows) for layer in _drawn(row, at, chart.unit, place)]
    return [floor, *ends, *lines, *_line_names(chart, place)]


def _drawn(row: Row, at: int, unit: str, place: Callable[[Reading], tuple[float, float]]) -> list[Layer]:
    """A piece ends where nothing was measured: Vega would draw what is missing as 0."""
    points: list[dict[str, object]] = []
    piece = 0
    for reading in recent(row):
        if reading.value is None:
            piece += 1
            continue
        x, y = place(reading)
        points.append({"x": x, "y": y, "piece": piece, "said": f"{row.label} {when(reading)} {number(reading, unit)}"})
    color, scale = ACCENT if at == 0 else _OUTLINE, {"scale": None, "type": "quantitative", "axis": None}
    encoding = {"x": {"field": "x", **scale}, "y": {"field": "y", **scale}}
    line = {"type": "line", "color": color, "strokeWidth": 6 if at == 0 else 4, "strokeDash": _DASHES[at], "aria": False}
    point = {"type": "point", "shape": _SHAPES[at], "filled": True, "size": 320, "color": color, "opacity": 1}
    pieces = encoding | {"detail": {"field": "piece", "type": "nominal"}}
    told = encoding | {"description": {"field": "said", "type": "nominal"}}
    data = {"values": points}
    return [{"data": data, "mark": line, "encoding": pieces}, {"data": data, "mark": point, "encoding": told}]


def _line_names(chart: Chart, place: Callable[[Reading], tuple[float, float]]) -> list[Layer]:
    """At the right, above each line's newest point, and never one upon another."""
    ends = sorted(((place(r)[1], row, r) for row in chart.rows if (r := row.indicator.latest)), key=lambda end: -end[0])
    layers, ceiling = [], inf
    for y, row, reading in ends:
        said = f"{row.label} {number(reading, chart.unit)}" if len(chart.rows) > 1 else number(reading, chart.unit)
        ceiling = min(y - 24, ceiling) - _NUMBER
        ours = row is chart.rows[0]
        layers.append(_words(said, x=_WIDTH, y=ceiling, size=_fitting(said, _NUMBER, bold=ours), bold=ours, align="right"))
        ceiling -= 12
    return layers


_BODIES: Mapping[Look, Callable[[Chart, float], list[Layer]]] = {
    "bars": _bars,
    "line": _line,
    "goal": _goal,
    "change": _change,
    "title": _title,
}
