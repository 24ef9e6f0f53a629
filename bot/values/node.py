"""A value of a YAML file with its place, and what may be asked of it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NoReturn, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from bot.errors import ContentError, FileError, Place
from bot.language import say
from bot.values import reading

_T = TypeVar("_T")
Content: TypeAlias = "str | list[Node] | dict[str, tuple[Node, Node]] | None"  # a mapping's keys have places too
_SHOWN = 40  # characters of a wrong value in a sentence


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The file of the values, the line of the file on which its YAML begins (1 for the first), and the error that tells what
    is wrong with them."""

    path: Path
    first_line: int = 1
    error: type[ContentError | FileError] = FileError

    def fail(self, line: int, column: int, message: str, summary: str, next_step: str) -> NoReturn:
        """`line` and `column` are counted from 0 in the YAML, as a parser does."""
        place = Place(path=self.path, line=self.first_line + line, column=column + 1)
        raise self.error(message, summary=summary, next_step=next_step, place=place)

    def fail_at(self, key: str, line: int, column: int, summary: str, next_step: str) -> NoReturn:
        """As `fail`, of the value that `key` names."""
        try:
            self.fail(line, column, f"key {key}", summary, next_step)
        except (ContentError, FileError) as e:
            e.field = key
            raise


class Node:
    """A scalar (its text as written), a sequence or a mapping. `key` is its dotted name. Whatever is asked for and is not
    there raises the origin's error with the node's place."""

    __slots__ = ("_column", "_line", "content", "key", "origin")

    def __init__(self, key: str, origin: Origin, line: int, column: int, content: Content) -> None:
        self.key, self.origin, self._line, self._column, self.content = key, origin, line, column, content

    @property
    def place(self) -> Place:
        return Place(path=self.origin.path, line=self.origin.first_line + self._line, column=self._column + 1)

    @property
    def empty(self) -> bool:
        """Nothing is written, or `~` or `null`."""
        return self.content is None

    @property
    def name(self) -> str:
        """The key in a sentence, without the numbers of a list's entries."""
        return ".".join(part for part in self.key.split(".") if not part.isdigit()) or "全体"

    def fail(self, summary: str, next_step: str) -> NoReturn:
        self.origin.fail_at(self.key, self._line, self._column, summary, next_step)

    def fail_for(self, key: str, summary: str, next_step: str) -> NoReturn:
        """As `fail`, at this place, of a value that should stand beside it: `key` is its name."""
        self.origin.fail_at(key, self._line, self._column, summary, next_step)

    # -- one value

    def text(self) -> str:
        if isinstance(self.content, list | dict):
            self.fail(
                say("「{name}」には文字を書いてください", name=self.name), "箇条書きや入れ子にせず、1つの値にしてください"
            )
        return self.content or ""

    def required_text(self) -> str:
        value = self.text().strip()
        return value or self.fail(say("「{name}」が空です", name=self.name), "値を書いてください")

    def choice(self, choices: Collection[str]) -> str:
        value = self.text()
        if value not in choices:
            self.fail(
                say("「{name}」の値「{value}」は使えません", name=self.name, value=value[:_SHOWN]), nearest(value, choices)
            )
        return value

    def number(self) -> Decimal:
        return self._read(reading.number)

    def integer(self, least: int, most: int) -> int:
        value = self._read(reading.integer)
        if not least <= value <= most:
            self.fail(
                say("「{name}」の値 {value} は使えません", name=self.name, value=value),
                say("{least} から {most} までの整数にしてください", least=least, most=most),
            )
        return value

    def flag(self) -> bool:
        return self._read(reading.flag)

    def day(self) -> date:
        return self._read(reading.day)

    def clock(self) -> time:
        return self._read(reading.clock)

    def end_of_hours(self) -> time:
        return self._read(reading.end_of_hours)

    def month_day(self) -> tuple[int, int]:
        return self._read(reading.month_day)

    def duration(self) -> timedelta:
        return self._read(reading.duration)

    def moment(self, zone: ZoneInfo, alone: timedelta | None = None) -> datetime:
        """An aware time. A date alone is its midnight plus `alone`, and refused without."""
        return self._read(lambda text: reading.moment(text, zone, alone))

    def _read(self, ask: Callable[[str], _T]) -> _T:
        value = self.required_text()
        try:
            return ask(value)
        except reading.Unclear as e:
            self.fail(say("「{name}」の「{value}」{what}", name=self.name, value=value[:_SHOWN], what=e.what), e.advice)

    # -- several values

    def items(self) -> list[Node]:
        if not isinstance(self.content, list):
            self._not_a_list()
        return self.content

    def _not_a_list(self) -> NoReturn:
        last = self.key.rpartition(".")[2]
        written = self.content if isinstance(self.content, str) and len(self.content) <= _SHOWN else "a, b"
        self.fail(
            say("「{name}」は並びで書いてください", name=self.name),
            say("{last}: [{written}] のように [ ] で囲むか、- で始まる行にしてください", last=last, written=written),
        )

    def texts(self) -> tuple[str, ...]:
        return tuple(n.required_text() for n in self.items())

    def some(self) -> list[Node]:
        """The entries of a list that must not be empty: an empty one would mean nothing, or everything, in silence."""
        entries = [] if self.empty else self.items()
        if not entries:
            self.fail(say("「{name}」が空の並びです", name=self.name), "1つ以上書くか、この項目の行を消してください")
        return entries

    def choices(self, known: Collection[str]) -> frozenset[str]:
        """One or more of the known names, none twice."""
        found: set[str] = set()
        for entry in self.some():
            if (chosen := entry.choice(known)) in found:
                entry.fail(
                    say("「{name}」に「{chosen}」が2回書かれています", name=self.name, chosen=chosen),
                    "どちらか1つにしてください",
                )
            found.add(chosen)
        return frozenset(found)

    def mapping(self, known: Collection[str], required: Collection[str] = ()) -> dict[str, Node]:
        """The entries of a mapping with closed keys. An unknown key is refused with the nearest known one."""
        entries = self._pairs()
        for key, (name, _) in entries.items():
            if key not in known:
                name.is_unknown(known)
        for key in required:
            if key not in entries or entries[key][1].empty:
                self.lacks(key)
        return {key: value for key, (_, value) in entries.items()}

    def sorted_out(self, known: Collection[str]) -> tuple[dict[str, Node], list[Node]]:
        """The entries with known names, and the names that are not: for whoever goes on reading."""
        pairs = self._pairs()
        strangers = [name for key, (name, _) in pairs.items() if key not in known]
        return {key: value for key, (_, value) in pairs.items() if key in known}, strangers

    def is_unknown(self, known: Collection[str]) -> NoReturn:
        """Refuses this name of an entry."""
        self.fail(f"「{self.text()[:_SHOWN]}」という項目はありません", nearest(self.text(), known))

    def lacks(self, key: str) -> NoReturn:
        """Refuses this mapping."""
        named = say("「{name}」に", name=self.name) if self.key else ""
        self.fail(say("{named}「{key}」がありません", named=named, key=key), say("{key}: に値を書いてください", key=key))

    def entries(self) -> Iterator[tuple[Node, Node]]:
        """Name and value of each entry of a mapping whose names are free."""
        for name, value in self._pairs().values():
            name.required_text()
            yield name, value

    def _pairs(self) -> dict[str, tuple[Node, Node]]:
        if not isinstance(self.content, dict):
            self._not_a_mapping()
        return self.content

    def _not_a_mapping(self) -> NoReturn:
        advice = "名前のあとに半角の : と空白を置いて、値を書いてください"
        if isinstance(self.content, str) and "：" in self.content:
            advice = "全角の「：」を、半角の : と空白にしてください"
        self.fail(
            f"「{self.name if self.key else 'ファイル全体'}」は「名前: 値」の形で書いてください",
            advice,
        )

    # -- all there is

    def nodes(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in _children(self.content):
            yield from child.nodes()

    def plain(self) -> object:
        """Text, None, lists and dicts."""
        if isinstance(self.content, list):
            return [n.plain() for n in self.content]
        if isinstance(self.content, dict):
            return {key: value.plain() for key, (_, value) in self.content.items()}
        return self.content


def _children(content: object) -> Iterator[Node]:
    if isinstance(content, list):
        yield from content
    elif isinstance(content, dict):
        yield from (value for _, value in content.values())


def nearest(value: str, known: Collection[str]) -> str:
    """What to do about a name that is none of the known ones: the one that was meant, as far as one can tell, and all."""
    near = difflib.get_close_matches(value, known, n=1, cutoff=0.5)
    listed = "、".join(sorted(known)) if len(known) <= 20 else ""
    hint = say("「{near}」の書き間違いではありませんか", near=near[0]) if near else ""
    usable = say("使えるのは {listed} です", listed=listed) if listed else ""
    return "。".join(filter(None, (hint, usable))) or "書き方の例を確かめてください"
