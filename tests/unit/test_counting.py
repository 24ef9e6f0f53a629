"""The length of a post on X, against X's own reference implementation and against the limit as people know it."""

from __future__ import annotations

import time
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.counting import utf16_length, weighted_length
from bot.vendor.twitter_text import parse_tweet


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
        start = time.process_time()
        assert weighted_length("a." * n) >= 2 * n
        return time.process_time() - start

    def cost(n: int) -> float:
        return min(once(n) for _ in range(3))

    cost(1000)
    # The reference implementation needs two minutes for the longer one; a linear count stays within a small multiple.
    assert cost(40_000) < 100 * max(cost(1000), 1e-3)


def test_an_instagram_caption_is_counted_in_utf16_units() -> None:
    assert f"{utf16_length('あa👍')}字" == "4字"


@pytest.mark.parametrize("edge", ["\u10ff", "\u2000", "\u200d", "\u2010", "\u201f", "\u2032", "\u2037"])
def test_the_ranges_of_light_characters_end_where_the_reference_ends_them(edge: str) -> None:
    for sign in (chr(ord(edge) - 1), edge, chr(ord(edge) + 1)):
        assert weighted_length(f"あ{sign}あ") == parse_tweet(f"あ{sign}あ").asdict()["weightedLength"], ascii(sign)


@pytest.mark.parametrize("dotted", ["x.jp（", "https://x.jp（", "第1.a条", "a.b.c"])
def test_a_run_of_many_dots_is_never_counted_too_short(dotted: str) -> None:
    """As the reference counts it, up to the length that a domain can have."""
    for count in (48, 51, 60):
        text = dotted * count
        assert weighted_length(text) >= parse_tweet(text).asdict()["weightedLength"]
    assert weighted_length(dotted * 40) == parse_tweet(dotted * 40).asdict()["weightedLength"]


def test_every_emoji_of_the_reference_consists_of_what_is_looked_at() -> None:
    from bot.vendor.twitter_text.regexp import emoji as reference

    listed = resources.files("bot.vendor.twitter_text").joinpath("regexp/emoji-test.txt").read_text(encoding="utf-8")
    sequences = [entry.emoji for entry in reference.parse_emoji_list(listed)]
    assert len(sequences) > 3000
    assert [
        ascii(e) for e in sequences if weighted_length(f"あ{e}あ") != parse_tweet(f"あ{e}あ").asdict()["weightedLength"]
    ] == []


def test_a_line_of_dots_that_is_no_longer_than_a_post_is_counted_at_once() -> None:
    """In a form, the length is shown at every key: the reference needs a second for these 900 characters."""
    dotted = "a." * 450
    start = time.process_time()
    weighted_length(dotted)
    ours = time.process_time() - start
    parse_tweet(dotted)
    assert ours < (time.process_time() - start) / 20
