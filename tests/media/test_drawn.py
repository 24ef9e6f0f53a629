"""Title cards: legible, within their margins, the same every time."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.media.cards import title_card
from bot.media.lettering import broken, font

Colour = tuple[int, int, int]


def picture(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(image: Image.Image) -> list[Colour]:
    """Most frequent first."""
    return [colour for colour, _ in Counter(image.get_flattened_data()).most_common()]


@pytest.mark.parametrize("region", [(100, 110, 300, 175), (88, 380, 900, 700), (88, 950, 700, 1060)])
def test_the_words_of_a_card_stand_out_from_their_ground(region: tuple[int, int, int, int]) -> None:
    ground, word, *_ = colours(picture(title_card("書かない窓口", "施策1　窓口", "金沢市 市民課")).crop(region))
    assert contrast(ground, word) >= 7


def test_a_card_keeps_phrases_whole_rather_than_large() -> None:
    face = font(80, bold=True)
    assert broken("職員証をマイナンバーカードに", face, 904) == ["職員証を", "マイナンバーカードに"]
    assert broken("できたこと、まだのこと", font(96, bold=True), 904) == ["できたこと、", "まだのこと"]


@pytest.mark.parametrize(
    "title", ["短い", "あ" * 60, "長いお知らせの題名です。" * 8, "一行目\n二行目", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 2]
)
def test_no_word_of_a_card_runs_into_the_margins(title: str) -> None:
    card = picture(title_card(title, "施策2-3　とても長い施策の名前がここに入ることもあります", "金沢市 " + "長い名前の課" * 6))
    middle = card.crop((0, 40, 1080, 920))
    inked = middle.point(lambda v: 0 if v > 250 else 255).convert("L").getbbox()
    assert inked is not None
    assert inked[0] >= 80
    assert inked[2] <= 1000
    assert inked[1] >= 40
    assert inked[3] <= 880


@given(st.text(alphabet="市役所の窓口で、書かない。「待つ」ー！ABデジタル", min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_breaking_lines_loses_no_character_and_begins_none_with_a_closing_mark(text: str) -> None:
    face = font(40)
    lines = broken(text, face, 300)
    assert "".join(lines) == text
    assert not any(line[0] in "、。」ー！" for line in lines[1:])
    assert all(face.getlength(line.rstrip("、。」ー！")) <= 300 for line in lines)


def test_the_same_words_give_the_same_bytes() -> None:
    assert title_card("題名", "施策", "市") == title_card("題名", "施策", "市")
