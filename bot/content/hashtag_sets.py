"""content/hashtags.yml: hashtags that belong together, offered to whoever writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.config import may_exist
from bot.language import say
from bot.text.tokens import is_hashtag
from bot.values.document import load
from bot.values.node import Node


@dataclass(frozen=True, kw_only=True)
class HashtagSet:
    """`name` says what the set is for; `tags` are without their sign."""

    name: str
    tags: tuple[str, ...]


def load_hashtag_sets(path: Path) -> tuple[HashtagSet, ...]:
    """None if the file is missing. Raises FileError naming file and line."""
    if not may_exist(path):
        return ()
    root = load(path)
    entries = () if root.empty else root.entries()
    return tuple(HashtagSet(name=name.text(), tags=tuple(_tag(tag) for tag in tags.some())) for name, tags in entries)


def _tag(node: Node) -> str:
    tag = node.required_text()
    if not is_hashtag(tag):
        node.fail(
            say("「{tag}」は、ハッシュタグになりません", tag=tag[:40]), "空白・記号・「#」を入れず、文字を一つは入れてください"
        )
    return tag
