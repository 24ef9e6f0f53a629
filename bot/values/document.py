"""YAML text → Node. The parser's events are counted while they come, so that neither depth nor number can hurt (ADR 12).

Refused, since no file of ours needs them: anchors, references, tags, directives, a second document, a key written twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml

from bot.language import say
from bot.values.characters import unwritable
from bot.values.node import Node, Origin

MAX_BYTES = 1_000_000  # of a file of settings
MAX_DEPTH = 20
MAX_NODES = 50_000
_EMPTY = ("", "~", "null")
MAX_VALUE = 20_000  # characters
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path) -> Node:
    """The values of a file of settings. Raises FileError."""
    return parse(path, read(path))


def read(path: Path) -> bytes:
    """A file of settings as it lies there, for `parse`: of one that is too large, its beginning. Raises FileError."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        Origin(path=path).fail(0, 0, "missing", "ファイルがありません", "ファイルを置いてください")
    except (OSError, ValueError):
        Origin(path=path).fail(0, 0, "cannot be opened", "ファイルを開けません", "ファイルの場所と権限を確かめてください")


def parse(path: Path, raw: bytes) -> Node:
    """The values of a file of settings with this content; one without any value is an empty node. Raises FileError."""
    origin = Origin(path=path)
    if len(raw) > MAX_BYTES:
        origin.fail(
            0,
            0,
            "too large",
            say("ファイルが大きすぎます（上限は {max_bytes:,} KB）", max_bytes=MAX_BYTES // 1000),
            "内容を確かめて減らしてください",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        before = raw[: e.start].decode("utf-8-sig", "replace")
        line = before.count("\n")
        column = len(before) - (before.rfind("\n") + 1)
        origin.fail(line, column, "not UTF-8", "文字コードが UTF-8 ではないため読めません", "UTF-8 で保存し直してください")
    else:
        return compose(text.replace("\r\n", "\n").replace("\r", "\n"), origin)


def compose(text: str, origin: Origin) -> Node:
    """The values of a text with \\n line ends. Raises the origin's error."""
    require_writable(text, origin)
    try:
        return _Composer(text, origin).document()
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        _not_yaml(origin, text, mark.line if mark else 0, mark.column if mark else 0)
    except (yaml.YAMLError, ValueError, OverflowError):  # what the parser itself stumbles over, without a place
        _not_yaml(origin, text, 0, 0)


def require_writable(text: str, origin: Origin) -> None:
    """Raises the origin's error for a character that may not be written."""
    if wrong := unwritable(text):
        line, column = text.count("\n", 0, wrong.at), wrong.at - text.rfind("\n", 0, wrong.at) - 1
        origin.fail(line, column, f"character {wrong.code}", wrong.summary, wrong.next_step)


def _not_yaml(origin: Origin, text: str, line: int, column: int) -> NoReturn:
    lines = text.split("\n")
    written = "\n".join(lines[max(0, line - 1) : line + 1])
    advice = "「名前: 値」の形か、コロンのあとの空白、引用符や括弧の閉じ忘れを確かめてください"
    if "\t" in written:
        advice = "行の初めのタブを、半角の空白にしてください"
    elif "　" in written or "：" in written:
        advice = "全角の空白や「：」を、半角の空白と : にしてください"
    origin.fail(line, column, "not YAML", "書き方（YAML）が正しくないため読めません", advice)


class _Composer:
    """The events of one text on their way to its nodes."""

    def __init__(self, text: str, origin: Origin) -> None:
        self.origin, self.text, self.count = origin, text, 0
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None or event.version or event.tags:
                    self._fail(event, "second document", "--- や % で始まる行は使えません", "その行を消してください")
                root = self._node(next(self.events), "", 0)
        return root or Node("", self.origin, 0, 0, None)

    def _node(self, event: Any, key: str, depth: int) -> Node:
        self._bounded(event, depth)
        mark = event.start_mark
        node = Node(key, self.origin, mark.line, mark.column, None)
        if isinstance(event, yaml.ScalarEvent):
            node.content = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node.content = self._sequence(key, depth)
        else:
            node.content = self._mapping(key, depth)
        return node

    def _bounded(self, event: Any, depth: int) -> None:
        self.count += 1
        if depth > MAX_DEPTH:
            self._fail(
                event,
                "too deep",
                say("入れ子が深すぎます（上限は {max_depth} 段）", max_depth=MAX_DEPTH),
                "括弧や字下げを確かめてください",
            )
        if self.count > MAX_NODES:
            self._fail(
                event,
                "too many values",
                say("値が多すぎます（上限は {max_nodes:,}）", max_nodes=MAX_NODES),
                "内容を確かめて減らしてください",
            )
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._fail(
                event, "reference", "「&」や「*」で始まる値（参照）は使えません", 'その記号で始めるときは "…" で囲んでください'
            )
        if event.tag:
            self._fail(event, "tag", "「!」で始まる値は使えません", 'その記号で始めるときは "…" で囲んでください')

    def _scalar(self, event: Any) -> str | None:
        value: str = event.value
        if not event.style and value in _EMPTY:
            return None
        if len(value) > MAX_VALUE:
            self._fail(
                event,
                "value too long",
                say("値が長すぎます（上限は {max_value:,}字）", max_value=MAX_VALUE),
                "引用符の閉じ忘れを確かめ、短くしてください",
            )
        if wrong := unwritable(value):  # by an escape
            self._fail(event, f"character {wrong.code}", wrong.summary, wrong.next_step)
        return value

    def _sequence(self, key: str, depth: int) -> list[Node]:
        found: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._node(event, f"{key}.{len(found)}" if key else str(len(found)), depth + 1))
        return found

    def _mapping(self, key: str, depth: int) -> dict[str, tuple[Node, Node]]:
        found: dict[str, tuple[Node, Node]] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self._node(event, key, depth + 1)
            if not isinstance(event, yaml.ScalarEvent):
                name.fail("名前のところに並びや入れ子があります", "名前は1つの言葉にしてください")
            word = name.text()
            name.key = f"{key}.{word}" if key else word
            if word in found:
                first = found[word][0].place.line
                name.fail(
                    say("「{word}」が2回書かれています（1回目は{first}行目）", word=word[:40], first=first),
                    "どちらか1つにしてください",
                )
            found[word] = (name, self._node(next(self.events), name.key, depth + 1))
        return found

    def _fail(self, event: Any, message: str, summary: str, next_step: str) -> NoReturn:
        self.origin.fail(event.start_mark.line, event.start_mark.column, message, summary, next_step)
