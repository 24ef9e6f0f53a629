"""Reading a post's file: bytes → text → front matter node by node, so that each problem has a line and a column.

The YAML is composed but never constructed: no tags, no aliases that grow, no type guessing; a value is what its schema says.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import yaml

from bot.errors import FrontMatterError, Place

MAX_BYTES = 200_000
_HALF_WIDTH_KANA = range(0xFF61, 0xFFA0)


def decode(path: Path, raw: bytes) -> str:
    """The text of a file in UTF-8 (with or without BOM) or CP932, with \\n line ends. Raises FrontMatterError."""
    if len(raw) > MAX_BYTES:
        _fail(
            Place(path=path),
            f"file of {len(raw)} bytes",
            f"原稿が大きすぎます（{len(raw) // 1000:,} KB、上限は {MAX_BYTES // 1000} KB）",
            "文を短くするか、画像などを貼り付けていないか確かめてください",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        text = _decode_cp932(path, raw, e.start)
    if "\0" in text:
        _not_text(path, raw, raw.find(b"\0"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unreadable(path: Path) -> FrontMatterError:
    """The error for a file that is not there or may not be opened."""
    return FrontMatterError(
        "cannot be read",
        summary="ファイルを開けません",
        next_step="ファイルの場所と名前を確かめてください",
        place=Place(path=path),
    )


def _decode_cp932(path: Path, raw: bytes, position: int) -> str:
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        _not_text(path, raw, position)
    # Another encoding (EUC-JP, say) read as CP932 becomes a flood of half-width kana.
    if sum(ord(c) in _HALF_WIDTH_KANA for c in text) * 10 > len(text):
        _not_text(path, raw, position)
    return text


def _not_text(path: Path, raw: bytes, position: int) -> NoReturn:
    before = raw[:position].decode("utf-8", "replace")
    place = Place(path=path, line=before.count("\n") + 1, column=len(before) - (before.rfind("\n") + 1) + 1)
    _fail(place, "neither UTF-8 nor CP932", "文字コードが UTF-8 ではないため読めません", "UTF-8 で保存し直してください")


def _fail(place: Place, message: str, summary: str, next_step: str) -> NoReturn:
    raise FrontMatterError(message, summary=summary, next_step=next_step, place=place)


@dataclass(frozen=True)
class Node:
    """A value of the front matter with its key (dotted) and its place."""

    key: str
    yaml: yaml.Node
    path: Path

    @property
    def place(self) -> Place:
        mark = self.yaml.start_mark  # the node's text begins one line below the opening ---
        return Place(path=self.path, line=mark.line + 2, column=mark.column + 1)

    def fail(self, summary: str, next_step: str) -> NoReturn:
        _fail(self.place, f"front matter key {self.key}", summary, next_step)

    def text(self) -> str:
        if not isinstance(self.yaml, yaml.ScalarNode):
            self.fail(f"「{self.key}」には文字を書いてください", "箇条書きや入れ子にせず、1つの値にしてください")
        value = self.yaml.value
        return "" if self.yaml.tag == "tag:yaml.org,2002:null" else value

    def required_text(self) -> str:
        value = self.text().strip()
        return value or self.fail(f"「{self.key}」が空です", "値を書いてください")

    def choice(self, choices: Collection[str]) -> str:
        value = self.text()
        if value not in choices:
            self.fail(f"「{self.key}」の値「{value[:40]}」は使えません", f"{'・'.join(choices)} のどれかにしてください")
        return value

    def flag(self) -> bool:
        return self.choice(("true", "false")) == "true"

    def moment(self, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime:
        """An aware time; a date alone means its beginning, or its end."""
        value = self.text().strip().replace("/", "-")
        try:
            if len(value) <= 10:
                day = date.fromisoformat(value)
                return datetime.combine(day, time(23, 59, 59) if end_of_day else time(0, 0), zone)
            parsed = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"「{self.key}」の日時「{value[:40]}」を読めません", "2026-12-01 12:15 の形で書いてください")
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)

    def items(self) -> Iterator[Node]:
        if not isinstance(self.yaml, yaml.SequenceNode):
            self.fail(f"「{self.key}」は並びで書いてください", "[a, b] の形か、- で始まる行にしてください")
        for number, child in enumerate(self.yaml.value):
            yield Node(f"{self.key}.{number}", child, self.path)

    def texts(self) -> tuple[str, ...]:
        return tuple(n.required_text() for n in self.items())

    def mapping(self, known: Collection[str]) -> dict[str, Node]:
        """The entries of a mapping with closed keys. Raises for an unknown key, naming the nearest known one."""
        if not isinstance(self.yaml, yaml.MappingNode):
            self.fail(f"「{self.key or '先頭の設定'}」は「名前: 値」の形で書いてください", "書き方の例を確かめてください")
        entries: dict[str, Node] = {}
        for key_node, value_node in self.yaml.value:
            name = Node(self.key, key_node, self.path)
            key = name.text()
            if key not in known:
                name.fail(f"「{key[:40]}」という項目はありません", _suggest(key, known))
            if key in entries:
                name.fail(f"「{key}」が2回書かれています", "どちらか1つにしてください")
            entries[key] = Node(f"{self.key}.{key}" if self.key else key, value_node, self.path)
        return entries


def _suggest(key: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"「{near[0]}」の書き間違いではありませんか" if near else f"使える項目: {'、'.join(known)}"


def split(path: Path, text: str) -> tuple[Node, int]:
    """The front matter's root node, and the offset at which the body begins. Raises FrontMatterError."""
    if not text.startswith("---\n"):
        _fail(
            Place(path=path),
            "no front matter",
            "ファイルの先頭に --- がありません",
            "1行目を --- にし、題名などの設定を書いてください",
        )
    end = text.find("\n---\n", 3)
    if end < 0:
        if not text.rstrip().endswith("\n---"):
            _fail(
                Place(path=path),
                "front matter not closed",
                "先頭の設定が閉じていません",
                "設定の終わりの行に --- を書いてください",
            )
        end = text.rstrip().rfind("\n---")
    try:
        node = yaml.compose(text[4 : end + 1], Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        place = Place(path=path, line=mark.line + 2, column=mark.column + 1) if mark else Place(path=path)
        _fail(
            place,
            "not YAML",
            "先頭の設定を読めません",
            "「名前: 値」の形か、コロンのあとの空白、引用符の閉じ忘れを確かめてください",
        )
    except yaml.YAMLError as e:
        place = Place(path=path, line=text.count("\n", 0, 4 + getattr(e, "position", 0)) + 1)
        _fail(place, "unreadable character", "先頭の設定に使えない文字があります", "その行の制御文字などを消してください")
    if node is None:
        _fail(Place(path=path), "empty front matter", "先頭の設定が空です", "title: や author: を書いてください")
    return Node("", node, path), min(end + 5, len(text))


def places(root: Node) -> dict[str, Place]:
    """Where each value stands, by dotted key. Each YAML node is looked at once, however often an alias names it."""
    found: dict[str, Place] = {}
    waiting, seen = [root], {id(root.yaml)}
    while waiting:
        node = waiting.pop()
        if node.key:
            found[node.key] = node.place
        for child in _children(node):
            if id(child.yaml) not in seen:
                seen.add(id(child.yaml))
                waiting.append(child)
    return found


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node.yaml, yaml.SequenceNode):
        yield from node.items()
    elif isinstance(node.yaml, yaml.MappingNode):
        for key, value in node.yaml.value:
            if isinstance(key, yaml.ScalarNode):
                yield Node(f"{node.key}.{key.value}" if node.key else key.value, value, node.path)
