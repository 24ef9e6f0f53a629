"""Figures drawn from the city's own list of figures: values, sources and dates are never typed a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from bot.media.lettering import ACCENT, INK, PAPER, QUIET, WASH, broken, font, font_path
from bot.strategy.indicators import Indicator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE, _DPI = 1080, 120
_MARGIN = 64
_TITLE, _LABEL, _VALUE, _NOTE = 56, 38, 44, 26  # pixels
_OTHER = "#d9d9d9"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar. `own` is the city the post is about: filled, while the others are hatched, so that it shows without colour."""

    label: str
    indicator: Indicator
    own: bool = False


def indicator_chart(title: str, bars: Sequence[Bar]) -> bytes:
    """A square PNG of horizontal bars from zero, with source and date below. The same figures give the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_SIZE / _DPI, _SIZE / _DPI), dpi=_DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    note = broken(_note(bars), font(_NOTE), _SIZE - 2 * _MARGIN)
    foot = 56 + len(note) * _NOTE * 1.6
    _frame(figure, foot)
    heading = broken(title, font(_TITLE, bold=True), _SIZE - 2 * _MARGIN)
    top = _text(figure, heading, _SIZE - 84, _TITLE, INK, bold=True)
    _text(figure, note, foot - 28, _NOTE, QUIET)
    left = _MARGIN + max(font(_LABEL).getlength(line) for b in bars for line in b.label.split("\n")) + 24
    right = max(font(_VALUE, bold=True).getlength(_value(b)) for b in bars) + 40
    low, high = foot + 56, top - 40
    box = (left / _SIZE, low / _SIZE, (_SIZE - _MARGIN - right - left) / _SIZE, (high - low) / _SIZE)
    _bars(figure.add_axes(box), bars)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _bars(axes: Axes, bars: Sequence[Bar]) -> None:
    from matplotlib.font_manager import FontProperties

    plain, bold = FontProperties(fname=font_path()), FontProperties(fname=font_path(bold=True))
    rows = range(len(bars))
    drawn = axes.barh(
        rows,
        [float(b.indicator.value) for b in bars],
        height=0.62,
        color=[ACCENT if b.own else _OTHER for b in bars],
        hatch=["" if b.own else "//" for b in bars],
        edgecolor=[ACCENT if b.own else QUIET for b in bars],
        linewidth=1.5,
    )
    for text in axes.bar_label(drawn, [_value(b) for b in bars], padding=10, color=INK):
        text.set_fontproperties(bold)
        text.set_fontsize(_points(_VALUE))
    axes.set_yticks(rows, [b.label for b in bars], fontproperties=plain, fontsize=_points(_LABEL), color=INK)
    axes.set_xlim(0, max(float(b.indicator.value) for b in bars) * 1.01)  # or the longest bar's outline is cut
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.tick_params(length=0, pad=12)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_linewidth(2)


def _frame(figure: Figure, foot: float) -> None:
    """The band above and the wash below that the title cards have."""
    from matplotlib.patches import Rectangle

    for low, height, colour in ((_SIZE - 32, 32, ACCENT), (0.0, foot, WASH)):
        figure.add_artist(Rectangle((0, low / _SIZE), 1, height / _SIZE, color=colour, linewidth=0))


def _text(figure: Figure, lines: Sequence[str], top: float, size: int, colour: str, *, bold: bool = False) -> float:
    """Lines from `top` (pixels from below) downwards; where they end."""
    from matplotlib.font_manager import FontProperties

    face = FontProperties(fname=font_path(bold=bold), size=_points(size))
    for line in lines:
        figure.text(_MARGIN / _SIZE, top / _SIZE, line, fontproperties=face, color=colour, va="top")
        top -= size * 1.6 if size == _NOTE else size * 1.4
    return top


def _value(bar: Bar) -> str:
    return bar.indicator.field("value") + bar.indicator.unit


def _note(bars: Sequence[Bar]) -> str:
    """Each source once, in the order of the bars, and what its date is the date of."""
    lines = dict.fromkeys(f"出典：{b.indicator.source}、{b.indicator.field('date')}" for b in bars)
    if any(b.indicator.date_of == "published" for b in bars):
        lines["日付は出典が公表された日です。測った日は出典に書かれていません。"] = None
    return "\n".join(lines)


def _points(pixels: float) -> float:
    return pixels * 72 / _DPI
