"""Reading posts: the dialect, and bad input that gets a sentence with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import registry
from bot.content.document import Heading, ItemList, Paragraph, Ruby, Text
from bot.content.library import Library
from bot.errors import ContentError
from tests.office import TOKYO, write_content, write_post


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_content(tmp_path)
    return tmp_path


@pytest.fixture
def library(folder: Path) -> Library:
    return Library(folder, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})


def refused(library: Library, path: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        library.read(path)
    return caught.value


def test_a_post_is_read_with_its_ruby_figures_and_times(library: Library, folder: Path) -> None:
    first = "{提言|ていげん}の取得率は{{ indicator.card.rate }}%（{{ indicator.card.numerator }}人）です。"
    body = first + "\n\n## 見出し\n\n- 一つ\n- ｜二《ふた》つ\n"
    post = library.read(write_post(folder, extra="publish: 2026-12-01 12:15", body=body))
    lead, heading, items = post.document.blocks
    assert isinstance(lead, Paragraph)
    assert lead.children[0] == Ruby("提言", ("ていげん",), post.source.text.index("{提言"))
    assert "".join(t.text for t in lead.children[1:] if isinstance(t, Text)) == "の取得率は46.5%（208,794人）です。"
    assert isinstance(heading, Heading)
    assert isinstance(items, ItemList)
    assert len(items.items) == 2
    assert post.publish is not None
    assert post.publish.isoformat() == "2026-12-01T12:15:00+09:00"


def test_each_leaf_knows_where_it_stands_in_the_file(library: Library, folder: Path) -> None:
    post = library.read(write_post(folder, body="一行目です。\n二行目に**強い**言葉。\n\n- 項目\n"))
    for block in post.document.blocks:
        lines = block.items if isinstance(block, ItemList) else (block.children,)
        for leaf in (x for line in lines for x in line if isinstance(x, Text)):
            assert post.source.text.startswith(leaf.text, leaf.offset)


@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_windows_and_mac_are_read_alike(library: Library, folder: Path, encode: str, end: str) -> None:
    path = write_post(folder)
    wanted = library.read(path).document
    path.write_bytes(path.read_text(encoding="utf-8").replace("\n", end).encode(encode))
    assert library.read(path).document == wanted


def test_an_unknown_key_names_the_nearest_known_one(library: Library, folder: Path) -> None:
    error = refused(library, write_post(folder, extra="slot: lunch\nhastags: [金沢市DX]"))
    assert "hastags" in error.summary
    assert "hashtags" in error.next_step
    assert (error.place.line, error.place.column) == (10, 1)


@pytest.mark.parametrize(
    ("extra", "words", "line", "column"),
    [
        ("publish: 明日の昼", "日時", 9, 10),
        ("publish: 2026-13-01 12:15", "日付", 9, 10),
        ("publish: 2026-12-01 12:15\nslot: lunch", "同時", 10, 7),
        ("title: 二つ目の題名", "2回", 9, 1),
        ("link: www.example.jp", "アドレス", 9, 7),
        ("indicators: [unknown]", "unknown", 9, 14),
        ("x: {thred: true}", "thred", 9, 5),
        ("x: {thread: maybe}", "maybe", 9, 13),
        ("hashtags: 金沢市DX", "並び", 9, 11),
        ("hashtags: [金沢市DX, '#']", "ハッシュタグ", 9, 19),
        ("x: {hashtags: ['＃']}", "ハッシュタグ", 9, 16),
        ("contact: [a", "文ではない", 9, 10),
        ("channels2: [a", "読めません", 10, 1),
        ('contact: "a', "読めません", 10, 1),
    ],
)
def test_bad_front_matter_gets_a_sentence_with_line_and_column(
    library: Library, folder: Path, extra: str, words: str, line: int, column: int
) -> None:
    error = refused(library, write_post(folder, extra=extra))
    assert words in error.summary
    assert error.next_step
    assert (error.place.line, error.place.column) == (line, column)


def test_all_gaps_are_told_at_once_in_the_order_of_the_file(library: Library, folder: Path) -> None:
    path = folder / "posts" / "gaps.md"
    front = "titel: 題\nauthor: だれか\nmeasure:\nachievement: partly\nchannels: [x, y]\n"
    path.write_text(f"---\n{front}images: [{{file: a.png, alt: '', people: consented}}]\n---\n", encoding="utf-8")
    error = refused(library, path)
    gaps = [(e.place.line, e.field) for e in (error, *error.others)]
    assert gaps == [
        *((2, "titel"), (2, "title"), (3, "author"), (4, "measure"), (5, "reason"), (5, "next"), (6, "channels.1")),
        *((7, "images.0.consent"), (7, "images.0.file"), (7, "images.0.alt"), (9, "")),
    ]


def test_a_missing_picture_is_named_with_its_place(library: Library, folder: Path) -> None:
    path = write_post(folder)
    (folder / "media" / "red.png").unlink()
    error = refused(library, path)
    assert "red.png" in error.summary
    assert (error.place.line, error.place.column) == (8, 17)


def test_no_picture_is_taken_from_outside_the_content_folder(library: Library, folder: Path) -> None:
    path = write_post(folder)
    (folder.parent / "secret.png").write_bytes((folder / "media" / "red.png").read_bytes())
    path.write_text(path.read_text(encoding="utf-8").replace("red.png", "../../secret.png"), encoding="utf-8")
    assert "見つかりません" in refused(library, path).summary


def test_a_file_in_another_encoding_says_so_and_where(library: Library, folder: Path) -> None:
    path = write_post(folder)
    path.write_bytes(path.read_text(encoding="utf-8").encode("euc_jp"))
    error = refused(library, path)
    assert "文字コード" in error.summary
    assert error.place.line == 3


def test_a_binary_file_says_so(library: Library, folder: Path) -> None:
    path = write_post(folder)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert refused(library, path).summary


def test_an_empty_body_says_so(library: Library, folder: Path) -> None:
    error = refused(library, write_post(folder, body="\n  \n"))
    assert error.summary == "本文がありません"
    assert error.place.line == 11


def test_a_body_of_a_megabyte_is_refused_at_once(library: Library, folder: Path) -> None:
    assert "大きすぎます" in refused(library, write_post(folder, body="あ" * 350_000)).summary


def test_a_figure_that_does_not_exist_is_a_template_error_with_its_place(library: Library, folder: Path) -> None:
    error = refused(library, write_post(folder, body="一行目。\n\n取得率は{{ indicator.none.rate }}%です。\n"))
    assert error.rule == "content.template"
    assert (error.place.line, error.place.column) == (13, 5)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("前の文。\n\n# 大見出し\n", "大見出し"),
        ("前の文。\n\n![図](a.png)\n", "画像"),
        ("前の文。\n\n<b>強調</b>\n", "HTML"),
        ("前の文。\n\n```\ncode\n```\n", "コード"),
        ("前の文。\n\n| a | b |\n|---|---|\n", "表"),
        ("前の文。\n\n- 一つ\n    - 二つ\n", "箇条書き"),
        ("前の文。\n\n{加賀市|か|が}に行く。\n", "ふりがな"),
        ("前の文。\n\n---\n\n後の文。\n", "横線"),
    ],
)
def test_what_the_channels_cannot_show_is_refused_with_its_line(library: Library, folder: Path, body: str, words: str) -> None:
    error = refused(library, write_post(folder, body=body))
    assert words in error.summary
    assert error.place.line >= 12


def test_an_unfinished_achievement_needs_a_reason_and_a_next_step(library: Library, folder: Path) -> None:
    path = write_post(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("achievement: done", "achievement: partly"), encoding="utf-8")
    assert "reason" in refused(library, path).summary


def test_yaml_that_refers_to_itself_does_no_harm(library: Library, folder: Path) -> None:
    assert refused(library, write_post(folder, extra="hashtags: &a [*a, *a]")).summary


def test_the_identity_survives_a_renamed_file(library: Library, folder: Path) -> None:
    path = write_post(folder)
    first = library.read(path).identity
    assert library.read(path.rename(path.with_name("renamed.md"))).identity == first


def test_without_an_id_the_path_is_the_identity(library: Library, folder: Path) -> None:
    path = write_post(folder)
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(line for line in lines if not line.startswith("id:")), encoding="utf-8")
    assert library.read(path).identity == "madoguchi.md"
