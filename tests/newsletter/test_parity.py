"""As many lines as a browser's own vertical layout makes of the same text: an independent judge of 禁則."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bot.config import ROOT
from bot.newsletter.cells import Style, Unit, text_units
from bot.newsletter.compose import Line, Rules, compose
from bot.newsletter.fontfile import font_files
from bot.newsletter.profile import load
from tests.chromium import chromium

__all__ = ["chromium"]

PARAGRAPHS, ROOMS = 500, (11, 12, 13, 15, 17)
STYLE = Style(direction="tate", numbers="arabic_tcy")
SENTENCES = (
    "窓口で書く回数を、これまでの記録を見ながら減らしていきます。",
    "「書かない窓口」は、市民課で始まりました。",
    "カードを持つ人は448,702人のうち208,794人（46.5%）です。",
    "2022年12月5日の時点の数字です。",
    "きょう、三つの窓口（市民課・税務課・福祉課）がつながりました。",
    "ほんとうにできるのでしょうか？",
    "できました！",
    "センターのサーバーをクラウドに移しました。",
    "ちょっと待って、という声もありました。",
    "じゃあちょっとやってみようと、きょうしっかりちゃんとしゃべりました。",
    "フォルダーにウィジェットとチャットのショートカットをつくりました。",
    "人々の暮らしに、少しずつ広がっています。",
    "『できたこと』と『まだのこと』を、分けて書きます。",
    "ＤＸの第1歩です。",
    "10時から17時まで、受け付けています。",
    "しかし……、まだ途中です。",
    "市役所の1階〜3階で使えます。",
    "「『あした』の『まち』」という名前です。",
    "キャッシュレスのレジを、7か所に置きました。",
    "（注）数字は、市のまとめによります。",
    "手続きにかかる時間は、1件あたり15分から5分になりました。",
    "パソコンを２台ならべて、ぱっと見くらべられます。",
    "新聞・テレビ・ラジオでも、お知らせしています。",
    "金沢市は、はじめて、全ての課でいっせいに行いました。",
)


def paragraph(chance: random.Random) -> str:
    return "".join(chance.choice(SENTENCES) for _ in range(chance.randint(1, 6)))


def markup(units: list[Unit]) -> Iterator[str]:
    """The same cells for the browser: two digits upright in one cell, what is not to be parted kept together."""
    for unit in units:
        cells = "".join(f"<i>{c.text}</i>" if c.form == "tcy" else escape(c.text) for c in unit.cells)
        yield f"<b>{cells}</b>" if len(unit.cells) > 1 else cells


def page_of(texts: list[tuple[list[Unit], int]], folder: Path) -> Path:
    """All paragraphs on one page, in the typeface of the proof."""
    characters = {c for units, _ in texts for unit in units for c in unit.text}
    font, _ = font_files(load(ROOT / "schedules" / "newsletter.yml"))
    face = base64.b64encode(font.subset(characters)).decode()
    paragraphs = "".join(f'<p style="height:{room}em">{"".join(markup(units))}</p>' for units, room in texts)
    style = (
        f"@font-face {{ font-family: proof; src: url(data:font/otf;base64,{face}) }}"
        "p { font: 20px/40px proof; writing-mode: vertical-rl; margin: 0 0 20px; line-break: strict; text-indent: 1em;"
        " text-spacing-trim: space-all; text-autospace: no-autospace; font-kerning: none; text-align: start }"
        "i { font-style: normal; text-combine-upright: all } b { font-weight: normal; white-space: nowrap }"
    )
    path = folder / "parity.html"
    path.write_text(
        f'<!doctype html><html lang="ja"><meta charset="utf-8"><style>{style}</style>{paragraphs}', encoding="utf-8"
    )
    return path


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    opened = chromium.new_page(viewport={"width": 1200, "height": 800})
    yield opened
    opened.close()


def browser_lines(page: Page, path: Path) -> list[int]:
    page.goto(path.as_uri())
    assert page.evaluate("document.fonts.ready.then(() => [...document.fonts].map(f => f.status))") == ["loaded"]
    widths: list[float] = page.evaluate("[...document.querySelectorAll('p')].map(p => p.getBoundingClientRect().width)")
    return [round(width / 40) for width in widths]


_LINES = """[...document.querySelectorAll('p')].map(p => {
  const lines = [], walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT), range = document.createRange();
  let last = null;
  for (let node; (node = walker.nextNode());) for (let n = 0; n < node.length; n++) {
    range.setStart(node, n); range.setEnd(node, n + 1);
    const x = Math.round(range.getBoundingClientRect().x / 10);
    if (last === null || Math.abs(x - last) > 1) lines.push('');
    lines[lines.length - 1] += node.data[n]; last = x;
  }
  return lines;
})"""


def test_text_without_numbers_and_latin_breaks_where_a_browser_breaks_it(page: Page, tmp_path: Path) -> None:
    chance = random.Random(20261129)  # noqa: S311 it must be repeatable, not secret
    plain = [s for s in SENTENCES if not re.search("[0-9A-Za-z０-９Ａ-Ｚ]", s)]
    drawn = ["".join(chance.choice(plain) for _ in range(chance.randint(1, 6))) for _ in range(PARAGRAPHS)]
    texts = [(list(text_units(text, STYLE)), ROOMS[n % len(ROOMS)]) for n, text in enumerate(drawn)]
    browser_lines(page, page_of(texts, tmp_path))
    theirs: list[list[str]] = page.evaluate(_LINES)
    ours = [[line.text for line in composed(units, room)] for units, room in texts]
    unequal = [(mine, their) for mine, their in zip(ours, theirs, strict=True) if mine != their]
    unexplained = ["／".join(mine) + " | " + "／".join(their) for mine, their in unequal if not explained(mine, their)]
    assert len(unequal) <= PARAGRAPHS // 10
    assert not unexplained, "\n".join(unexplained)


def explained(mine: list[str], their: list[str]) -> bool:
    """By JLReq 3.1.7, …… (cl-08) may begin a line; a browser's rules (UAX #14, class IN) do not let it."""
    first = next(n for n, (a, b) in enumerate(zip(mine, their, strict=False)) if a != b)
    return mine[first + 1].startswith("…")


def composed(units: list[Unit], room: int) -> list[Line]:
    return compose(units, room, Rules(level="strict"), first=1)


def test_paragraphs_have_as_many_lines_as_in_a_browser(page: Page, tmp_path: Path) -> None:
    chance = random.Random(20261123)  # noqa: S311 it must be repeatable, not secret
    texts = [(list(text_units(paragraph(chance), STYLE)), ROOMS[n % len(ROOMS)]) for n in range(PARAGRAPHS)]
    ours = [composed(units, room) for units, room in texts]
    theirs = browser_lines(page, page_of(texts, tmp_path))
    unequal = [
        "／".join(line.text for line in mine) + f" {count}"
        for mine, count in zip(ours, theirs, strict=True)
        if len(mine) != count
    ]
    assert len(theirs) == PARAGRAPHS
    assert sum(theirs) > 2000
    assert len(unequal) <= PARAGRAPHS // 100, "\n".join(unequal)
