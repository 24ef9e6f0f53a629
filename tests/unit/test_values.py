"""The strict reader of YAML: text as written, or a sentence with its place; nothing else, whatever the bytes are."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FileError, Place
from bot.values import document, reading
from bot.values.node import Node
from tests.office import TOKYO

HERE = Path("settings.yml")


def parse(text: str | bytes) -> Node:
    return document.parse(HERE, text.encode() if isinstance(text, str) else text)


def refusal(text: str | bytes, ask: Callable[[Node], object] = lambda node: node) -> FileError:
    with pytest.raises(FileError) as caught:
        ask(parse(text))
    return caught.value


@pytest.mark.parametrize("written", ["0123", "1:30", "no", "2027-04-09", "1e3", "0x1F", ".inf", "12:15", "<<", "=", "1_000"])
def test_a_value_is_its_text_and_nothing_is_guessed(written: str) -> None:
    assert parse(f"key: {written}").plain() == {"key": written}


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_nothing_is_nothing_and_a_quoted_word_is_a_word(written: str) -> None:
    assert parse(f"key: {written}").plain() == {"key": None}
    assert parse(f'key: "{written}"').plain() == {"key": written}


def test_a_value_knows_where_it_stands() -> None:
    node = parse("# 先頭\na:\n  - b: 値\n").mapping(["a"])["a"].items()[0].mapping(["b"])["b"]
    assert (node.place.line, node.place.column) == (3, 8)


@pytest.mark.parametrize("text", ["\ufeffopen: 9:30\n", "open: 9:30\r\n", "open: ９：３０\n", 'open: "09:30"', "open: 9:30:00"])
def test_what_was_meant_is_read(text: str) -> None:
    assert parse(text).mapping(["open"])["open"].clock() == time(9, 30)


@pytest.mark.parametrize(
    ("written", "value"),
    [("46.5", "46.5"), ("82.0", "82.0"), ("208,794", "208794"), ("２０８", "208"), ("-3", "-3"), ("－3", "-3"), ("0.5", "0.5")],
)
def test_a_number_keeps_its_decimals(written: str, value: str) -> None:
    assert str(reading.number(written)) == str(Decimal(value))


@pytest.mark.parametrize(
    "written", ["0123", "1:30", "1e9", "NaN", "Infinity", "1,23", "12人", "", "9" * 400, "٣", "0x10", "1_000"]
)
def test_what_is_no_plain_number_is_refused(written: str) -> None:
    with pytest.raises(reading.Unclear):
        reading.number(written)


@pytest.mark.parametrize(
    ("written", "value"),
    [("true", True), ("はい", True), ("Yes", True), ("on", True), ("no", False), ("いいえ", False), ("ＦＡＬＳＥ", False)],
)
def test_yes_and_no_are_what_people_write(written: str, value: bool) -> None:
    assert reading.flag(written) is value


def test_a_quoted_no_is_no_truth() -> None:
    assert parse('public_holidays: "no"').mapping(["public_holidays"])["public_holidays"].flag() is False
    with pytest.raises(reading.Unclear):
        reading.flag("たぶん")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2027-04-09 8:05", datetime(2027, 4, 9, 8, 5, tzinfo=TOKYO)),
        ("2027/4/9 08:05", datetime(2027, 4, 9, 8, 5, tzinfo=TOKYO)),
        ("２０２７－０４－０９　０８：０５", datetime(2027, 4, 9, 8, 5, tzinfo=TOKYO)),
        ("2027ー04ー09 08:05", datetime(2027, 4, 9, 8, 5, tzinfo=TOKYO)),
        ("2027-04-09T08:05+00:00", datetime(2027, 4, 9, 8, 5, tzinfo=UTC)),
        ("2027-04-09 08:05Z", datetime(2027, 4, 9, 8, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_is_aware_and_keeps_the_zone_that_is_written(written: str, value: datetime) -> None:
    assert reading.moment(written, TOKYO) == value


def test_a_date_alone_is_no_moment_unless_its_reader_says_which() -> None:
    with pytest.raises(reading.Unclear) as caught:
        reading.moment("2027-04-09", TOKYO)
    assert "2027-04-09 12:15" in caught.value.advice
    assert reading.moment("2027-04-09", TOKYO, timedelta(days=1)) == datetime(2027, 4, 10, tzinfo=TOKYO)


@pytest.mark.parametrize(
    "written", ["0001-01-01 00:00", "9999-12-31 23:59", "2027-02-29 10:00", "2027-04-09 24:00", "明日", "20270409"]
)
def test_a_moment_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(reading.Unclear):
        reading.moment(written, TOKYO)


@pytest.mark.parametrize(("written", "minutes"), [("30m", 30), ("2時間", 120), ("１d", 24 * 60)])
def test_a_length_has_a_unit(written: str, minutes: int) -> None:
    assert reading.duration(written) == timedelta(minutes=minutes)


def test_a_day_and_a_day_of_every_year() -> None:
    assert reading.day("2022-12-05") == date(2022, 12, 5)
    assert reading.month_day("2-29") == (2, 29)


@pytest.mark.parametrize(
    ("ask", "written"),
    [
        (reading.day, "2022-12-05 10:00"),
        (reading.month_day, "02-30"),
        (reading.duration, "60"),
        (reading.duration, "0m"),
        (reading.duration, "99999d"),
    ],
)
def test_what_is_no_day_and_no_length_is_refused(ask: Callable[[str], object], written: str) -> None:
    with pytest.raises(reading.Unclear):
        ask(written)


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "2回"),
        ("a: {b: 1, b: 2}\n", 1, 11, "2回"),
        ("a: &x 1\n", 1, 4, "参照"),
        ("a: *x\n", 1, 4, "参照"),
        ("a: !!int 1\n", 1, 4, "「!」"),
        ("%YAML 1.1\n---\na: 1\n", 1, 1, "行は使えません"),
        ("a: 1\n---\nb: 2\n", 2, 1, "行は使えません"),
        ('a: "x\\0y"\n', 1, 4, "U+0000"),
        ("a: x\n\x0b: y\n", 2, 1, "U+000B"),
        ("a: x\u202ey\n", 1, 5, "U+202E"),
        ("a: [1, 2\nb: 3\n", 2, 2, "YAML"),
        ("? [a]\n: b\n", 1, 3, "名前"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(text: str, line: int, column: int, word: str) -> None:
    error = refusal(text)
    assert word in error.problem
    assert (error.place.line, error.place.column) == (line, column)
    assert f"settings.yml の{line}行目" in error.summary


@pytest.mark.parametrize(
    ("text", "advice"),
    [("a:\n\tb: 1\n", "タブ"), ("open：9:30\n", "全角"), ("a: 1\nopen：9:30\n", "全角")],
)
def test_the_usual_slips_are_named(text: str, advice: str) -> None:
    assert advice in refusal(text, lambda node: node.mapping(["a", "open"])).next_step


@pytest.mark.parametrize("raw", ["市: あ".encode("cp932"), "市: あ".encode("utf-16"), "市: あ".encode("euc-jp")])
def test_another_encoding_is_refused_with_what_to_do(raw: bytes) -> None:
    error = refusal(b"# x\n" + raw)
    assert error.place.line == 2
    assert "UTF-8" in error.next_step


def test_a_list_without_brackets_is_refused_with_how_to_write_it() -> None:
    error = refusal("channels: facebook", lambda node: node.mapping(["channels"])["channels"].items())
    assert "channels: [facebook]" in error.next_step


@pytest.mark.parametrize("text", ["channels: []", "channels:", "channels: ~"])
def test_an_empty_list_is_no_answer_where_one_is_needed(text: str) -> None:
    assert "空の並び" in refusal(text, lambda node: node.mapping(["channels"])["channels"].some()).problem


def test_an_unknown_name_gets_the_nearest_known_one() -> None:
    assert "paper" in refusal("papr: x", lambda node: node.mapping(["name", "paper"])).next_step
    assert "x" in refusal("[twitter]", lambda node: node.choices(["facebook", "x"])).next_step


@pytest.mark.parametrize(
    "text",
    [
        "[" * 60_000,
        "{a: " * 20_000,
        "- " * 60_000,
        "? " * 60_000,
        "a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 400)),
        "- &a x\n" * 50_000,
        "a: " + "[" * 21 + "]" * 21,
        "[" + "x," * 60_000 + "]",
        "x" * 2_000_000,
        '"' + "\\" * 100_000,
        "!" * 100_000,
        "'" * 100_001,
    ],
)
def test_depth_and_number_are_bounded_before_anything_is_built(text: str) -> None:
    began = clock.process_time()
    with pytest.raises(FileError):
        parse(text)
    assert clock.process_time() - began < 1


def test_twenty_levels_are_enough_for_everybody() -> None:
    assert parse("[" * 20 + "]" * 20).plain() != []


SYNTAX = st.text(st.sampled_from("[]{}:-?,&*!|>'\"%@`#~ \n\r\tabno013あ：　\\\0\x0b\u2028\ufeff<=."), max_size=60)


ASKED: tuple[Callable[[str], object], ...] = (
    *(reading.number, reading.integer, reading.flag, reading.day, reading.clock, reading.month_day, reading.duration),
    lambda text: reading.moment(text, TOKYO, timedelta(1)),
)


def _look(raw: bytes) -> list[Place]:
    """The places of all values, or that of the refusal."""
    try:
        return [node.place for node in parse(raw).nodes()]
    except FileError as e:
        return [e.place]


@given(st.one_of(st.binary(max_size=200), SYNTAX.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes_end_in_a_value_or_in_a_sentence(raw: bytes) -> None:
    lines = raw.count(b"\n") + raw.count(b"\r") + 2  # a value that is missing stands behind the end
    assert all(1 <= place.line <= lines for place in _look(raw))


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[0-9０-９:：\-/ー, T.mhd+Z]{0,30}", fullmatch=True)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for ask in ASKED:
        with suppress(reading.Unclear):
            ask(text)
