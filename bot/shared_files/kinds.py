"""The kinds of values in a form: read by the Node with its own sentences and places, and described to editors by JSON Schema.

pydantic knows no line of a file. So it is given the Nodes themselves: it walks the form, the Node says what is wrong and where
(ADR 17).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, NoReturn, TypeAlias, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from bot import registry
from bot.errors import FileError
from bot.schedule.rules import DAYS
from bot.values.node import Node

Schema: TypeAlias = "dict[str, Any]"
_MIDNIGHT = timedelta(0)
MOST = 20  # slips of a file that are told


@dataclass(frozen=True, kw_only=True)
class FormReading:
    """What the values are read with; `slips` is filled with what is wrong."""

    zone: ZoneInfo
    channels: Collection[str]
    slips: list[FileError] = field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Fifty thousand sentences help nobody, and to find each nearest name takes seconds."""
        return len(self.slips) >= MOST

    def note(self, refuse: Callable[[], NoReturn]) -> None:
        try:
            refuse()
        except FileError as e:
            self.slips.append(e)


def slips(root: Node, form: TypeAdapter[Any], zone: ZoneInfo, channels: Collection[str]) -> list[FileError]:
    """What is wrong with the form of a file, in its order; the first MOST that are found."""
    asked = FormReading(zone=zone, channels=channels)
    try:
        form.validate_python(root, context=asked)
    except ValidationError:
        assert asked.slips, "every kind says what is wrong"  # noqa: S101 a form that refused in silence would pass
    return sorted(asked.slips, key=lambda e: (e.place.line, e.place.column))


@dataclass(frozen=True, eq=False)  # each is itself: a dictionary in it has no hash, which Python's unions ask for
class Kind:
    """How a value is read, and what an editor is told of it."""

    read: Callable[[Node, FormReading], object]
    schema: Schema

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(_asking(self.read))

    def __get_pydantic_json_schema__(self, _core: object, _handler: object) -> Schema:
        return dict(self.schema)


def _asking(read: Callable[[Node, FormReading], object]) -> Callable[[Any, ValidationInfo], object]:
    def ask(value: Node, info: ValidationInfo) -> object:
        asked = cast(FormReading, info.context)
        if asked.enough:
            raise ValueError("enough")
        try:
            return read(value, asked)
        except FileError as e:
            asked.slips.append(e)
            raise ValueError(e.problem) from e

    return ask


def _of(read: Callable[[Node], object], **schema: Any) -> Kind:
    return Kind(lambda node, _: read(node), schema)


def one_of(*names: str) -> Kind:
    return _of(lambda node: node.choice(names), enum=list(names))


def whole(least: int, most: int) -> Kind:
    """A whole number, both ends included."""
    return _of(lambda node: node.integer(least, most), type="integer", minimum=least, maximum=most)


def _entries(node: Node) -> dict[str, Node]:
    return {name.text(): value for name, value in node.entries()}


def _list(node: Node) -> list[Node]:
    return [] if node.empty else node.items()


def _positive(node: Node) -> Decimal:
    value = node.number()
    if not 0 < value < _BELOW:
        node.fail(f"「{node.name}」の値 {value} は使えません", f"0 より大きく {_BELOW} より小さい数にしてください")
    return value


_BELOW = 1000
_WORD = ["string", "number", "boolean"]  # `paper: 123` and `name: no` are text as written (ADR 12)
_WORDS = {"items": {"type": _WORD}}
_SPAN = r"^\d{1,4} *(m|h|d|分|時間|日)$"
_CHANNELS = {"type": "array", "items": {"enum": sorted(registry.specs())}, "uniqueItems": True}
_ANSWERS = [True, False, "yes", "no", "on", "off", "はい", "いいえ"]

Text: TypeAlias = Annotated[str, _of(Node.text, type=[*_WORD, "null"])]
Words: TypeAlias = Annotated[str, _of(Node.required_text, type=_WORD)]
Texts: TypeAlias = Annotated[
    tuple[str, ...], _of(lambda node: [n.required_text() for n in _list(node)], type=["array", "null"], **_WORDS)
]
SomeTexts: TypeAlias = Annotated[
    tuple[str, ...], _of(lambda node: [n.required_text() for n in node.some()], type="array", minItems=1, **_WORDS)
]
Flag: TypeAlias = Annotated[bool, _of(Node.flag, enum=_ANSWERS)]
Number: TypeAlias = Annotated[Decimal, _of(Node.number, type=["number", "string"])]
Positive: TypeAlias = Annotated[Decimal, _of(_positive, type="number", exclusiveMinimum=0, exclusiveMaximum=_BELOW)]
Day: TypeAlias = Annotated[date, _of(Node.day, type="string", examples=["2026-12-01"])]
MonthDay: TypeAlias = Annotated[tuple[int, int], _of(Node.month_day, type="string", examples=["12-29"])]
Clock: TypeAlias = Annotated[time, _of(Node.clock, type="string", examples=["12:15"])]
EndOfHours: TypeAlias = Annotated[time, _of(Node.end_of_hours, type="string", examples=["17:15", "24:00"])]
Span: TypeAlias = Annotated[timedelta, _of(Node.duration, type="string", pattern=_SPAN, examples=["30m"])]
Moment: TypeAlias = Annotated[
    datetime,
    Kind(
        lambda node, asked: node.moment(asked.zone, _MIDNIGHT),
        {"type": "string", "examples": ["2027-04-09", "2027-05-01 12:00"]},
    ),
]
Weekdays: TypeAlias = Annotated[
    frozenset[str],
    _of(lambda node: node.choices(DAYS), type="array", items={"enum": list(DAYS)}, minItems=1, uniqueItems=True),
]
Channels: TypeAlias = Annotated[
    frozenset[str], Kind(lambda node, asked: node.choices(asked.channels), {**_CHANNELS, "minItems": 1})
]
OfferedChannels: TypeAlias = Annotated[
    tuple[str, ...], Kind(lambda node, asked: [n.choice(asked.channels) for n in _list(node)], _CHANNELS)
]
# A mapping whose names are free, one that must be there, a list, and a form that may be left empty.
Named = BeforeValidator(_asking(lambda node, _: {} if node.empty else _entries(node)))
SomeNamed = BeforeValidator(_asking(lambda node, _: _entries(node)))
Listed = BeforeValidator(_asking(lambda node, _: _list(node)))
Maybe = BeforeValidator(_asking(lambda node, _: None if node.empty else node))


class Form(BaseModel):
    """A mapping with closed names. An unknown one is told with the nearest that is known, a missing one with its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _names(cls, value: Any, info: ValidationInfo) -> object:
        return _asking(cls._known)(value, info)

    @classmethod
    def _known(cls, node: Node, asked: FormReading) -> dict[str, Node]:
        known = {f.alias or name: f.is_required() for name, f in cls.model_fields.items()}
        given = list(node.entries())
        found = {name.text(): value for name, value in given if name.text() in known}
        lacking = [key for key, needed in known.items() if needed and (key not in found or found[key].empty)]
        unknown = [name for name, _ in given if name.text() not in known]
        # Each by itself, so that whoever repairs the file sees all of it at once.
        for name in unknown[:MOST]:
            asked.note(partial(name.is_unknown, known))
        # What is missing beside an unknown name is mostly that one misspelt, and would be the same slip told twice.
        for key in lacking if not unknown else ():
            asked.note(partial(node.lacks, key))
        return {key: value for key, value in found.items() if key not in lacking}
