"""X's own published cases for length, addresses, hashtags and mentions (tests/unit/conformance, see NOTICE)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.text.counting import weighted_length
from bot.text.tokens import Token, hashtags, mentions, urls

_FOLDER = Path(__file__).with_name("conformance")
# Both count an emoji by its code points, as the configuration before v3 did.
_OF_THE_OLD_CONFIGURATION = {
    "Count a mix of single byte single word, and double word unicode characters",
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers",
}


def _cases(file: str, *sections: str) -> list[Any]:
    tests = yaml.load((_FOLDER / file).read_bytes(), yaml.CSafeLoader)["tests"]
    return [pytest.param(t["text"], t["expected"], id=f"{s}: {t['description']}") for s in sections or tests for t in tests[s]]


def _told(expected: list[Any], key: str, found: list[Token], sign: str = "") -> tuple[list[Any], list[Any]]:
    """What was found, in the form in which it is expected: texts alone, or with their places."""
    if expected and isinstance(expected[0], dict):
        return [(t.text.removeprefix(sign), [t.start, t.end]) for t in found], [(e[key], e["indices"]) for e in expected]
    return [t.text[len(sign) :] for t in found], expected


@pytest.mark.parametrize(
    ("text", "expected"),
    _cases("extract.yml", "urls", "urls_with_indices", "urls_with_directional_markers", "tco_urls_with_params"),
)
def test_addresses(text: str, expected: list[Any]) -> None:
    got, wanted = _told(expected, "url", list(urls(text)))
    assert got == wanted


def test_every_top_level_domain() -> None:
    cases = _cases("tlds.yml")
    assert len(cases) == 1574
    assert [text for text, expected in (c.values for c in cases) if [u.text for u in urls(text)] != expected] == []


@pytest.mark.parametrize(
    ("text", "expected"), _cases("extract.yml", "hashtags", "hashtags_from_astral", "hashtags_with_indices")
)
def test_hashtags(text: str, expected: list[Any]) -> None:
    got, wanted = _told(expected, "hashtag", list(hashtags(text)), "#")
    assert got == wanted


@pytest.mark.parametrize(("text", "expected"), _cases("extract.yml", "mentions", "mentions_with_indices"))
def test_mentions(text: str, expected: list[Any]) -> None:
    got, wanted = _told(expected, "screen_name", list(mentions(text)), "@")
    assert got == wanted


@pytest.mark.parametrize(("text", "expected"), _cases("extract.yml", "mentions_or_lists_with_indices"))
def test_lists(text: str, expected: list[Any]) -> None:
    wanted = [(e["screen_name"] + e["list_slug"], e["indices"]) for e in expected]
    assert [(m.text[1:], [m.start, m.end]) for m in mentions(text)] == wanted


@pytest.mark.parametrize(
    ("text", "expected"), _cases("validate.yml", *("hashtags", "urls_without_protocol")), ids=lambda v: ascii(v)[:60]
)
def test_what_is_wholly_a_tag_or_a_bare_address(text: str, expected: bool) -> None:
    assert ([t.text for t in (*hashtags(text), *urls(text))] == [text]) is expected


def test_lengths() -> None:
    cases = _cases(
        "validate.yml",
        *("WeightedTweetsCounterTest", "WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"),
    )
    assert len(cases) == 44
    wrong = [c.id for c in cases if weighted_length(c.values[0]) != c.values[1]["weightedLength"]]
    assert {name.split(": ", 1)[1] for name in wrong} == _OF_THE_OLD_CONFIGURATION
    assert len(wrong) == 2
