"""content/people.yml: who may write, and content/city.yml: what is this municipality's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import cast, get_args

from bot.content.places import Places, read_places
from bot.content.post import Author, Role
from bot.values.document import load, parse, read
from bot.values.node import Node

_PERSON = ("name", "department", "role", "emails", "public", "submits_for")


@dataclass(frozen=True, kw_only=True)
class City:
    """Names of this municipality. `protected_words` are never cut in two. `heads` maps a department to the person whose 確認
    (発信管理者) its posts need before the PR office approves; a department that is not named there needs none. `channels` are
    those that leaders may choose; without any, all there are. A thread of `thread_warn` parts or more is warned of, one of
    `thread_refuse` or more is refused. `links_in_profile` are the channels whose texts point to the link in the account's
    profile instead of holding the address. `licence` is under which the city gives its open data, "" while it has not said;
    `policy` is what the office has laid down for its accounts, as plain text, "" until it has. `disaster` is where the city
    lies, as the agency's telegrams name places; without it no telegram can be read."""

    name: str
    office: str
    paper: str
    protected_words: tuple[str, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    thread_warn: int = 6
    thread_refuse: int = 25
    licence: str = ""
    links_in_profile: tuple[str, ...] = ()
    disaster: Places | None = None
    policy: str = ""


def load_people(path: Path) -> Mapping[str, Author]:
    """People by key. Raises FileError naming file, line and person."""
    return _people(path, read(path))


# By what it holds, not by when it was changed: a list names an author on each of its rows, and parsing took most of its time.
@lru_cache(maxsize=4)
def _people(path: Path, raw: bytes) -> Mapping[str, Author]:
    entries = {key.text(): value for key, value in parse(path, raw).entries()}
    return MappingProxyType({key: _author(key, value, entries) for key, value in entries.items()})


def load_city(path: Path, channels: Collection[str]) -> City:
    """`channels` are those that there are. Raises FileError naming file, line and item."""
    entries = load(path).mapping(tuple(City.__dataclass_fields__), required=("name", "office", "paper"))
    said = {key: entries[key].required_text() for key in ("name", "office", "paper")}
    numbers = {key: entries[key].integer(2, 1000) for key in ("thread_warn", "thread_refuse") if key in entries}
    return City(
        **said,
        licence=entries["licence"].text().strip() if "licence" in entries else "",
        disaster=read_places(entries["disaster"]) if "disaster" in entries else None,
        policy=entries["policy"].text().strip() if "policy" in entries else "",
        thread_warn=numbers.get("thread_warn", 6),
        thread_refuse=numbers.get("thread_refuse", 25),
        protected_words=_texts(entries.get("protected_words")),
        accounts=_names(entries.get("accounts")),
        heads=_names(entries.get("heads")),
        channels=_known(entries.get("channels"), channels),
        links_in_profile=_known(entries.get("links_in_profile"), channels),
    )


def _names(node: Node | None) -> dict[str, str]:
    """Name → value; an item without any is as good as one that is not there."""
    return {} if node is None or node.empty else {name.text(): value.required_text() for name, value in node.entries()}


def _known(node: Node | None, known: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.choice(known) for n in _entries(node)))


def _author(key: str, value: Node, known: Collection[str]) -> Author:
    entry = value.mapping(_PERSON, required=("name", "department"))
    return Author(
        key=key,
        name=entry["name"].required_text(),
        department=entry["department"].required_text(),
        role=cast(Role, entry["role"].choice(get_args(Role))) if "role" in entry else None,
        emails=tuple(e.lower() for e in _texts(entry.get("emails"))),
        public=entry["public"].flag() if "public" in entry else False,
        submits_for=tuple(n.choice(known) for n in _entries(entry.get("submits_for"))),
    )


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(n.required_text() for n in _entries(node))


def _entries(node: Node | None) -> list[Node]:
    return [] if node is None or node.empty else node.items()
