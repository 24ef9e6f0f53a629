"""Length as each network counts it.

X: the published configuration v3 of its text rules: a weight of 1 for U+0000-10FF and a few punctuation ranges, 2 for
everything else, 2 for any emoji, 23 for any URL, after NFC.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.text.tokens import urls

URL_WEIGHT = 23
_EMOJI_WEIGHT = 2
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
# Of what an emoji consists that weighs less than its characters: one with a joiner, a variant or beyond the first plane.
_MAY_HIDE_EMOJI = re.compile("[\u00a9\u00ae\u200d\u20e3\ufe0f\U0001f000-\U0010ffff]")
_OF_EMOJI = re.compile("[#*0-9\u00a9\u00ae\u200d\u203c-\u2bff\u3030-\u303d\u3297-\u3299\ufe0f\U0001f000-\U0010ffff]+")


def weighted_length(text: str) -> int:
    """Length of a post on X, in weighted characters (the limit of an ordinary post is 280). Linear in the text's length."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    found, at, weight = [], 0, 0
    for url in urls(normal):
        found.append(normal[at : url.start])
        weight, at = weight + URL_WEIGHT, url.end
    return weight + sum(_plain_weight(piece) for piece in (*found, normal[at:]))


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: the largest of the ways in which Instagram may count a caption."""
    return len(text.encode("utf-16-le")) // 2


def _plain_weight(text: str) -> int:
    weight = len(text) + len(_HEAVY.findall(text))
    if not _MAY_HIDE_EMOJI.search(text):
        return weight
    runs = (found[0] for found in _OF_EMOJI.finditer(text) if _MAY_HIDE_EMOJI.search(found[0]))
    return weight - sum(_spared(run) for run in runs)


@lru_cache(maxsize=4096)
def _spared(run: str) -> int:
    """By how much the emoji in a run weigh less than their characters. Which are emoji says the list of the reference."""
    from bot.vendor.twitter_text import extract_emojis_with_indices  # takes a moment to load, and most texts have none

    emoji = [found["emoji"] for found in extract_emojis_with_indices(run)]
    return sum(len(each) + len(_HEAVY.findall(each)) - _EMOJI_WEIGHT for each in emoji)
