"""The rules of one issue in its form: the choices, what was chosen, and how the lines change before it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from bot.errors import NotAllowed
from bot.language import say
from bot.newsletter.numerals import NumberStyle
from bot.services.paper.issue_desk import Desk, Frame

_HANG = {"": None, "on": True, "off": False}


def shown(desk: Desk) -> dict[str, Any]:
    """For the template: value and label of each choice, and what holds now."""
    paper, own = desk.paper, desk.arrangement
    hang, styles = {True: say("する"), False: say("しない")}, _styles()
    return {
        "hangs": [("", _as_the_paper(hang[paper.hang])), ("on", hang[True]), ("off", hang[False])],
        "numbers": [("", _as_the_paper(styles[paper.numbers])), *styles.items()],
        "chosen": {"hang": next(k for k, v in _HANG.items() if v is own.hang), "numbers": own.numbers or ""},
    }


def chosen(given: Mapping[str, str]) -> dict[str, Any]:
    """Raises NotAllowed for what is none of the choices."""
    hang, numbers = given.get("hang", ""), given.get("numbers", "")
    if hang not in _HANG:
        raise _unknown("hang")
    if numbers not in ("", *get_args(NumberStyle)):
        raise _unknown("numbers")
    return {"hang": _HANG[hang], "numbers": cast(NumberStyle, numbers) or None}


def moved(posts: Mapping[str, int], given: Mapping[str, str]) -> dict[str, int]:
    """The posts with the one whose button was pressed a place further up or down."""
    order = list(posts)
    for name, step in (("up", -1), ("down", 1)):
        identity = given.get(name, "")
        if identity in order and 0 <= (place := order.index(identity) + step) < len(order):
            order.remove(identity)
            order.insert(place, identity)
    return {identity: posts[identity] for identity in order}


def compared(now: Desk, then: Desk) -> list[dict[str, Any]]:
    """A row for each frame; the one frame of a shared headline stays the same whatever posts it holds."""
    if len(now.frames) == len(then.frames) == 1:
        return [_row(now.frames[0], then.frames[0])]
    before, after = ({frame.identity: frame for frame in desk.frames} for desk in (now, then))
    return [_row(before.get(identity), after.get(identity)) for identity in {**after, **before}]


def _row(now: Frame | None, then: Frame | None) -> dict[str, Any]:
    title = next((frame.column.title for frame in (then, now) if frame), "")
    return {"title": title, "now": now.column if now else None, "then": then.column if then else None}


def _styles() -> dict[NumberStyle, str]:
    return {
        "arabic_tcy": say("洋数字（23、44万8702）"),
        "kanji_positional": say("漢数字（二三、四四万八七〇二）"),
        "kanji_unit": say("漢数字、十・百つき（二十三、四十四万八千七百二）"),
    }


def _as_the_paper(rule: str) -> str:
    return say("紙面の設定のとおり（{rule}）", rule=rule)


def _unknown(field: str) -> NotAllowed:
    return NotAllowed("no such rule", summary="その決まりはありません", next_step="一覧から選んでください", field=field)
