"""Which characters may be written: the one place that is asked, by posts and by every file of settings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language import say
from bot.text.control import UNSEEN, named

# An institution's own characters (外字): every machine shows another one, or none.
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
# What is left where a character could not be read, where an object was embedded, or where none can be.
_NONE = "\ufffc\ufffd\ufdd0-\ufdef\ufffe\uffff\u115f\u1160\u3164\uffa0"
_UNWRITABLE = re.compile(f"[{UNSEEN.pattern[1:-1]}{_PRIVATE}{_NONE}]")  # one set: a text is looked through once
_IS_PRIVATE = re.compile(f"[{_PRIVATE}]")


@dataclass(frozen=True, kw_only=True)
class Unwritable:
    """The first character of a text that may not stand there: `at` counts from 0."""

    at: int
    code: str
    summary: str
    next_step: str


def unwritable(text: str) -> Unwritable | None:
    if text.isascii() and text.isprintable():
        return None
    found = _UNWRITABLE.search(text)
    if found is None:
        return None
    code = named(found[0])
    if UNSEEN.match(found[0]):
        summary, next_step = say("使えない文字（目に見えない文字 {code}）があります", code=code), "その文字を消してください"
    elif _IS_PRIVATE.match(found[0]):
        summary = say("使えない文字（外字 {code}）があります。ほかの機械では、別の字や空白になります", code=code)
        next_step = "常用の漢字か、平仮名で書いてください"
    else:
        summary, next_step = say("文字化けした字（{code}）があります", code=code), "もとの文から写し直してください"
    return Unwritable(at=found.start(), code=code, summary=summary, next_step=next_step)
