"""How long the newspaper column takes: setting one article beside reading it, a whole issue beside the same text plain."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files

from fpdf import FPDF

from bot import registry
from bot.config import ROOT, Config
from bot.content.document import Block, Paragraph, inlines, leaves
from bot.content.library import Library
from bot.newsletter import pdf
from bot.newsletter.advice import advise
from bot.newsletter.article import Article, from_post
from bot.newsletter.profile import load
from bot.newsletter.setting import set_article

RUNS, ISSUES, ARTICLES, CHARACTERS = 31, 3, 12, 600
POSTS = ROOT / "content" / "posts" / "2026" / "11"


def rows() -> list[tuple[str, float, float, float]]:
    return [_compose(), _issue()]


def _in_turn(ours: Callable[[], object], other: Callable[[], object], runs: int) -> tuple[float, float, float]:
    """Medians in seconds, and the median of the ratios, pair by pair, after one round that fills the caches."""
    _seconds(ours), _seconds(other)
    pairs = [(_seconds(ours), _seconds(other)) for _ in range(runs)]
    mine, theirs = zip(*pairs, strict=True)
    return statistics.median(mine), statistics.median(theirs), statistics.median(a / b for a, b in pairs)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _compose() -> tuple[str, float, float, float]:
    """The fit of an article of 600 characters (lines, headline, report) beside the parsing of its Markdown: milliseconds."""
    library, path, profile = _library(), POSTS / "mynumber.md", load(ROOT / "schedules" / "newsletter.yml")
    raw = path.read_bytes()
    article = _of_length(from_post(library.parse(path, raw), "", (), ""), CHARACTERS)
    ours, other, ratio = _in_turn(
        lambda: advise(set_article(article, profile, ()), profile, ()), lambda: library.parse(path, raw), RUNS
    )
    return f"コラム{CHARACTERS}字の組版 ÷ 同じ原稿の読み取り（ミリ秒）", ours * 1000, other * 1000, ratio


def _issue() -> tuple[str, float, float, float]:
    """Twelve articles from text to proof beside fpdf2 alone with the same text in plain horizontal lines: seconds."""
    library, profile = _library(), load(ROOT / "schedules" / "newsletter.yml")
    paths = sorted(POSTS.glob("*.md"))
    posts = [library.parse(paths[n % len(paths)], paths[n % len(paths)].read_bytes()) for n in range(ARTICLES)]
    articles = [from_post(post, "", (), "") for post in posts]
    texts = [_text(article) for article in articles]

    def ours() -> bytes:
        return pdf.build([set_article(article, profile, ()) for article in articles], profile, "2026-12", "新聞広報")

    return f"{ARTICLES}原稿の校正刷り ÷ fpdf2 だけの横書き（秒）", *_in_turn(ours, lambda: _plain(texts), ISSUES)


def _plain(texts: Sequence[str]) -> bytes:
    document = FPDF(unit="pt")
    document.add_font("text", fname=str(files("pylopdf_fonts_jp").joinpath("NotoSerifJP-Regular.otf")))
    document.set_font("text", size=10)
    for text in texts:
        document.add_page()
        document.multi_cell(150, 16, text)
    return bytes(document.output())


def _library() -> Library:
    options = {key: spec.options for key, spec in registry.specs().items()}
    return Library(ROOT / "content", Config().timezone, options)


def _of_length(article: Article, characters: int) -> Article:
    """The article with as many of its blocks as come nearest to so many characters."""
    body: list[Block] = []
    while sum(len(_text_of(block)) for block in body) < characters:
        body.append(article.body[len(body) % len(article.body)])
    return replace(article, body=tuple(body))


def _text(article: Article) -> str:
    return "\n".join(_text_of(block) for block in (Paragraph(article.lead), *article.body))


def _text_of(block: Block) -> str:
    found = (leaf for line in inlines(block) for leaf in leaves(line))
    return "".join(getattr(leaf, "text", "") or getattr(leaf, "base", "") for leaf in found)
