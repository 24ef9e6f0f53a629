"""Recognising a post on X's timeline: from which number on to read, and the marks that X puts into a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.channel_kit.base import Prepared
from bot.channel_kit.matching import CLOCK_SKEW
from bot.channels.x.answers import Link, Post
from bot.text.likeness import canonical

# A post's number holds its time: the milliseconds since then, before 22 other bits (X's announcement of "Snowflake", 2010).
_FIRST = 1_288_834_974_657
_OTHER_BITS = 22
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_FINAL_SLASH = re.compile(r"/(?=\s|$)")
_MEDIA_LINK = re.compile(r"\s*https://t\.co/\w+\s*$")


def number_at(moment: datetime) -> str:
    """The least number that a post made then can have."""
    return str(max(int(moment.timestamp() * 1000) - _FIRST, 0) << _OTHER_BITS)


def before(since: datetime) -> str:
    """A number before that of any post made since then, by whichever clock."""
    return number_at(since - CLOCK_SKEW)


def is_it(post: Post, prepared: Prepared, user: str) -> bool:
    """Ours, with the same text, picture count and parent."""
    outgoing = prepared.outgoing
    wanted = (_without_scheme(outgoing.text), len(outgoing.media), outgoing.parent)
    return post.author_id in (None, user) and _comparable(post) == wanted


def _comparable(post: Post) -> tuple[str, int, str]:
    """Text, picture count and parent of a post, as they can be compared with what was sent."""
    pictures = len(post.attachments.media_keys or ()) if post.attachments else 0
    parents = [r.id for r in post.referenced_tweets or () if r.type == "replied_to"]
    links = (post.entities.urls or ()) if post.entities else ()
    return _without_scheme(_as_typed(post.text, links, pictures)), pictures, parents[0] if parents else ""


def _as_typed(text: str, links: Sequence[Link], pictures: int) -> str:
    """A post's text with X's own marks undone: three characters escaped, links shortened, a link to the pictures added."""
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, character)
    if pictures and not any(link.media_key for link in links):
        text = _MEDIA_LINK.sub("", text)
    for link in links:
        text = text.replace(link.url, "" if link.media_key else link.expanded_url or link.url)
    return text


def _without_scheme(text: str) -> str:
    """X puts a scheme before a bare domain, and a slash behind it."""
    return canonical(_FINAL_SLASH.sub("", _SCHEME.sub("", text)))
