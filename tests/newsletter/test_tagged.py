"""InDesign tagged text: what a reader of the format takes in is the article."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import ROOT
from bot.content.document import Block, Heading, Inline, ItemList, LineBreak, Link, Paragraph, Quote, Ruby, Strong, Text
from bot.errors import MissingGlyph
from bot.newsletter import tagged
from bot.newsletter.article import Article
from bot.newsletter.cells import normal
from bot.newsletter.profile import Profile, load
from tests.newsletter.tagged_reader import decode, read


@pytest.fixture(scope="module")
def profile() -> Profile:
    return replace(load(ROOT / "schedules" / "newsletter.yml"), status="確定")


def article(*body: Block, title: tuple[Inline, ...] = (Text("題"),)) -> Article:
    return Article(
        identity="見本", issue="2026-12", title=title, lead=(), body=body, caption="写真", contact="市民課", handover=""
    )


BODY: tuple[Block, ...] = (
    Heading(2, (Text("何を変えたか"),)),
    Paragraph((Text("次の"), Ruby("提言", ("ていげん",)), Text("は、"), Strong((Text("46.5%"),)), Text("です"))),
    Paragraph((Ruby("加賀", ("か", "が")), LineBreak(), Text("<一つ> と \\ です"))),
    ItemList(((Text("一つ目"),), (Text("二つ目"),))),
    ItemList(((Text("はじめ"),), (Text("つぎ"),)), ordered=True),
    Quote((Text("引いた文"),)),
)


def document(paragraphs: list[tuple[str, tuple[Inline, ...]]]) -> tuple[tuple[Inline, ...], tuple[Block, ...]]:
    """Title and body, made from styles alone; the marks of items and neighbours of one list are joined."""
    title = next(children for style, children in paragraphs if style == "見出し")
    blocks: list[Block] = []
    for style, children in paragraphs:
        match style:
            case "小見出し":
                blocks.append(Heading(2, children))
            case "本文":
                blocks.append(Paragraph(children))
            case "引用":
                blocks.append(Quote(children))
            case "箇条書き":
                blocks = _with_item(blocks, children)
    return title, tuple(blocks)


def _with_item(blocks: list[Block], children: tuple[Inline, ...]) -> list[Block]:
    first = children[0]
    assert isinstance(first, Text)
    item = (Text(first.text[1:]), *children[1:])
    ordered = first.text[0] != "▽"
    last = blocks[-1] if blocks else None
    if isinstance(last, ItemList) and last.ordered == ordered and first.text[0] != "①":
        return [*blocks[:-1], ItemList((*last.items, item), ordered)]
    return [*blocks, ItemList((item,), ordered)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_the_document_comes_back_whole(profile: Profile, encoding: str) -> None:
    data = tagged.build([article(*BODY)], replace(profile, encoding=encoding))
    assert document(read(data)) == ((Text("題"),), BODY)


plain = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="｜▽①"), min_size=1, max_size=12)
plain = plain.filter(lambda text: normal(text) == text)  # what it is in the proof
rubies = plain.flatmap(
    lambda base: st.builds(
        lambda readings: Ruby(base, tuple(readings)),
        st.lists(plain, min_size=1, max_size=1) | st.lists(plain, min_size=len(base), max_size=len(base)),
    )
)


@given(st.lists(st.lists(rubies | plain.map(lambda t: Strong((Text(t),))), min_size=1, max_size=4), min_size=1, max_size=4))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_paragraph_comes_back_whatever_signs_it_has(profile: Profile, paragraphs: list[list[Inline]]) -> None:
    body = tuple(Paragraph(tuple(children)) for children in paragraphs)
    assert document(read(tagged.build([article(*body)], profile)))[1] == body


def test_a_link_is_its_words(profile: Profile) -> None:
    data = tagged.build([article(Paragraph((Link("https://example.jp/", (Text("市の案内"),)),)))], profile)
    assert ("本文", (Text("市の案内"),)) in read(data)
    assert "example.jp" not in decode(data)


def test_a_break_for_the_headline_is_not_in_the_text(profile: Profile) -> None:
    data = tagged.build([article(title=(Text("書かない｜窓口"),))], profile)
    assert ("見出し", (Text("書かない窓口"),)) in read(data)


def test_paragraph_styles_have_the_typesetters_names(profile: Profile) -> None:
    styles = {**profile.styles, "body": "コラム本文", "strong": "太字"}
    text = decode(tagged.build([article(*BODY)], replace(profile, styles=styles)))
    assert "<ParaStyle:コラム本文>" in text
    assert "<ParaStyle:本文>" not in text
    assert "<CharStyle:太字>46.5%<CharStyle:>" in text


def test_a_character_beyond_shift_jis_is_written_by_its_code(profile: Profile) -> None:
    data = tagged.build([article(Paragraph((Text("café"),)))], replace(profile, encoding="cp932"))
    assert b"caf<0x00E9>" in data
    assert ("本文", (Text("café"),)) in read(data)


def test_a_character_that_shift_jis_cannot_name_either_is_told_with_its_place(profile: Profile) -> None:
    with pytest.raises(MissingGlyph) as caught:
        tagged.build([article(Paragraph((Text("𠮷野さんの窓口"),)))], replace(profile, encoding="cp932"))
    assert "「𠮷野さんの窓口」の「𠮷」（U+20BB7）" in caught.value.summary


def test_while_the_profile_is_provisional_the_text_begins_by_saying_so(profile: Profile) -> None:
    first, *_ = read(tagged.build([article(*BODY)], replace(profile, status="仮")))
    assert first[0] == "注記"
    assert isinstance(first[1][0], Text)
    assert first[1][0].text.startswith("【仮】")
    assert "注記" not in {style for style, _ in read(tagged.build([article(*BODY)], profile))}
