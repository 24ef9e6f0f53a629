"""The length of a post on X, against X's own reference implementation and against the limit as people know it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twitter_text import parse_tweet

from bot.text.counting import utf16_length, weighted_length


def test_140_kana_fill_a_post_and_one_more_is_too_long() -> None:
    assert weighted_length("あ" * 140) == 280
    assert weighted_length("あ" * 141) == 282


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc", 3),
        ("金沢", 4),
        ("https://www4.city.kanazawa.lg.jp/soshiki/very/long/path/that/goes/on/and/on/index.html", 23),
        ("詳しくは https://example.jp/ へ", 9 + 23 + 3),
        ("example.com", 23),
        ("👨‍👩‍👧‍👦", 2),
        ("🇯🇵", 2),
        ("が", 2),  # か + combining mark: one character after NFC
        ("1.5倍", 5),
        ("©", 2),
        ("a\r\nb", 3),
    ],
)
def test_weights_are_those_that_x_publishes(text: str, length: int) -> None:
    assert weighted_length(text) == length


_PIECES = st.sampled_from(
    [
        *("あ", "金沢市", "。", "、", "「", "」", " ", "\n", "DX", "1.5", "46.5%", "@abc", "#金沢市DX", "…", "〜", "é"),
        *("https://example.jp/", "https://www4.city.kanazawa.lg.jp/a_b/c.html", "http://a.b.c.example.com/x?y=z#w"),
        *(
            "example.com",
            "foo.bar",
            "1.2.3",
            "a.b",
            "。example.jp。",
            "👍",
            "👩🏽‍💻",
            "🇯🇵",
            "️",
            "©",
            "(",
            ")",
            "/",
            ":",
            ".",
            "-",
        ),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(_PIECES, max_size=8).map("".join))
def test_the_length_is_the_reference_implementations(text: str) -> None:
    assert weighted_length(text) == parse_tweet(text).asdict()["weightedLength"]


def test_dotted_text_is_counted_in_linear_time_and_never_too_short() -> None:
    def once(n: int) -> float:
        start = time.perf_counter()
        assert weighted_length("a." * n) >= 2 * n
        return time.perf_counter() - start

    def cost(n: int) -> float:
        return min(once(n) for _ in range(3))

    cost(1000)
    # The reference implementation needs two minutes for the longer one; a linear count stays within a small multiple.
    assert cost(40_000) < 100 * max(cost(1000), 1e-3)


def test_an_instagram_caption_is_counted_in_utf16_units() -> None:
    assert utf16_length("あa👍") == 4
