"""Which file a post means by a picture's name: one PC writes が as one character and another as two, one minds JPG or jpg and
another does not."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bot.content.signs import Wrong
from bot.language import say

_SHOWN = 80  # characters of a name


def chosen(candidates: Iterable[Path], name: str) -> Path | Wrong:
    """The one file that is meant: the one so named, or else the only one whose name differs in that alone."""
    places = list(candidates)
    for candidate in places:
        with suppress(OSError):  # a name that no file system can have
            if candidate.is_file():
                return candidate
    for candidate in places:
        twins = [p for p in _beside(candidate) if _alike(p.name) == _alike(candidate.name)]
        if len(twins) == 1:
            return twins[0]
        if twins:
            both = say("画像「{name}」に当てはまるファイルがいくつもあります", name=name[:_SHOWN])
            names = "・".join(sorted(p.name for p in twins))
            return Wrong(both, say("{names} のどれかを、大文字と小文字も合わせて書いてください", names=names))
    return Wrong(say("画像「{name}」が見つかりません", name=name[:_SHOWN]), _advice(places, name))


def _advice(places: Iterable[Path], name: str) -> str:
    known = {p.name for place in places for p in _beside(place)}
    near = difflib.get_close_matches(_alike(Path(name).name), {_alike(n): n for n in known}, n=1, cutoff=0.6)
    similar = next((n for n in sorted(known) if near and _alike(n) == near[0]), "")
    if similar:
        return say("似た名前の「{similar}」ではありませんか。違うなら、原稿と同じ場所に置いてください", similar=similar)
    return "content/media/ か原稿と同じ場所に画像を置き、名前を確かめてください"


def _beside(path: Path) -> list[Path]:
    """The files of its folder."""
    with suppress(OSError):
        return [p for p in sorted(path.parent.iterdir()) if p.is_file() and p.suffix.lower() != ".md"]
    return []


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
