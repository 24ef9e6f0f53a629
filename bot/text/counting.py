"""Length as each network counts it.

X: the published configuration v3 of its text rules: a weight of 1 for U+0000-10FF and a few punctuation ranges, 2 for
everything else, 2 for any emoji, 23 for any URL, after NFC. The reference implementation takes half a second to load and is
super-linear on dotted text, so it is asked only about the short runs in which a bare domain or an emoji may hide.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

URL_WEIGHT = 23
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_SPACE = re.compile(r"(\s+)")  # no URL and no emoji goes on behind it: what lies between can be counted apart
_SENTENCE = re.compile(r"([。、]+)")  # as good as a space, but for a bare domain right behind it, which then counts more
_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:jp|com|org|net)(?:/(?:[A-Za-z0-9/_.-]*[A-Za-z0-9/_-])?)?")
_MAY_HIDE_URL = re.compile(r"\.[^\W\d_]|://")
_MAY_HIDE_EMOJI = re.compile("[\u00a9\u00ae\u200d\u20e3\ufe0f\U0001f000-\U0010ffff]")
_MOST_DOTS = 50
_LONG_RUN = 1000


def weighted_length(text: str) -> int:
    """Length of a post on X, in weighted characters (the limit of an ordinary post is 280). Linear in the text's length."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    first, *rest = _SPACE.split(normal)
    return _run_weight(first, "") + sum(_run_weight(run, " ") for run in rest)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: the largest of the ways in which Instagram may count a caption."""
    return len(text.encode("utf-16-le")) // 2


def _run_weight(run: str, before: str) -> int:
    """`before`: the reference reads a bare domain differently at a text's beginning and behind a space."""
    if _PLAIN_URL.fullmatch(run):
        return URL_WEIGHT
    if not (_MAY_HIDE_URL.search(run) or _MAY_HIDE_EMOJI.search(run)):
        return _plain_weight(run)
    if len(run) > _LONG_RUN and _SENTENCE.search(run):
        return sum(_run_weight(piece, " ") for piece in _SENTENCE.split(run))
    if run.count(".") > _MOST_DOTS or len(run) > _LONG_RUN:
        # Nobody writes this; counting each dot as a URL is never too little, and is quick.
        return _plain_weight(run) + URL_WEIGHT * (run.count(".") + run.count("://"))
    return _reference_weight(before + run) - len(before)


def _plain_weight(run: str) -> int:
    return len(run) + len(_HEAVY.findall(run))


@lru_cache(maxsize=4096)
def _reference_weight(run: str) -> int:
    from bot.vendor.twitter_text import parse_tweet

    return int(parse_tweet(run).asdict()["weightedLength"])
