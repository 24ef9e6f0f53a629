"""Characters that nobody sees, and those that no database keeps."""

from __future__ import annotations

import pytest

from bot.text.control import visible
from bot.text.storable import storable


def test_what_would_turn_a_text_round_is_spelt_out_where_it_stands() -> None:
    assert visible("申請\u202eです\x1b[2J\n次") == "申請<U+202E>です<U+001B>[2J\n次"


def test_what_joins_words_and_emoji_stays() -> None:
    assert visible("👨\u200d👩\u200d👧 a\tb") == "👨\u200d👩\u200d👧 a\tb"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("窓口 abc", "窓口 abc"),
        ("abc", "abc"),
        ("a\0b", "a\ufffdb"),
        ("窓\0口", "窓\ufffd口"),
        ("窓口\ud83d", "窓口?"),
        ("👍", "👍"),
    ],
)
def test_a_text_is_kept_by_every_database(given: str, kept: str) -> None:
    assert storable(given) == kept
