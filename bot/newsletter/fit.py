"""How the text fits its frame, in lines and characters, and what would change that. Nothing is rewritten or made smaller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.newsletter.frame import Filled, Passage
from bot.newsletter.profile import Profile

_CHEAP = 3  # cells on a last line that are worth a writer's while
_SMALL_READING = 0.33  # em; below it a reading cannot be read in print


@dataclass(frozen=True, kw_only=True)
class Cut:
    """`cells` fewer in the paragraph that ends with `before`／`last` make it one line shorter."""

    cells: int
    before: str
    last: str

    @property
    def message(self) -> str:
        return f"あと{self.cells}字削れば1行減る：{self.before}／{self.last}"


@dataclass(frozen=True, kw_only=True)
class FitReport:
    """`capacity`, `used`, `lost`, `over` and `left` in lines of `chars` cells (全角ベタ換算)."""

    chars: int
    capacity: int
    used: int
    lost: int
    over: int
    left: int
    overflow: str
    cuts: tuple[Cut, ...]
    notices: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return self.over == 0

    @property
    def balance(self) -> int:
        """過不足 in lines: what is left, or, below zero, what is too much."""
        return self.left - self.over

    def as_json(self) -> dict[str, Any]:
        counts = {"fits": self.fits, "balance": self.balance, "balance_chars": self.balance * self.chars}
        return asdict(self) | counts | {"summary": self.summary, "cuts": [c.message for c in self.cuts]}

    @property
    def summary(self) -> str:
        """枠50行、使用49行、1行（15字）余り."""
        if self.over:
            state = f"{self.over}行（{self.over * self.chars}字）あふれ"
        else:
            state = f"{self.left}行（{self.left * self.chars}字）余り" if self.left else "ちょうど"
        lost = f"（小見出しや QR コードの都合で空く{self.lost}行を除く）" if self.lost else ""
        return f"枠{self.capacity}行、使用{self.used}行{lost}、{state}"


def report(passages: Sequence[Passage], filled: Filled, profile: Profile, notices: Sequence[str] = ()) -> FitReport:
    over = sum(p.rows for p in filled.overflow)
    # It tells and proposes; nothing is shortened without a person, since the text was approved (ADR 2).
    return FitReport(
        chars=profile.chars,
        capacity=len(filled.slots),
        used=filled.used,
        lost=filled.lost,
        over=over,
        left=0 if over else len(filled.slots) - filled.used - filled.lost,
        overflow="\n".join(p.text for p in filled.overflow),
        cuts=tuple(_cuts(passages)),
        notices=(*notices, *_small_readings(passages)),
    )


def _cuts(passages: Sequence[Passage]) -> Iterator[Cut]:
    for passage in passages:
        if len(passage.lines) < 2:
            continue
        before, last = passage.lines[-2:]
        cells = last.width - last.indent
        # A few characters on a last line cost a whole line of the paper.
        if cells <= _CHEAP:
            yield Cut(cells=cells, before=before.text, last=last.text)


def _small_readings(passages: Sequence[Passage]) -> Iterator[str]:
    for unit in (u for p in passages for line in p.lines for u in line.units if u.reading):
        if unit.width / len(unit.reading) < _SMALL_READING:
            yield f"「{unit.text}」の読み「{unit.reading}」が小さくなりすぎます。ルビを付ける語を広げてください"
