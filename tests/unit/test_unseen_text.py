"""Characters that nobody sees, and those that no database keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import registry
from bot.content.library import Library
from bot.content.post_form import Form, compose
from bot.content.tidy import tidied
from bot.errors import ContentError, FileError
from bot.text.control import in_lines, visible
from bot.text.storable import storable
from bot.values.characters import unwritable
from bot.values.document import load
from tests.office import TOKYO, write_content, write_post


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


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("窓口\x0bです", 2, "U+000B"),
        ("窓口\u202eです", 2, "目に見えない"),
        ("\ue000さん", 0, "外字 U+E000"),
        ("\U000f0000さん", 0, "外字"),
        ("取得\ufffd率", 2, "文字化け"),
        ("図\ufffc", 1, "文字化け"),
        ("\u3164", 0, "文字化け"),
    ],
)
def test_what_cannot_be_shown_may_not_be_written(text: str, at: int, words: str) -> None:
    found = unwritable(text)
    assert found is not None
    assert found.at == at
    assert words in found.summary
    assert found.next_step


@pytest.mark.parametrize(
    "text",
    ["髙﨑と𠮷野家", "葛\U000e0100城", "👨\u200d👩\u200d👧", "か\u309a", "㎡と①", "🏴\U000e0067\U000e007f", "a\tb\nc", "ﾊﾝｶｸ"],
)
def test_names_emoji_and_units_may_be_written(text: str) -> None:
    assert unwritable(text) is None


def test_a_file_and_a_setting_are_asked_alike(tmp_path: Path) -> None:
    write_content(tmp_path)
    library = Library(tmp_path, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})
    with pytest.raises(ContentError) as post:
        library.read(write_post(tmp_path, body="一行目です。\n\ue000さんです。\n"))
    assert (post.value.place.line, post.value.place.column) == (12, 1)
    (tmp_path / "city.yml").write_text("name: 金沢\n# \ue000\n", encoding="utf-8")
    with pytest.raises(FileError) as setting:
        load(tmp_path / "city.yml")
    assert post.value.summary == setting.value.problem
    assert (setting.value.place.line, setting.value.place.column) == (2, 3)


def test_a_slides_line_end_becomes_one_of_ours() -> None:
    assert in_lines("日時\x0b場所\u2028対象\x85") == "日時\n場所\n対象\n"
    tidy, done = tidied("一行目\x0b二行目".encode())
    assert tidy.decode() == "一行目\n二行目"
    assert "改行" in done[0]
    assert "一行目\n二行目" in compose(Form(lead="一行目\x0b二行目"))
