"""Figures drawn from data: bars with their values, the source and the date in the picture, readable in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from bot.media.cards import font_path

_ACCENT, _OTHER, _QUIET = "#0017c1", "#b3b3b3", "#4d4d4d"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: `own` is the one the post is about."""

    label: str
    value: float
    own: bool = False


def bar_chart(title: str, unit: str, bars: Sequence[Bar], note: str) -> bytes:
    """A square PNG of horizontal bars. `note` tells source and date. The same data give the same bytes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    plain, bold = FontProperties(fname=font_path()), FontProperties(fname=font_path(bold=True))
    figure = Figure(figsize=(9, 9), dpi=120, facecolor="white")
    axes = figure.add_axes((0.27, 0.2, 0.62, 0.56))
    order = list(reversed(bars))
    drawn = axes.barh(
        range(len(order)),
        [b.value for b in order],
        height=0.6,
        color=[_ACCENT if b.own else _OTHER for b in order],
        hatch=["" if b.own else "//" for b in order],
        edgecolor="white",
    )
    labels = [f"{b.value:g}{unit}" for b in order]
    for text in axes.bar_label(drawn, labels, padding=8):
        text.set_fontproperties(bold)
        text.set_fontsize(22)
    axes.set_yticks(range(len(order)), [b.label for b in order], fontproperties=plain, fontsize=21)
    axes.set_xlim(0, max(b.value for b in order) * 1.25)
    axes.xaxis.set_visible(False)
    axes.tick_params(length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    figure.text(0.06, 0.9, title, fontproperties=bold, fontsize=28)
    figure.text(0.06, 0.06, note, fontproperties=plain, fontsize=15, color=_QUIET, linespacing=1.6)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
