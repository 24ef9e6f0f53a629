"""A paragraph's text → inlines. Each character is text, or a mark that means something, or refused at its place: there is
nothing else that could become of one (ADR 35)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Literal, NoReturn, Protocol

from bot.content.document import Inline, LineBreak, Link, Ruby, Strong, Text
from bot.content.lines import stays
from bot.content.signs import (
    AUTOLINK,
    CLOSER,
    STROKES_BEHIND,
    TARGET,
    WRONG_LINKS,
    WRONG_SIGNS,
    Wrong,
    address_problem,
    is_star,
    next_sign,
)
from bot.content.source_text import SourceText, apart
from bot.language import say

LineEnds = Literal["prose", "join", "keep"]  # as running text says; all joined; all kept
_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)
_MARKS_BEFORE = re.compile(r"[\[{*｜<\\]*")


class Figures(Protocol):
    """What the inlines ask of whoever reads the post."""

    def figure(self, reference: str, offset: int) -> str: ...
    def refuse(self, offset: int, wrong: Wrong) -> NoReturn: ...


class Inlines:
    """One text on its way to its inlines."""

    def __init__(self, written: SourceText, figures: Figures, ends: LineEnds = "prose") -> None:
        self.written, self.text, self.figures, self.ends = written, written.text, figures, ends
        self.last = ""  # the character that a reader saw last
        self.unclosed = -1  # up to there, no * closes another

    def read(self) -> tuple[Inline, ...]:
        return self._between(0, len(self.text))

    def _between(self, start: int, end: int) -> tuple[Inline, ...]:
        found: list[Inline] = []
        run = at = start
        while sign := next_sign(self.text, at, end):
            kind = sign.lastgroup or ""
            if kind == "literal":
                at = sign.end()
                continue
            if kind in WRONG_SIGNS:
                self._refuse(sign.start(), WRONG_SIGNS[kind])
            self._say(self.text[run : sign.start()])
            made, after = _HANDLERS[kind](self, sign, end)
            if made is None and after == sign.start():  # no mark after all: it stands as it is
                at = sign.end()
                continue
            found += [*self._run(run, sign.start()), *([made] if made else [])]
            run = at = after
            if kind == "escape" and made is None:
                at += 1  # what was escaped is text, whatever it is
        self._say(self.text[run:end])
        return (*found, *self._run(run, end))

    def _run(self, start: int, end: int) -> Iterator[Text]:
        if start < end:
            yield Text(self.text[start:end], self.written.offset(start))

    def _say(self, text: str) -> None:
        self.last = text[-1:] or self.last

    def _refuse(self, at: int, wrong: Wrong) -> NoReturn:
        self.figures.refuse(self.written.offset(at), wrong)

    # -- what begins with a sign: the inline (None: there is none), and where the text goes on

    def _escape(self, sign: re.Match[str], end: int) -> tuple[Inline | None, int]:
        return None, sign.start() + 1

    def _figure(self, sign: re.Match[str], end: int) -> tuple[Inline, int]:
        offset = self.written.offset(sign.start())
        shown = self.figures.figure(sign["reference"].strip(), offset)
        self._say(shown)
        return Text(shown, offset), sign.end()

    def _ruby(self, sign: re.Match[str], end: int) -> tuple[Inline, int]:
        base = sign["base"] or sign["abase"]
        readings = tuple((sign["readings"] or sign["areading"]).split("|"))
        if len(readings) not in (1, len(base)) or not all(r.strip() for r in readings):
            self._refuse(
                sign.start(),
                Wrong(
                    say(
                        "ふりがなの数が合いません（「{base}」は{count}文字、ふりがなは{count2}個）",
                        base=base,
                        count=len(base),
                        count2=len(readings),
                    ),
                    "{漢字|かんじ} のように1つにまとめるか、1文字に1つずつ書いてください",
                ),
            )
        self._say(base)
        return Ruby(base, readings, self.written.offset(sign.start())), sign.end()

    def _bracket(self, sign: re.Match[str], end: int) -> tuple[Inline | None, int]:
        start = sign.start()
        close = self._closing_bracket(start, end)
        for form, wrong in WRONG_LINKS:
            at = start if wrong.whole else close + 1
            if (wrong.whole or close >= 0) and form.match(self.text, at, end):
                self._refuse(start, wrong)
        if close < 0 or not self.text.startswith("(", close + 1):
            return None, start
        target = TARGET.match(self.text, close + 1, end)
        href = target["href"] if target else self.text[close + 2 : end].partition(")")[0]
        if problem := address_problem(href, closed=target is not None, named=bool(self.text[start + 1 : close].strip())):
            self._refuse(start, problem)
        assert target is not None  # noqa: S101 else there was a problem
        return Link(href, self._between(start + 1, close)), target.end()

    def _closing_bracket(self, start: int, end: int) -> int:
        """The place of the ] that belongs to this [, or -1."""
        close = self._brackets.get(start, -1)
        return close if close < end else -1

    @cached_property
    def _brackets(self) -> dict[int, int]:
        """Each [ with its ], found in one pass."""
        pairs: dict[int, int] = {}
        still_open: list[int] = []
        for found in _BRACKET.finditer(self.text):
            if found[0] == "[":
                still_open.append(found.start())
            elif found[0] == "]" and still_open:
                pairs[still_open.pop()] = found.start()
        return pairs

    def _stars(self, sign: re.Match[str], end: int) -> tuple[Inline | None, int]:
        start, after, count = sign.start(), sign.end(), len(sign[0])
        if count == 1 and is_star(self.text, start, end):
            return None, start
        close = self._closing_star(after, end) if count == 1 else self._closing_stars(after, end, count)
        if close < 0 and count == 1:
            return None, start
        inner = self.text[after:close] if close >= 0 else ""
        if count > 3 or not inner or inner != inner.strip():
            self._refuse(start, WRONG_SIGNS["open_stars" if close < 0 else "blank_stars"])
        if count == 1 and (self._is_word(start - 1) or inner[:1].isdigit()):
            self._refuse(start, WRONG_SIGNS["star_or_stress"])
        return Strong(self._between(after, close), dots=count == 1), close + count

    def _closing_stars(self, start: int, end: int, count: int) -> int:
        return next((m.start("stars") for m in CLOSER.finditer(self.text, start, end) if m["stars"] == "*" * count), -1)

    def _closing_star(self, start: int, end: int) -> int:
        """On the same line, and not a sign of its own there."""
        feed = self.text.find("\n", start, end)
        limit = end if feed < 0 else feed
        if limit <= self.unclosed:  # looked for already: else a line of stars would be read once for each of them
            return -1
        for found in CLOSER.finditer(self.text, start, limit):
            at = found.start("stars")
            if found["stars"] == "*" and self.text[at - 1].strip() and not self.text[at + 1 : end][:1].isdigit():
                return at
        self.unclosed = limit
        return -1

    def _is_word(self, at: int) -> bool:
        return at >= 0 and self.text[at].isalnum()

    def _strokes(self, sign: re.Match[str], end: int) -> tuple[Inline | None, int]:
        """Strokes that a writer's screen (CommonMark 6.2) would take for emphasis, which they are not here."""
        opens = not self._is_word(sign.start() - 1) and self.text[sign.end() : end][:1].strip()
        if opens and sign.start() < self._last_strokes.get(sign[0], -1):
            self._refuse(sign.start(), WRONG_SIGNS["stroke_or_stress"])
        return None, sign.start()

    @cached_property
    def _last_strokes(self) -> dict[str, int]:
        """Where strokes of a kind last stand behind a word, and not before one: there they could end an emphasis."""
        return {found[0]: found.start() for found in STROKES_BEHIND.finditer(self.text)}

    def _angle(self, sign: re.Match[str], end: int) -> tuple[Inline, int]:
        found = AUTOLINK.match(sign[0])
        if found is None:
            self._refuse(sign.start(), WRONG_SIGNS["html"])
        self._say(found[1])
        href = found[1] if "://" in found[1] else f"mailto:{found[1]}"
        return Link(href, (Text(found[1], self.written.offset(sign.start() + 1)),)), sign.end()

    def _line_end(self, sign: re.Match[str], end: int) -> tuple[Inline | None, int]:
        at = sign.start("feed")
        asked = sign[0].startswith(("  ", "\\"))
        following = self.text.find("\n", at + 1)
        before = self.text[self.text.rfind("\n", 0, at) + 1 : sign.start()].strip()
        after = self.text[at + 1 : following if following >= 0 else None].strip()
        if self.ends == "keep" or (self.ends == "prose" and (asked or stays(before, after))):
            return LineBreak(), sign.end()
        marks = _MARKS_BEFORE.match(self.text, sign.end())
        first = self.text[marks.end() : marks.end() + 1] if marks else ""
        made = Text(" ", self.written.offset(at)) if apart(self.last, first) else None
        self._say(" " if made else "")
        return made, sign.end()


_HANDLERS: dict[str, Callable[[Inlines, re.Match[str], int], tuple[Inline | None, int]]] = {
    "escape": Inlines._escape,
    "figure": Inlines._figure,
    "ruby": Inlines._ruby,
    "aozora": Inlines._ruby,
    "bracket": Inlines._bracket,
    "stars": Inlines._stars,
    "strokes": Inlines._strokes,
    "angle": Inlines._angle,
    "end": Inlines._line_end,
}
