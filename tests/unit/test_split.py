"""Threads: nothing lost, nothing torn, every part within the limit."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.counting import weighted_length
from bot.text.split import split

NAMES = ("金沢市", "マイナンバーカード", "いいね金沢")
SENTENCES = (
    "金沢市では、デジタル行政推進リーダーが各課の取組を紹介しています。",
    "市民センターの窓口で書類を書かずに手続きが終わる「書かない窓口」の見本です！",
    "マイナンバーカードの取得率は46.5%でした（2022年12月の提言による）。",
    "詳しくは https://www4.city.kanazawa.lg.jp/event.html をご覧ください。",
    "翻訳アプリVoiceTraは31言語に対応しています👨‍👩‍👧‍👦。\n",
    "紙からデジタルに。\n\n",
    "句読点のない長い文でも金沢市という名前を途中で切ることなく読みやすいところで分けて市民のみなさんにお届けします",
)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=18).map("".join), st.integers(60, 280))
def test_parts_fit_and_together_are_the_text(text: str, limit: int) -> None:
    parts = split(text, limit, weighted_length, NAMES)
    assert squeezed("".join(parts)) == squeezed(text)
    assert all(0 < weighted_length(part) <= limit for part in parts)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=18).map("".join), st.integers(60, 280))
def test_no_cut_falls_inside_a_name_a_url_a_word_or_a_character(text: str, limit: int) -> None:
    parts = split(text, limit, weighted_length, NAMES)
    whole = re.compile("|".join(NAMES) + r"|https?://[!-~]+|VoiceTra|46\.5%|2022|デジタル|リーダー")
    for pattern in (whole,):
        assert sorted(pattern.findall(text)) == sorted(m for part in parts for m in pattern.findall(part))
    characters = regex.findall(r"\X", squeezed(text))
    assert characters == [c for part in parts for c in regex.findall(r"\X", squeezed(part))]


def test_no_part_begins_with_a_comma_or_ends_with_an_opening_bracket() -> None:
    text = "あいうえお、「かきくけこ」（さしすせそ）。" * 30
    for limit in range(20, 120):
        for part in split(text, limit, weighted_length):
            assert part[0] not in "、。」）"
            assert part[-1] not in "「（"


def test_a_long_text_is_cut_at_sentence_ends_where_it_can_be() -> None:
    text = "".join(f"これは{n}番目の文で、市民に伝えたいことを書いています。" for n in range(30))
    parts = split(text, 280, weighted_length)
    assert len(parts) > 2
    assert all(part.endswith("。") for part in parts)


def test_a_900_character_post_loses_no_character() -> None:
    text = ("窓口で待つ時間を短くするために、申請書を書かなくてもよい仕組みを試しています。" * 30)[:900]
    assert "".join(split(text, 280, weighted_length, NAMES)) == text


def test_a_short_text_is_one_part() -> None:
    text = "一つ目の長い文があります。\n\n短い文です。"
    assert split(text, 280, weighted_length) == (text,)
    assert split(text, len(text), len) == (text,)


def test_a_line_that_just_fills_a_part_ends_it() -> None:
    assert split("ああああ、いいいいい\nうううう", 10, len)[0] == "ああああ、いいいいい"


def test_a_word_longer_than_a_part_is_cut_by_characters_only() -> None:
    word = "a" * 700
    parts = split(word, 280, weighted_length)
    assert "".join(parts) == word
    assert [weighted_length(part) for part in parts] == [280, 280, 140]


FAMILY, FLAG, THUMB = "👨\u200d👩\u200d👧\u200d👦", "🇯🇵", "👍🏽"
MARKED = ("か\u3099", "カ\u3099", "ー\u3099", "A\u0301", "葛\U000e0100", "1\ufe0f\u20e3", "#\ufe0f\u20e3")


@pytest.mark.parametrize("character", [FAMILY, FLAG, THUMB, *MARKED])
def test_a_character_of_several_code_points_stays_whole(character: str) -> None:
    """Nothing but characters, so that no better place to cut hides a torn one."""
    for limit in range(len(character), 4 * len(character)):
        for part in split(character * 20, limit, len):
            assert part == character * (len(part) // len(character))


# No kana sentence, so that budoux sees no phrase and every place is as good as the next but for what may not stand there.
@pytest.mark.parametrize(
    "sign", "、。，．・：；！？‼⁉）］｝〕〉》」』】”’ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ々〻ゝゞヽヾ…〜％%"
)
def test_no_part_begins_with_what_never_begins_a_line(sign: str) -> None:
    assert split(f"ああああ{sign}ああああ", 4, len)[0] == "あああ"


@pytest.mark.parametrize("sign", "（［｛〔〈《「『【“‘#＃@＠￥")
def test_no_part_ends_with_what_never_ends_a_line(sign: str) -> None:
    assert split(f"あああ{sign}「ああ」", 4, len)[0] == "あああ"


@pytest.mark.parametrize("name", ["つながる。金沢", "みらい、金沢！会議", "(仮称)まち。みらい館", "C++。教室"])
def test_a_name_with_a_full_stop_in_it_is_not_cut_there(name: str) -> None:
    """A sentence's end is the best place to cut, unless it stands in a name; a longer name holds a shorter one."""
    for ahead in range(3, 12):
        parts = split("あ" * ahead + name + "い" * 20, 16, len, ("つながる", "みらい", name))
        assert [part for part in parts if name in part], parts


