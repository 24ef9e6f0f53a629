"""What stands in a front matter is read as it was meant, or refused with the place and the line to write."""

from __future__ import annotations

import pytest

from bot import registry
from bot.config import ROOT
from bot.content import post_form
from bot.content.document import Text
from bot.content.library import Library
from bot.content.post import Post
from bot.errors import ContentError
from bot.render.bundle import parts
from bot.render.environment import Templates
from tests.office import TOKYO, write_content, write_post

_TITLE, _EXTRA = 3, 9  # the lines of the file on which the title and what is added stand


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("front")
    write_content(folder)
    return Library(folder, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})


def refused(library: Library, **given: str) -> ContentError:
    with pytest.raises(ContentError) as caught:
        library.read(write_post(library.root, **given))  # type: ignore[arg-type]  # texts alone
    return caught.value


def title(post: Post) -> str:
    return "".join(t.text for t in post.title if isinstance(t, Text))


@pytest.mark.parametrize(
    ("written", "column", "line_to_write"),
    [
        ("救急の相談は #7119 へ", 15, "title: '救急の相談は #7119 へ'"),
        ("#7119 に電話を", 8, "title: '#7119 に電話を'"),
        ("{加賀|かが}市の取組", 8, "title: '{加賀|かが}市の取組'"),
        ("{加賀|かが}", 8, "title: '{加賀|かが}'"),
        ("[新着] 書かない窓口", 8, "title: '[新着] 書かない窓口'"),
        (": 窓口", 8, "title: ': 窓口'"),
        ("@kanazawa_city の案内", 8, "title: '@kanazawa_city の案内'"),
        ("*印の手続", 8, "title: '*印の手続'"),
        ("- 5℃の朝", 8, "title: '- 5℃の朝'"),
        ("& 窓口", 8, "title: '& 窓口'"),
        ("! 注意", 8, "title: '! 注意'"),
        ("% の話", 8, "title: '% の話'"),
        ("`x`", 8, "title: '`x`'"),
        ("開催: 12月1日", 8, "title: '開催: 12月1日'"),
        ("「窓口」:", 8, "title: '「窓口」:'"),
        ('"窓口" の案内', 8, "title: '\"窓口\" の案内'"),
        ("'窓口' の案内", 8, "title: '''窓口'' の案内'"),
    ],
)
def test_a_sentence_that_yaml_would_cut_is_refused_with_the_line_to_write(
    library: Library, written: str, column: int, line_to_write: str
) -> None:
    error = refused(library, title=written)
    assert (error.place.line, error.place.column) == (_TITLE, column)
    assert line_to_write in error.next_step


def test_the_line_to_write_reads_as_meant(library: Library) -> None:
    for written in ("救急の相談は #7119 へ", "開催: 12月1日", "@kanazawa_city の案内"):
        line = refused(library, title=written).next_step.removesuffix(" と書いてください")
        post = library.read(write_post(library.root, title=line.removeprefix("title: ")))
        assert title(post) == written


@pytest.mark.parametrize(
    ("extra", "words", "line", "column"),
    [
        ("reason: 人手は #1 の課題", "コメント", 9, 13),
        ("reason: 人手が\n  足りない #1 の課", "コメント", 10, 8),
        ("contact: 市民課 #2 窓口", "コメント", 9, 14),
        ("hashtags: [#金沢市DX]", "コメント", 9, 11),
        ("hashtags:\n  - #金沢市DX", "コメント", 10, 5),
        ("x: {text: 救急は #7119 へ}", "コメント", 9, 15),
        ("reason: 人手が**足りない**ため", "飾りのない", 9, 14),
        ("contact: '[市民課](https://example.lg.jp/)'", "飾りのない", 9, 12),
        ("next: '{検証|けんしょう}します'", "飾りのない", 9, 8),
        ("next: '~~来年~~ 今年にします'", "取り消し線", 9, 8),
        ("reason: |\n  - 人手\n  - 予算", "飾りのない", 10, 3),
        ("title2: x", "title2", 9, 1),
        ("newsletter: {caption: 'カード**一枚**'}", "飾りのない", 9, 29),
    ],
)
def test_each_place_in_the_front_matter_is_told(library: Library, extra: str, words: str, line: int, column: int) -> None:
    error = refused(library, extra=extra)
    assert words in error.summary
    assert error.next_step
    assert (error.place.line, error.place.column) == (line, column)


