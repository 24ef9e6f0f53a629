"""People, city, phrases, measures and figures: as they were typed, or refused with file, line and what to write."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import registry
from bot.content.hashtag_sets import load_hashtag_sets
from bot.content.library import Library
from bot.content.people import load_city, load_people
from bot.content.phrases import load_phrases
from bot.content.words import load_words
from bot.errors import ContentError, FileError
from bot.strategy import indicators, plan
from tests.office import TOKYO, write_content, write_post

FIGURE = "k: {{name: 見本, unit: 件, date: {date}, source: 提言, value: {value}}}\n"
PERSON = "{name: あ, department: 市民課, role: leader%s}"
CITY = "name: 金沢市\noffice: 広報広聴課\npaper: 新聞広報\n"


def city(path: Path) -> object:
    return load_city(path, ("x", "facebook"))


def refusal(read: Callable[[Path], object], path: Path, text: str) -> FileError:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read(path)
    return caught.value


@pytest.mark.parametrize(("written", "printed"), [("46.5", "46.5"), ("82.0", "82.0"), ("208794", "208,794"), ("２０８", "208")])
def test_a_figure_is_printed_as_it_was_typed(tmp_path: Path, written: str, printed: str) -> None:
    path = tmp_path / "indicators.yml"
    path.write_text(FIGURE.format(date="2022-12-05", value=written), encoding="utf-8")
    assert indicators.load(path)["k"].field("value") == printed


@pytest.mark.parametrize(
    ("date", "value", "word"),
    [
        ("2022-12-05", "0123", "0123"),
        ("2022-12-05", "1:30", "1:30"),
        ("2022-12-05", "1e999999999", "1e999"),
        ("2022-12-05", "約50", "約50"),
        ("0001-01-01", "5", "年"),
        ("9999-12-31", "5", "年"),
        ("2022-12-05 10:00", "5", "日付"),
    ],
)
def test_a_figure_that_nobody_can_be_sure_of_is_refused(tmp_path: Path, date: str, value: str, word: str) -> None:
    error = refusal(indicators.load, tmp_path / "indicators.yml", "# 指標\n" + FIGURE.format(date=date, value=value))
    assert word in error.problem
    assert "indicators.yml の2行目" in error.summary
    assert error.next_step


def test_a_figure_that_is_written_twice_is_refused(tmp_path: Path) -> None:
    text = FIGURE.format(date="2022-12-05", value=5) + FIGURE.format(date="2022-12-05", value=7)
    error = refusal(indicators.load, tmp_path / "indicators.yml", text)
    assert "「k」が2回" in error.problem
    assert error.place.line == 2


def test_a_name_changed_within_one_tick_of_the_file_systems_clock_is_seen_at_once(tmp_path: Path) -> None:
    path = tmp_path / "people.yml"
    for name in ("市民課", "国保課"):
        path.write_text(f"a: {{name: {name}, department: {name}, role: leader}}\n", encoding="utf-8")
        os.utime(path, (0, 0))  # as long as before, and no newer
        assert load_people(path)["a"].name == name


@pytest.mark.parametrize(
    ("read", "name", "text", "word"),
    [
        (city, "city.yml", CITY.replace("paper", "papr"), "「papr」という項目はありません"),
        (city, "city.yml", "name: 金沢市\noffice: 広報広聴課\n", "「paper」がありません"),
        (city, "city.yml", CITY + "protected_words: 金沢市\n", "並び"),
        (city, "city.yml", CITY + "heads: [a]\n", "「名前: 値」"),
        (city, "city.yml", CITY + "channels: [x, tiktok]\n", "「tiktok」は使えません"),
        (load_people, "people.yml", f"a: {PERSON % ', rol: x'}", "「rol」"),
        (load_people, "people.yml", f"a: {PERSON % ', public: たぶん'}", "たぶん"),
        (load_people, "people.yml", f"a: {(PERSON % '').replace('leader', 'boss')}", "boss"),
        (load_people, "people.yml", f"a: {PERSON % ''}\na: {PERSON % ''}", "2回"),
        (load_people, "people.yml", f"a: {PERSON % ', submits_for: [ghost]'}", "ghost"),
        (load_people, "people.yml", "", "「名前: 値」"),
        (load_phrases, "phrases.yml", "- あ", "「名前: 値」"),
        (load_phrases, "phrases.yml", "短い:", "空"),
        (load_hashtag_sets, "hashtags.yml", "基本: 金沢市DX", "並び"),
        (load_hashtag_sets, "hashtags.yml", "基本: []", "空"),
        (load_hashtag_sets, "hashtags.yml", "基本: [金沢・DX!]", "ハッシュタグになりません"),
        (load_words, "words.yml", "子供: {right: 子供}", "同じ"),
        (load_words, "words.yml", "子供: {reason: 手引き}", "「right」がありません"),
        (load_words, "words.yml", "子供: {right: 子ども, since: 先月}", "先月"),
        (plan.load, "plan.yml", "1: {nam: あ}", "「nam」"),
        (plan.load, "plan.yml", "1: {name: あ}\n1: {name: い}", "2回"),
    ],
)
def test_a_slip_in_a_file_of_settings_is_named(
    tmp_path: Path, read: Callable[[Path], object], name: str, text: str, word: str
) -> None:
    error = refusal(read, tmp_path / name, text)
    assert word in error.problem
    assert f"{name} の" in error.summary
    assert error.next_step


@pytest.fixture
def library(tmp_path: Path) -> Library:
    write_content(tmp_path)
    return Library(tmp_path, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})


def refused(library: Library, path: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        library.read(path)
    return caught.value


@pytest.mark.parametrize(
    ("extra", "word", "advice"),
    [
        ("publish: 2026-12-02", "時刻がありません", "2026-12-02 12:15"),
        ("publish: 0001-01-01 00:00", "年", "1900年"),
        ("publish: 9999-12-31 23:59", "年", "2199年"),
        ("expires: 0001-01-01", "年", "1900年"),
        ("expires: 9999-12-31", "年", "2199年"),
    ],
)
def test_a_time_that_is_none_is_refused_with_its_place(library: Library, extra: str, word: str, advice: str) -> None:
    error = refused(library, write_post(library.root, extra=extra))
    assert word in error.summary
    assert advice in error.next_step
    assert (error.place.line, error.place.column) == (9, 10)


def test_an_expiry_by_date_lasts_through_that_day(library: Library) -> None:
    post = library.read(write_post(library.root, extra="expires: 2026-12-02"))
    assert post.expires is not None
    assert post.expires.isoformat() == "2026-12-02T23:59:59+09:00"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ('"a\\0b.png"', "U+0000"),
        ("a" * 300 + ".png", "見つかりません"),
        ("あ" * 300, "見つかりません"),
        ('"../../../../etc/passwd"', "見つ"),
    ],
)
def test_a_picture_by_an_impossible_name_is_a_sentence(library: Library, name: str, word: str) -> None:
    error = refused(library, write_post(library.root, images=f"{{file: {name}, alt: 図の見本, people: none}}"))
    assert word in error.summary
    assert error.place.line == 8


@pytest.mark.parametrize("nest", ["[" * 60_000, "{a: " * 15_000, "\n" + "- " * 30_000])
def test_a_front_matter_without_a_bottom_is_a_sentence(library: Library, nest: str) -> None:
    began = clock.process_time()
    assert "深すぎ" in refused(library, write_post(library.root, extra=f"hashtags: {nest}")).summary
    assert clock.process_time() - began < 1


def test_a_measure_is_one_of_the_plan_where_there_is_one(library: Library) -> None:
    path = write_post(library.root)
    assert library.read(path).measure == "2-1"
    (library.root / "strategy" / "plan.yml").write_text("3-1: {name: 基盤}\n", encoding="utf-8")
    error = refused(Library(library.root, TOKYO, library.channels), path)
    assert "「2-1」という番号の施策" in error.summary
    assert "3-1" in error.next_step
