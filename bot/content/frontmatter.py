"""Reading a post's file: bytes → text → front matter value by value, so that each problem has a line and a column."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

from bot.content.frontmatter_lines import trap
from bot.errors import FrontMatterError, Place
from bot.language import say
from bot.values.document import compose, require_writable
from bot.values.node import Node, Origin

MAX_BYTES = 200_000
_FENCE = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)  # a blank behind it is seen by nobody
_HALF_WIDTH_KANA = range(0xFF61, 0xFFA0)


def decode(path: Path, raw: bytes) -> str:
    """The text of a file in UTF-8 (with or without BOM) or CP932, with \\n line ends. Raises FrontMatterError."""
    if len(raw) > MAX_BYTES:
        _fail(
            Place(path=path),
            f"file of {len(raw)} bytes",
            say(
                "原稿が大きすぎます（{value:,} KB、上限は {max_bytes} KB）", value=len(raw) // 1000, max_bytes=MAX_BYTES // 1000
            ),
            "文を短くするか、画像などを貼り付けていないか確かめてください",
        )
    try:
        # With or without BOM: Windows editors write one.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        # CP932 is what older Japanese editors write.
        text = _decode_cp932(path, raw, e.start)
    if "\0" in text:
        _not_text(path, raw, raw.find(b"\0"))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    require_writable(text, Origin(path=path, error=FrontMatterError))
    return text


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


def split(path: Path, text: str) -> tuple[Node, int]:
    """The front matter's root node, and the offset at which the body begins. Raises FrontMatterError."""
    origin = Origin(path=path, first_line=2, error=FrontMatterError)
    opening = _FENCE.match(text)
    if opening is None:
        _fail(
            Place(path=path),
            "no front matter",
            "ファイルの先頭に --- がありません",
            "1行目を --- にし、題名などの設定を書いてください",
        )
    closing = _FENCE.search(text, opening.end())
    if closing is None:
        _fail(
            Place(path=path),
            "front matter not closed",
            "先頭の設定が閉じていません",
            "設定の終わりの行に --- を書いてください",
        )
    front = text[opening.end() : closing.start()]
    if found := trap(front):
        origin.fail(found.line, found.column, "read otherwise than meant", found.wrong.summary, found.wrong.next_step)
    root = compose(front, origin)
    if root.empty:
        _fail(Place(path=path), "empty front matter", "先頭の設定が空です", "title: や author: を書いてください")
    return root, closing.end()


def places(root: Node) -> dict[str, Place]:
    """Where each value stands, by dotted key."""
    return {node.key: node.place for node in root.nodes() if node.key}
