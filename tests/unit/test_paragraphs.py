"""A text as it went out, back into paragraphs, headings, lists, links and ruby."""

from __future__ import annotations

from bot.render.paragraphs import Words, paragraphs
from bot.text import recognition


def shape(text: str) -> list[tuple[str, list[str]]]:
    return [(p.kind, ["".join(w.text for w in line) for line in p.lines]) for p in paragraphs(text)]


def test_headings_stand_alone_even_directly_above_their_text() -> None:
    text = "導入の文です。\n続きです。\n\n【変えたこと】\n・一つ\n・二つ\n終わりの文です。\n\n◆達成度"
    assert shape(text) == [
        ("paragraph", ["導入の文です。", "続きです。"]),
        ("heading", ["変えたこと"]),
        ("list", ["一つ", "二つ"]),
        ("paragraph", ["終わりの文です。"]),
        ("heading", ["達成度"]),
    ]


def test_brackets_within_a_line_are_no_heading() -> None:
    assert shape("【達成度】一部達成") == [("paragraph", ["【達成度】一部達成"])]


def test_an_address_ends_before_the_sentence_goes_on() -> None:
    ((line,),) = (p.lines for p in paragraphs("くわしくは（https://example.jp/a?b=1）。javascript:alert(1) は違います"))
    assert [w.href for w in line if w.href] == ["https://example.jp/a?b=1"]


def test_ruby_of_the_paper_is_read_as_ruby() -> None:
    ((line,),) = (p.lines for p in paragraphs("｜提言《ていげん》を読む"))
    assert line == (Words(text="提言", reading="ていげん"), Words(text="を読む"))


def test_a_sketch_tells_alike_texts_from_strange_ones() -> None:
    text = "窓口で書く回数を減らし、職員がお話を聞いて入力するようにしました。待ち時間も短くなりました。"
    own = recognition.sketch(text)
    assert recognition.overlap(own, recognition.sketch(text.replace("入力", "人力"))) > 0.6
    assert recognition.overlap(own, recognition.sketch("本日、臨時の給付金を配ります。口座の番号をお知らせください。")) < 0.1
    assert recognition.overlap((), ()) == 0


def test_a_full_width_digit_is_a_change_and_white_space_is_none() -> None:
    assert recognition.plain("46.5 %\u3000です\u200b\r\n") == "46.5%です"
    (change,) = recognition.changes("取得率は46.5%です。", "取得率は4６.5%です。") or ()
    assert (change.at, change.record, change.given) == (6, "6", "６")
    assert recognition.changes("取得率は46.5%です。", "会議の資料を画面で見ます。") is None
    assert recognition.changes("同じ文", "同じ文") == ()
