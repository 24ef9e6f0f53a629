"""禁則: where a line may end. The classes are those of JIS X 4051 and JLREQ (cl-01 to cl-13)."""

from __future__ import annotations

from typing import Literal

Level = Literal["strict", "newspaper"]

_OPENING = frozenset("‘“（〔［｛〈《「『【｟〘〖«〝")  # cl-01
_CLOSING = frozenset("’”）〕］｝〉》」』】｠〙〗»〟")  # cl-02
_STOPS = frozenset("。．、，")  # cl-06, cl-07
_HYPHENS = frozenset("‐〜～゠–")  # cl-03
_DIVIDING = frozenset("！？‼⁇⁈⁉")  # cl-04
_MIDDLE = frozenset("・：；")  # cl-05
_INSEPARABLE = frozenset("—―…‥〳〴〵")  # cl-08
_ITERATION = frozenset("ヽヾゝゞ々〻")  # cl-09
_LONG = frozenset("ー")  # cl-10
# ㇰ to ㇿ are small kana of Ainu, which place names in Hokkaido need.
_SMALL = frozenset("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ")  # cl-11
_BEFORE_NUMBER = frozenset("￥＄￡＃№")  # cl-12
_AFTER_NUMBER = frozenset("％‰℃°′″￠")  # cl-13

# A newspaper's narrow columns keep only what no level gives up; a book keeps all classes.
_NEVER_FIRST: dict[Level, frozenset[str]] = {
    "newspaper": _CLOSING | _STOPS,
    "strict": _CLOSING | _STOPS | _HYPHENS | _DIVIDING | _MIDDLE | _ITERATION | _LONG | _SMALL | _AFTER_NUMBER,
}
_NEVER_LAST: dict[Level, frozenset[str]] = {"newspaper": _OPENING, "strict": _OPENING | _BEFORE_NUMBER}


def may_break(before: str, after: str, level: Level) -> bool:
    """Whether a line may end with the character `before` and the next begin with `after`."""
    if after in _NEVER_FIRST[level] or before in _NEVER_LAST[level]:
        return False
    # Two equal marks (――, ……) are one sign that was typed as two.
    return level == "newspaper" or before != after or before not in _INSEPARABLE


def hangs(character: str) -> bool:
    """What ぶら下げ may set below the last cell of a line."""
    return character in _STOPS


def opens(character: str) -> bool:
    return character in _OPENING
