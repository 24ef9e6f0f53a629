"""What the pages ask on every request: does it fit, what is too much, what could be turned."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.config import ROOT
from bot.content.document import Block, Heading, Paragraph, Text
from bot.newsletter.advice import Advice, advise
from bot.newsletter.article import Article
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import set_article

SENTENCE = "窓口で書く回数を、これまでのデータを見ながら、少しずつ減らしていきます。"  # 36 characters: 3 lines of 15


@pytest.fixture(scope="module")
def profile() -> Profile:
    """50 lines for text: 15字×20行×3段 less 10 lines of headline."""
    paper = load(ROOT / "schedules" / "newsletter.yml")
    return replace(paper, columns=3, headline=replace(paper.headline, columns=1, lines=10), figure=None)


def article(*blocks: Block) -> Article:
    return Article(identity="a", issue="", title=(Text("題"),), lead=(), body=blocks, caption="", contact="", handover="")


def fit_of(article: Article, profile: Profile) -> Advice:
    return advise(set_article(article, profile, ()), profile, ())


def paragraphs(count: int) -> tuple[Block, ...]:
    return tuple(Paragraph((Text(SENTENCE),)) for _ in range(count))


def test_what_is_left_is_told_in_lines_and_characters(profile: Profile) -> None:
    told = fit_of(article(*paragraphs(16)), profile).as_json()
    assert (told["capacity"], told["used"], told["balance"], told["balance_chars"]) == (50, 48, 2, 30)
    assert told["fits"] is True
    assert told["knobs"] == []


def test_what_is_too_much_is_told_with_the_very_text(profile: Profile) -> None:
    told = fit_of(article(*paragraphs(17)), profile).as_json()
    assert (told["balance"], told["balance_chars"]) == (-1, -15)
    assert told["overflow"] == SENTENCE[-7:]
    assert told["summary"] == "枠50行、使用50行、1行（15字）あふれ"


def test_a_page_can_send_the_advice_as_json(profile: Profile) -> None:
    told = fit_of(article(*paragraphs(18)), profile).as_json()
    assert [knob["label"] for knob in json.loads(json.dumps(told))["knobs"]][:1] == ["句読点のぶら下げを使う（hang: true）"]


def test_no_knob_is_offered_beyond_the_one_that_makes_it_fit(profile: Profile) -> None:
    shown = article(*paragraphs(8), Heading(2, (Text("小見出し"),)), *paragraphs(8))
    assert fit_of(shown, profile).knobs == ()
    tight = fit_of(article(*paragraphs(8), Heading(2, (Text("小"),)), *paragraphs(8), Paragraph((Text("終"),))), profile)
    assert [knob.label[:4] for knob in tight.knobs] == ["句読点の", "禁則を新", "小見出し"]
    assert [knob.fit.fits for knob in tight.knobs] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("名前を入力するだけで申請が終わります", []),
        ("名前を入れるだけで申請が終わりま", ["あと2字削れば1行減る：名前を入れるだけで申請が終わ／りま"]),
    ],
)
def test_only_a_last_line_of_few_characters_is_a_cheap_cut(profile: Profile, text: str, cuts: list[str]) -> None:
    assert fit_of(article(Paragraph((Text(text),))), profile).as_json()["cuts"] == cuts
