"""Addresses, tags and numbers in a text: as X's reference implementation finds them, and in linear time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import registry
from bot.text.tokens import hashtags, tags, urls
from bot.vendor.twitter_text import extract_urls_with_indices

_PIECES = st.sampled_from(
    [
        *(
            "あ",
            "金沢市",
            "。",
            "、",
            "「",
            "」",
            " ",
            "\n",
            "DX",
            "1.5",
            "46.5%",
            "@abc",
            "#金沢市DX",
            "…",
            "é",
            "ä",
            "А",
            "👍",
        ),
        *("https://example.jp/", "http://a.b.c.example.com/x?y=z#w", "example.com", "foo.bar", "1.2.3", "a.b", "example.jp"),
        *("️", "(", ")", "/", ":", ".", "-", "_", "@", "#", "$", "?a=b", "&", "'", "~", "+", "＠", "＃", "\u202a", "\ufeff"),
        *("https://", "http", "s://", "xn--abc", "日本語.jp", "みんな", "コム", "com", "jp", "co.jp", "a_b", "x-y", ":8080"),
        *("t.co/abc", "https://t.co/Abc1?x=1", "/path_(a)"),
    ]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(_PIECES, max_size=10).map("".join))
def test_addresses_are_those_of_the_reference_implementation(text: str) -> None:
    wanted = [tuple(found["indices"]) for found in extract_urls_with_indices(text)]
    assert [(url.start, url.end) for url in urls(text)] == wanted


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("くわしくは（https://example.jp/a）へ。", "https://example.jp/a"),
        ("https://example.jp/a_(b).", "https://example.jp/a_(b)"),
        ("市のページexample.lg.jpをご覧ください", "example.lg.jp"),
        ("http://金沢市.jp/、", "http://金沢市.jp/"),
    ],
)
def test_punctuation_behind_an_address_is_none_of_it(text: str, address: str) -> None:
    assert [url.text for url in urls(text)] == [address]


@pytest.mark.parametrize("text", ["madoguchi@example.lg.jp", "1.5倍", "Ver.2.0", "第1.2条", "おわり。", "a..b", "_example.jp"])
def test_these_are_no_addresses(text: str) -> None:
    assert list(urls(text)) == []


@pytest.mark.parametrize(
    "text_of",
    [
        *(lambda n: "a." * n, lambda n: "a_" * n + ".com", lambda n: "あ" * n + ".com", lambda n: "x.jp/" + "." * n),
        *(lambda n: "x.jp/" + "(a)" * n + "!", lambda n: "x.jp（" * n, lambda n: "a_b.jp." * n, lambda n: "https://" * n),
        *(lambda n: "#あ" * n, lambda n: "#あ.jp " * n, lambda n: "x.jp?" + "!" * n),
    ],
)
def test_any_text_is_read_in_linear_time(text_of: Callable[[int], str]) -> None:
    def cost(n: int) -> float:
        def once() -> float:
            start = time.process_time()
            list(urls(text_of(n))), list(hashtags(text_of(n)))
            return time.process_time() - start

        return min(once() for _ in range(3))

    assert cost(4000) < 12 * max(cost(1000), 1e-3)


def test_a_bare_domain_has_the_price_of_an_address() -> None:
    bare, plain = (
        spec.cost(text) for spec in [registry.specs()["x"]] for text in ("市のページ example.lg.jp へ", "1.5倍です。")
    )
    assert bare > plain
    assert bare == registry.specs()["x"].cost("https://example.lg.jp/")


def test_ordinary_letters_and_digits_are_those_of_unicode() -> None:
    """Each character that is read without asking for its kind, alone behind a sign and behind a letter."""
    ordinary = [chr(n) for n in range(0x20000) if tags._ORDINARY.fullmatch(chr(n))]
    assert len(ordinary) > 20_000
    for form in ("{}", "あ{}", "{}あ", "あ#{}"):
        quick = [c for c in ordinary if tags._in_ordinary_text().search("#" + form.format(c) + "。")]
        assert quick == [c for c in ordinary if tags._in_any_text().search("#" + form.format(c) + "。")]
    joined = [c for c in ordinary if tags._in_ordinary_text().search(f"{c}#あ")]
    assert joined == [c for c in ordinary if tags._in_any_text().search(f"{c}#あ")]
    whole = [c for c in ordinary if [t.text for t in hashtags(f"#あ{c}")] == [f"#あ{c}"]]
    assert whole == [c for c in ordinary if (m := tags._in_any_text().match(f"#あ{c}")) and m.end() == 3 and c not in "#＃"]