def test_marks_in_a_pictures_description_are_told(library: Library) -> None:
    error = refused(library, images="{file: red.png, alt: '**赤い**四角'}")
    assert "飾りのない" in error.summary
    assert (error.place.line, error.place.column) == (8, 34)


@pytest.mark.parametrize("written", ['"　"', "｜", "'　｜ '", '"\u00a0"'])
def test_a_title_of_nothing_is_none(library: Library, written: str) -> None:
    error = refused(library, title=written)
    assert "題名" in error.summary or "title" in error.summary
    assert error.place.line == _TITLE


@pytest.mark.parametrize(
    "written",
    [
        ">\n  救急の相談は\n  ここへ",
        "救急の相談は\n  ここへ",
        '"救急の相談は\n  ここへ"',
        "'救急の相談は\n\n  ここへ'".replace("\n\n", "\n"),
        '"救急の\\\n  相談は\n  ここへ"',
    ],
)
def test_a_sentence_over_two_lines_gets_no_blank_in_japanese(library: Library, written: str) -> None:
    assert title(library.read(write_post(library.root, title=written))) == "救急の相談はここへ"


def test_between_latin_words_the_line_end_is_a_blank(library: Library) -> None:
    assert title(library.read(write_post(library.root, title=">\n  Kanazawa\n  City の取組"))) == "Kanazawa City の取組"


def test_blanks_that_the_author_wrote_stay(library: Library) -> None:
    post = library.read(write_post(library.root, extra="reason: '人手 と 予算'\nnext: |\n  一行目\n  二行目"))
    assert post.reason == "人手 と 予算"
    assert post.next == "一行目\n二行目"


def test_remarks_and_suppressions_are_no_part_of_a_sentence(library: Library) -> None:
    extra = "contact: 市民課    # 問い合わせ先\n# ひとりごと\nreason: 人手のため # 点検: style.comma 引用のため"
    post = library.read(write_post(library.root, extra=extra))
    assert (post.contact, post.reason) == ("市民課", "人手のため")


def test_figures_and_escapes_in_a_plain_sentence_are_read(library: Library) -> None:
    post = library.read(write_post(library.root, extra=r"reason: '取得率が{{ indicator.card.rate }}%で、\*印は見込み'"))
    assert post.reason == "取得率が46.5%で、*印は見込み"


@pytest.mark.parametrize(("opening", "closing"), [("--- ", "---"), ("---", "--- "), ("---\t", "---  ")])
def test_a_blank_behind_the_fence_is_seen_by_nobody(library: Library, opening: str, closing: str) -> None:
    path = write_post(library.root)
    text = path.read_text(encoding="utf-8").replace("---\n", "\0").replace("\0", f"{opening}\n", 1)
    path.write_text(text.replace("\0", f"{closing}\n", 1), encoding="utf-8")
    post = library.read(path)
    assert title(post) == "書かない窓口（見本）"
    assert not post.source.text[-200:].startswith("---")


def test_ruby_and_strong_words_may_stand_in_a_title_with_their_places(library: Library) -> None:
    post = library.read(write_post(library.root, title="\"''{提言|ていげん}を**生かす**''\""))
    assert "提言" in "".join(getattr(t, "base", "") for t in post.title)
    for spec in registry.specs().values():
        assert parts(post, spec, Templates(ROOT / "templates"), library.city)


def test_the_lines_of_a_lead_stay_lines(library: Library) -> None:
    post = library.read(write_post(library.root, extra="x:\n  lead: |\n    日時　12月1日（火）\n    場所　本庁舎"))
    (x,) = parts(post, registry.specs()["x"], Templates(ROOT / "templates"), library.city)
    assert "日時　12月1日（火）\n場所　本庁舎" in x.text


def test_an_error_in_a_folded_value_names_its_line(library: Library) -> None:
    error = refused(library, extra="x:\n  lead: >\n    はじめの文です。\n    次に**開いた文です。")
    assert "閉じていません" in error.summary
    assert (error.place.line, error.place.column) == (12, 7)


def test_the_form_in_the_browser_reads_what_the_post_reads(library: Library) -> None:
    path = write_post(library.root, title=">\n  救急の相談は\n  ここへ", extra="reason: '人手 と #1 の課題'")
    form = post_form.read(path, path.read_text(encoding="utf-8"))
    assert (form.title, form.reason) == ("救急の相談はここへ", "人手 と #1 の課題")
    path.write_text(post_form.compose(form), encoding="utf-8")
    post = library.read(path)
    assert (title(post), post.reason) == ("救急の相談はここへ", "人手 と #1 の課題")
