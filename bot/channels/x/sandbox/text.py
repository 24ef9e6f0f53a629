"""What X makes of a text: its length, its links behind t.co, three characters escaped. By the reference parser of X's own
rules, so that nothing here shares our own counting."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.vendor.twitter_text import extract_urls_with_indices, parse_tweet

_MOST_CODE_POINTS = 1000  # the parser is super-linear: 1,500 dotted characters take ten seconds
_LONG_LINK = re.compile(r"https?://[!-~]{40,}")
_SHORT_LINK = "https://t.co/0123456789"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HASHTAG = re.compile(r"(?<![\w&])[#＃](\w+)")
_SCHEME = re.compile(r"https?://")
_SLUG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_DISPLAY = 26


@dataclass(frozen=True, kw_only=True)
class Told:
    """A text as X's API tells it, and its `entities` (positions count characters of that text)."""

    text: str
    entities: dict[str, Any]


def weight(text: str) -> int | None:
    """Weighted length, None for what is too long to be counted at all."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    if len(normal) > _MOST_CODE_POINTS:
        normal = _LONG_LINK.sub(_SHORT_LINK, normal)
    if len(normal) > _MOST_CODE_POINTS:
        return None
    return int(parse_tweet(normal).asdict()["weightedLength"])


def has_link(text: str) -> bool:
    return bool(extract_urls_with_indices(text))


def tell(text: str, identity: str, media_keys: list[str]) -> Told:
    """As the API tells the post `identity`: links behind t.co, one more link for its pictures, `&`, `<` and `>` escaped."""
    told, links, done = "", [], 0
    for number, found in enumerate(extract_urls_with_indices(text)):
        start, end = found["indices"]
        told += _escaped(text[done:start])
        link = _link(found["url"], _tco(identity, str(number)))
        links.append({"start": len(told), "end": len(told) + len(link["url"]), **link})
        told, done = told + link["url"], end
    told += _escaped(text[done:])
    if media_keys:
        link = _picture_link(identity)
        start = len(told) + bool(told)
        links += [{"start": start, "end": start + len(link["url"]), **link, "media_key": key} for key in media_keys]
        told = f"{told} {link['url']}".lstrip(" ")
    entities = {"urls": links, "hashtags": list(_hashtags(told))}
    return Told(text=told, entities={k: v for k, v in entities.items() if v})


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def _link(typed: str, tco: str) -> dict[str, str]:
    bare = _SCHEME.sub("", typed, count=1)
    shown = bare.removeprefix("www.")
    shown = shown if len(shown) <= _LONGEST_DISPLAY else f"{shown[:_LONGEST_DISPLAY]}…"
    return {"url": tco, "expanded_url": typed if bare != typed else f"http://{typed}", "display_url": shown}


def _picture_link(identity: str) -> dict[str, str]:
    address = f"https://x.com/sandbox_city/status/{identity}/photo/1"
    return {"url": _tco(identity, "media"), "expanded_url": address, "display_url": "pic.x.com/sandbox"}


def _tco(*what: str) -> str:
    number = int.from_bytes(hashlib.sha256("/".join(what).encode()).digest())
    return "https://t.co/" + "".join(_SLUG[number // 62**place % 62] for place in range(10))


def _hashtags(told: str) -> Iterator[dict[str, Any]]:
    for found in _HASHTAG.finditer(told):
        yield {"start": found.start(), "end": found.end(), "tag": found[1]}