@pytest.mark.parametrize(
    "word", ["https://example.jp/a/b,c/d", "#金沢市の窓口", "オンライン・カウンター", "Voice_Tra", "1,046.5%", "@kanazawa"]
)
def test_a_word_is_whole_wherever_the_limit_falls(word: str) -> None:
    for ahead in range(len(word)):
        parts = split("あ" * ahead + "。" + word + "。" + "い" * 20, len(word) + 2, len)
        assert [part for part in parts if word in part], parts


def test_blank_text_has_no_parts() -> None:
    assert split(" \n\u3000\n", 280, weighted_length) == ()


def test_a_character_longer_than_a_part_is_still_whole() -> None:
    assert split(FAMILY * 3, 3, len) == (FAMILY,) * 3


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("市民センターの窓口で手続きが終わります", 12, ("市民センターの窓口で", "手続きが終わります")),
        (
            "窓口で書く回数を減らすために新しい仕組みを試しています",
            16,
            ("窓口で書く回数を減らすために", "新しい仕組みを試しています"),
        ),
    ],
)
def test_without_any_sign_it_is_cut_between_phrases(text: str, limit: int, parts: tuple[str, ...]) -> None:
    assert split(text, limit, len) == parts


@pytest.mark.parametrize(
    ("text", "limit", "first"),
    [
        ("あいうえおかきくけこ。\n\nさしす。せそたちつてと", 18, "あいうえおかきくけこ。"),  # a paragraph before a sentence
        ("あいうえお。\nかきくけ。\nこさしすせそたち", 14, "あいうえお。\nかきくけ。"),  # one line's end is no paragraph's
        ("あいうえお。かきく\nけこさしすせそ", 12, "あいうえお。"),  # a sentence before a line
        ("あいうえおかき\nくけ、こさしすせそ", 12, "あいうえおかき"),  # a line before a clause
        ("四月から、市民課の窓口で受け付けを始めます", 9, "四月から、"),  # a clause before a phrase
        ("「よい窓口です。」と言われてうれしい", 12, "「よい窓口です。」"),
        ("（市役所では、）市民課の窓口で受け付けを始めます", 13, "（市役所では、）"),
        ("四月から！\u3000市民課の窓口で受け付けを始めます", 10, "四月から！"),
    ],
)
def test_of_the_places_that_fit_the_best_kind_is_taken_before_the_latest(text: str, limit: int, first: str) -> None:
    assert split(text, limit, len)[0] == first


@pytest.mark.parametrize(
    ("text", "limit", "first"),
    [
        ("はい。\n\n四月から受け付けを始めます。市民課の窓口で", 19, "はい。\n\n四月から受け付けを始めます。"),
        ("はい。市民課の窓口で、受け付けを始めます", 13, "はい。市民課の窓口で、"),
        ("はい\n市民課の窓口で、受け付けを始めます", 13, "はい\n市民課の窓口で、"),
        ("はい、市民課の窓口で受け付けを始めます", 13, "はい、市民課の窓口で"),
        (
            f"はい。{' ' * 9}市民課の窓口で、受け付けを始めます",
            22,
            f"はい。{' ' * 9}市民課の窓口で、",
        ),  # what nobody sees fills nothing
    ],
)
def test_a_good_place_that_leaves_the_part_nearly_empty_is_passed_by(text: str, limit: int, first: str) -> None:
    assert split(text, limit, len)[0] == first


def test_a_sentence_that_leaves_the_part_nearly_empty_ends_it_rather_than_tear_what_follows() -> None:
    assert split("はい。" + "あ" * 30, 20, len)[0] == "はい。"


def test_an_item_that_its_author_began_with_a_dot_may_begin_a_part() -> None:
    items = ["・市民課の窓口", "・税の窓口", "・福祉の窓口"]
    assert split("\n".join(items), 9, len) == tuple(items)


@pytest.mark.parametrize("space", [" ", "\u3000"])
def test_white_space_hides_no_sign_from_its_neighbour(space: str) -> None:
    assert split(f"ああああ{space}、ああああ", 5, len)[0] == "あああ"
    assert split(f"ああああ（{space}ああああ）", 6, len)[0] == "ああああ"
    assert split(f"市民課（{space}「ああ」）", 6, len)[0] == "市民課"


def test_no_part_begins_or_ends_with_white_space() -> None:
    text = "はい、 Google Forms と Microsoft Word で\n\n 申込書 を 作りました。 " * 4
    for limit in range(20, 90):
        assert all(part == part.strip() for part in split(text, limit, len))
