"""Lines of the column: hard cases as tables, and what holds for any text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.document import Inline, LineBreak, Ruby, Strong, Text
from bot.newsletter.cells import Style, Unit, text_units, units
from bot.newsletter.compose import Line, Rules, compose
from bot.newsletter.kinsoku import Level, opens
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.tokens import tokens

TATE = Style(direction="tate", numbers="arabic_tcy")
YOKO = Style(direction="yoko", numbers="arabic_tcy")
NEVER_FIRST = "、。，．」』）】〕］｝〉》”’"
NEVER_LAST = "「『（【〔［｛〈《“‘"
STRICT_NEVER_FIRST = NEVER_FIRST + "っゃゅょッャュョァィゥェォー々！？・：；‐〜％"


def set_in(text: str, room: int, *, level: Level = "strict", hang: bool = False, style: Style = TATE) -> list[str]:
    return [line.text for line in compose(list(text_units(text, style)), room, Rules(level=level, hang=hang))]


@pytest.mark.parametrize(
    ("text", "strict", "newspaper"),
    [
        ("あいうえお。か", ["あいうえ", "お。か"], ["あいうえ", "お。か"]),
        ("あいうえ「お」か", ["あいうえ", "「お」か"], ["あいうえ", "「お」か"]),
        ("あいうえ」。お」", ["あいう", "え」。お」"], ["あいう", "え」。お」"]),
        ("あいうえおっと", ["あいうえ", "おっと"], ["あいうえお", "っと"]),
        ("あいうえデータで", ["あいうえ", "データで"], ["あいうえデ", "ータで"]),
        ("あいうえサービス", ["あいうえ", "サービス"], ["あいうえサ", "ービス"]),
        ("あいうえ人々と", ["あいうえ", "人々と"], ["あいうえ人", "々と"]),
        ("あいうえ――お", ["あいうえ", "――お"], ["あいうえ―", "―お"]),
        ("あいうえ……お", ["あいうえ", "……お"], ["あいうえ…", "…お"]),
        ("あいうえお！か", ["あいうえ", "お！か"], ["あいうえお", "！か"]),
        ("あいうえお・か", ["あいうえ", "お・か"], ["あいうえお", "・か"]),
        ("あいうえ￥１０", ["あいうえ", "￥10"], ["あいうえ￥", "10"]),
        ("あいうええお", ["あいうええ", "お"], ["あいうええ", "お"]),
        ("あいうえええ", ["あいうええ", "え"], ["あいうええ", "え"]),  # two equal letters are no sign
        ("あいうえ―…お", ["あいうえ―", "…お"], ["あいうえ―", "…お"]),  # nor are two signs
        ("あいうえお　かき", ["あいうえお　", "かき"], ["あいうえお　", "かき"]),
    ],
)
def test_a_line_ends_where_its_level_of_kinsoku_lets_it(text: str, strict: list[str], newspaper: list[str]) -> None:
    assert set_in(text, 5, level="strict") == strict
    assert set_in(text, 5, level="newspaper") == newspaper


@pytest.mark.parametrize("small", "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ")
def test_no_small_kana_begins_a_line_of_a_book(small: str) -> None:
    assert set_in(f"あいうえ八{small}岳", 5) == ["あいうえ", f"八{small}岳"]


def first_cells(lines: list[Line]) -> list[float]:
    """Where each line begins, in cells from the head of the column."""
    return [next(iter(line.positions()))[1][0] for line in lines]


@pytest.mark.parametrize(
    ("first", "indent", "lines", "starts"),
    [
        (1, 0, ["あいうえ", "おかきくけ", "こ"], [1, 0, 0]),  # 一字下げ
        (0, 1, ["あいうえお", "かきくけ", "こ"], [0, 1, 1]),  # an item below its mark
        (2, 1, ["あいう", "えおかき", "くけこ"], [2, 1, 1]),  # a quotation
        (1, 1, ["あいうえ", "おかきく", "けこ"], [1, 1, 1]),  # a heading
    ],
)
def test_lines_stand_below_their_indent_and_end_with_the_column(
    first: int, indent: int, lines: list[str], starts: list[int]
) -> None:
    found = compose(list(text_units("あいうえおかきくけこ", TATE)), 5, Rules(), first=first, indent=indent)
    assert [line.text for line in found] == lines
    assert first_cells(found) == starts
    assert [line.width for line in found] == [at + len(text) for at, text in zip(starts, lines, strict=True)]
    assert [foot(line) for line in found] == [line.width for line in found]


def test_an_indented_line_is_spread_from_its_indent_to_the_end_of_the_column() -> None:
    line = compose(list(text_units("あいうえ2022年", TATE)), 7, Rules(), first=1)[0]
    assert [starts[0] for _, starts in line.positions()] == [1.0, pytest.approx(2 + 2 / 3), pytest.approx(4 + 1 / 3), 6.0]


@pytest.mark.parametrize(("first", "indent"), [(0, 0), (1, 0), (0, 2), (2, 1)])
@pytest.mark.parametrize("length", range(4, 10))
def test_brackets_stay_with_a_long_word_whatever_its_length_and_the_indent(length: int, first: int, indent: int) -> None:
    """A word that fits into a line only without them is divided rather than parted from them."""
    (word,) = (u for u in units((Ruby("加賀金沢市役所本庁舎"[:length], ("かが",)),), TATE) if isinstance(u, Unit))
    found = [*text_units("あい「", TATE), word, *text_units("」う", TATE)]
    lines = compose(found, 9, Rules(), first=first, indent=indent)
    assert "".join(line.text for line in lines) == "".join(u.text for u in found)
    assert not [line.text for line in lines if line.text[0] == "」" or line.text[-1] == "「"]
    assert all(foot(line) <= 9 for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("あいうえお。か", ["あいうえお。", "か"]),
        ("あいうえお、。", ["あいうえ", "お、。"]),
        ("あいうえお。」か", ["あいうえ", "お。」か"]),
        ("あいうえお」か", ["あいうえ", "お」か"]),
        ("あいうえお。", ["あいうえお。"]),
    ],
)
def test_only_a_single_stop_hangs_below_a_full_line(text: str, lines: list[str]) -> None:
    assert set_in(text, 5, hang=True) == lines


def test_a_hanging_stop_stands_below_the_last_cell_and_spreads_nothing() -> None:
    line = compose(list(text_units("あいうえお。かき", TATE)), 5, Rules(hang=True))[0]
    assert line.width == 5
    assert [starts for _, starts in line.positions()][-1] == (5.0,)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("1件", ["１", "件"]),
        ("12月", ["12", "月"]),
        ("１２月", ["12", "月"]),
        ("第365回", ["第", "３", "６", "５", "回"]),
        ("2022年", ["２", "０", "２", "２", "年"]),
        ("448,702人", ["44", "万", "８", "７", "０", "２", "人"]),
        ("120,000円", ["12", "万", "円"]),
        ("1,234円", ["１", "２", "３", "４", "円"]),
        ("100,050,000円", ["１", "億", "５", "万", "円"]),
        ("46.5%", ["46", "・", "５", "％"]),
        ("076-220-2111", [*"０７６‐２２０‐２１１１"]),
        ("DX", ["Ｄ", "Ｘ"]),
        ("AI-OCR", [*"ＡＩ‐ＯＣＲ"]),
        ("VoiceTraで", ["VoiceTra", "で"]),
        ("Google Formsで", ["Google ", "Forms", "で"]),
        ("金沢 市", ["金", "沢", "　", "市"]),
        ("市の DX です", ["市", "の", "Ｄ", "Ｘ", "で", "す"]),
        ("はい! 次", ["は", "い", "！", "　", "次"]),
        ("10km", ["10", "キ", "ロ"]),
        ("(案)", ["（", "案", "）"]),
        ("“窓”", ["〝", "窓", "〟"]),
        ("ﾃﾞｰﾀ", ["デ", "ー", "タ"]),
        ("か\u3099", ["が"]),
        ("葛\U000e0100城", ["葛\U000e0100", "城"]),
        ("10:30", ["10", "：", "30"]),
        ("9:00-17:00", ["９", "：", "00", "～", "17", "：", "00"]),
        ("50:50", ["50", "：", "50"]),
        ("2026.11.29", ["２", "０", "２", "６", "・", "11", "・", "29"]),
        ("R8.4.1", ["Ｒ", "８", "・", "４", "・", "１"]),
        ("20m²", ["20", *"平方メートル"]),
        ("5m3", ["５", *"立方メートル"]),
        ("20㎡", ["20", "㎡"]),
        ("60km/h", ["60", *"キロ毎時"]),
        ("5mL", ["５", *"ミリリットル"]),
        ("18°C", ["18", "度"]),
        ("-5℃", [*"マイナス", "５", "℃"]),
        ("1-2", ["１", "‐", "２"]),
        ("TEL 076-220-2111 FAX 076-220-2112", [*"ＴＥＬ　０７６‐２２０‐２１１１　ＦＡＸ　０７６‐２２０‐２１１２"]),
        ("電話 076-220", [*"電話　０７６‐２２０"]),
        ("会場 A棟 3F 会議室", [*"会場　Ａ棟　３Ｆ　会議室"]),
        ("約 100 人", [*"約１００人"]),
        ("定員 20人 先着", ["定", "員", "　", "20", "人", "　", "先", "着"]),
        ("x軸", ["ｘ", "軸"]),
        ("No.1", ["№", "１"]),
        ("#7119へ", [*"＃７１１９へ"]),
        ("☎\ufe0f", ["☎"]),
    ],
)
def test_vertical_text_stands_in_cells(text: str, cells: list[str]) -> None:
    assert [c.text for u in text_units(text, TATE) for c in u.cells] == cells


@pytest.mark.parametrize(
    ("text", "positional", "unit"),
    [
        ("12月", "一二月", "十二月"),
        ("2022年", "二〇二二年", "二〇二二年"),
        ("448,702人", "四四万八七〇二人", "四十四万八千七百二人"),
        ("120,000円", "一二万円", "十二万円"),
        ("1,111円", "一一一一円", "千百十一円"),
        ("0人", "〇人", "〇人"),
        ("007", "〇〇七", "〇〇七"),
        ("46.5%", "四六・五パーセント", "四十六・五パーセント"),
        ("076-220", "〇七六‐二二〇", "〇七六‐二二〇"),
        ("10,000人", "一万人", "一万人"),
        ("110番", "一一〇番", "一一〇番"),
        ("110番目", "一一〇番目", "百十番目"),
        ("100年", "一〇〇年", "百年"),
        ("10年前", "一〇年前", "十年前"),
        ("令和10年", "令和一〇年", "令和十年"),
        ("9:30", "九時三〇分", "九時三十分"),
        ("#7119", "＃七一一九", "＃七一一九"),
    ],
)
def test_numbers_follow_the_house_style(text: str, positional: str, unit: str) -> None:
    def shown(numbers: NumberStyle) -> str:
        return "".join(u.text for u in text_units(text, Style(direction="tate", numbers=numbers)))

    assert (shown("kanji_positional"), shown("kanji_unit")) == (positional, unit)


@pytest.mark.parametrize(("text", "shown"), [("9:00〜17:30", "９時～17時30分"), ("0:05", "０時５分"), ("9時", "９時")])
def test_a_paper_may_write_its_times_in_kanji(text: str, shown: str) -> None:
    style = Style(direction="tate", numbers="arabic_tcy", times="kanji")
    assert "".join(u.text for u in text_units(text, style)) == shown


def test_the_tokens_join_to_the_text() -> None:
    text = "9:00-17:00、-5℃、20m²、TEL 076-220、#7119、A*B −3 x@y.jp https://a.jp/。No. 5 2026.11.29 10 km"
    found = list(tokens(text))
    assert "".join(t.text for t in found) == text
    assert [t.text for t in found if t.kind == "address"] == ["x@y.jp", "https://a.jp/"]


def test_horizontal_units_stand_as_they_are_written() -> None:
    found = [(c.text, c.width) for u in text_units("20m²、60km/h", YOKO) for c in u.cells]
    assert found == [("20", 1), ("m²", 2), ("、", 1), ("60", 1), ("km/h", 3)]


def test_horizontal_text_keeps_its_digits_two_to_a_cell() -> None:
    found = [(c.text, c.width) for u in text_units("5件、448,702人、46.5%", YOKO) for c in u.cells]
    assert found == [("５", 1), ("件", 1), ("、", 1), ("448,702", 4), ("人", 1), ("、", 1), ("46.5", 2), ("％", 1)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("あいうえ2022年か", ["あいうえ", "２０２２年か"]),
        ("あいうえ46.5%か", ["あいうえ", "46・５％か"]),
        ("あいうえお12日", ["あいうえお12", "日"]),
    ],
)
def test_a_short_number_is_never_divided(text: str, lines: list[str]) -> None:
    assert set_in(text, 6) == lines


def test_a_long_number_breaks_after_its_unit_first() -> None:
    assert set_in("人口は448,702人", 7) == ["人口は44万", "８７０２人"]


def test_a_line_left_two_cells_short_is_spread_and_a_shorter_one_is_not() -> None:
    two = compose(list(text_units("あいうえお2022年", TATE)), 7, Rules())[0]
    assert [starts[0] for _, starts in two.positions()] == [0.0, 1.5, 3.0, 4.5, 6.0]
    three = compose(list(text_units("あいうえ2022年", TATE)), 7, Rules())[0]
    assert [starts[0] for _, starts in three.positions()] == [0.0, 1.0, 2.0, 3.0]


def test_a_group_reading_keeps_its_word_whole_and_a_mono_reading_does_not() -> None:
    def lines(ruby: Ruby) -> list[str]:
        set_units = [u for u in units((Text("あいう"), ruby, Text("え")), TATE) if isinstance(u, Unit)]
        return [line.text for line in compose(set_units, 4, Rules())]

    assert lines(Ruby("加賀", ("かが",))) == ["あいう", "加賀え"]
    assert lines(Ruby("加賀", ("か", "が"))) == ["あいう加", "賀え"]


def test_a_word_longer_than_any_line_is_divided_rather_than_cut_off() -> None:
    (ruby,) = units((Ruby("金沢市役所", ("かなざわしやくしょ",)),), TATE)
    assert isinstance(ruby, Unit)
    lines = compose([ruby], 3, Rules())
    assert [line.text for line in lines] == ["金沢市", "役所"]
    assert "".join(u.reading for line in lines for u in line.units) == "かなざわしやくしょ"
    assert all(line.width <= 3 for line in compose(list(text_units("Donaudampfschifffahrt", TATE)), 3, Rules()))


def test_strong_text_and_asked_for_breaks_reach_the_lines() -> None:
    children: tuple[Inline, ...] = (Text("あ"), Strong((Text("い"),)), LineBreak(), Text("う"))
    found = list(units(children, TATE))
    assert [(u.text, u.strong) for u in found if isinstance(u, Unit)] == [("あ", False), ("い", True), ("う", False)]
    assert found[2] == LineBreak()


WORDS = st.sampled_from(
    (
        *(
            "市役所",
            "書かない",
            "窓口",
            "が",
            "はじまりました",
            "データ",
            "サービス",
            "人々",
            "きょう",
            "っ",
            "ゃ",
            "ー",
            "々",
            "葛󠄀",
        ),
        *("12", "2022年", "448,702", "46.5%", "10km", "076-220-2111", "％", "DX", "RPA", "AI-OCR", "VoiceTra", "Google "),
        *(
            "。",
            "、",
            "。」",
            "「",
            "（",
            "）",
            "」、",
            "！",
            "？",
            "！　",
            "・",
            "……",
            "――",
            "／",
            "〜",
            "https://example.jp/abc",
        ),
    )
)
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map("".join)


def characters(lines: list[Line]) -> list[str]:
    return [c.text for line in lines for u in line.units for c in u.cells]


def foot(line: Line) -> float:
    """Where the last thing to be seen on the line ends."""
    inked = [at + c.width for u, starts in line.positions() for at, c in zip(starts, u.cells, strict=True) if c.text != "　"]
    return max(inked, default=0.0)


def crowded(found: list[Unit], room: int) -> bool:
    """Whether there is a stretch of about a line with no place to break: it must be broken somewhere nevertheless."""
    run = found[0].width
    for before, after in pairwise(found):
        a, b = before.text[-1], after.text[0]
        run = run + after.width if b in STRICT_NEVER_FIRST + "　" or a in NEVER_LAST or a == b else after.width
        if run > room - 3:
            return True
    return False


@settings(max_examples=3000, deadline=None)
@given(text=TEXTS, room=st.integers(11, 24), level=st.sampled_from(["strict", "newspaper"]), hang=st.booleans())
def test_any_text_keeps_the_rules_and_loses_nothing(text: str, room: int, level: Level, hang: bool) -> None:
    set_units = list(text_units(text, TATE))
    lines = compose(set_units, room, Rules(level=level, hang=hang), first=1)
    split_words = any(u.width > room - 3 for u in set_units)
    if not split_words:
        assert [u for line in lines for u in line.units] == set_units
    assert "".join(characters(lines)) == "".join(u.text for u in set_units)
    assert all(line.units and line.width <= room for line in lines)
    assert all(foot(line) <= room + 1e-9 for line in lines if not hang)
    if not crowded(set_units, room):
        never_first = STRICT_NEVER_FIRST if level == "strict" else NEVER_FIRST
        assert not [line.text for line in lines[1:] if line.text[0] in never_first + "　"]
        assert not [line.text for line in lines[:-1] if line.text.rstrip("　")[-1] in NEVER_LAST]


@settings(max_examples=500, deadline=None)
@given(text=TEXTS, room=st.integers(11, 24))
def test_a_wider_grid_never_needs_more_lines_than_a_narrow_one_by_more_than_one(text: str, room: int) -> None:
    set_units = list(text_units(text, TATE))
    assert len(compose(set_units, room + 1, Rules())) <= len(compose(set_units, room, Rules())) + 1


def test_white_space_at_a_line_s_end_takes_no_room() -> None:
    (line,) = compose(list(text_units("あ　", TATE)), 5, Rules())
    assert line.width == 1
    (blank,) = compose(list(text_units("あ　", TATE))[1:], 5, Rules(), first=1)
    assert blank.width == 1


def starts(text: str, room: int) -> list[float]:
    """Where the cells of the first line begin."""
    line = compose(list(text_units(text, TATE)), room, Rules())[0]
    return [at for _, places in line.positions() for at in places]


@pytest.mark.parametrize(
    ("text", "room", "cells"),
    [
        ("あいうえお。か", 5, [0.0, pytest.approx(4 / 3), pytest.approx(8 / 3), 4.0]),  # one cell short
        ("あいう。え", 3, [0.0, 2.0]),  # one gap takes all
        ("あい。う", 2, [0.0]),  # a cell alone has no gap
    ],
)
def test_what_a_line_lacks_goes_into_its_gaps(text: str, room: int, cells: list[float]) -> None:
    assert starts(text, room) == cells


def test_a_line_knows_what_it_is_part_of() -> None:
    assert {line.kind for line in compose(list(text_units("あいうえお", TATE)), 2, Rules(), kind="caption")} == {"caption"}


def word(text: str, style: Style = TATE) -> Unit:
    """One unit, as a reading over all of it makes."""
    (found,) = units((Ruby(text, ("よみ",)),), style)
    assert isinstance(found, Unit)
    return found


def test_a_latin_word_that_fits_stays_whole_when_its_unit_is_divided() -> None:
    found = word("VoiceTra会議室")
    latin = found.cells[0]
    room = int(latin.width) + 2  # what compose leaves to a unit, with its brackets
    lines = compose([found], room, Rules())
    assert latin in [c for line in lines for u in line.units for c in u.cells]


@pytest.mark.parametrize("room", [6, 7, 8, 9, 12])
def test_a_latin_word_longer_than_a_line_is_divided_into_halves_of_a_line(room: int) -> None:
    (whole,) = text_units("Donaudampfschifffahrtsgesellschaft", TATE)
    pieces = [u for line in compose([whole], room, Rules()) for u in line.units]
    half = (room - 2) // 2
    assert {u.width for u in pieces[:-1]} == {half}
    assert all(u.width == int(u.width) for u in pieces)
    assert whole.width <= sum(u.width for u in pieces) <= whole.width + len(pieces)


@pytest.mark.parametrize("room", [1, 2, 3])
@pytest.mark.parametrize("text", ["km", "abc", "VoiceTra"])
def test_the_narrowest_column_holds_a_word(text: str, room: int) -> None:
    lines = compose(list(text_units(text, TATE)), room, Rules())
    assert "".join(line.text for line in lines) == text
    assert all(foot(line) <= room for line in lines)


def test_a_column_of_three_cells_keeps_brackets_beside_half_of_a_word() -> None:
    found = [*text_units("「", TATE), word("加賀"), *text_units("」", TATE)]
    assert [line.text for line in compose(found, 3, Rules())] == ["「加", "賀」"]


def test_only_what_opens_a_quotation_or_a_bracket_begins_a_paragraph_without_indent() -> None:
    assert [sign for sign in "「（あ。」）￥1" if opens(sign)] == ["「", "（"]
