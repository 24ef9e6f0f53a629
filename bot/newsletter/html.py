"""The column as HTML: the set lines to look at, and beside them the same article to read, in horizontal flowing text.

The picture of the lines is hidden from screen readers, which would stop at the end of every line; the article is what they get.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from bot import folders
from bot.content.document import Block, Heading, Inline, ItemList, LineBreak, Link, Quote, Ruby, Strong, Text, without_breaks
from bot.newsletter import qr
from bot.newsletter.article import Article
from bot.newsletter.cells import Cell, Unit
from bot.newsletter.compose import Line
from bot.newsletter.correction import BORDER, CORRECTION_TITLE
from bot.newsletter.geometry import Box, Grid
from bot.newsletter.profile import Profile
from bot.newsletter.setting import CAPTION_SIZE, Setting, is_bold
from bot.newsletter.story import ruby_pairs

_READING = 0.5  # em


def preview(settings: Sequence[Setting], profile: Profile, issue: str, paper: str, templates: Path) -> bytes:
    """One page that needs no other file: the proof of every article, its fit, and the article to read."""
    grid = Grid.of(profile)
    sheets = [_sheet(setting, profile, grid) for setting in settings]
    return _render(templates, "preview.html", profile=profile, issue=issue, paper=paper, grid=grid, sheets=sheets)


def accessible(articles: Sequence[Article], profile: Profile, issue: str, paper: str, templates: Path) -> bytes:
    """The articles alone, horizontal, numbers as they were written."""
    shown = [article_html(article) for article in articles]
    return _render(templates, "article.html", profile=profile, issue=issue, paper=paper, articles=shown)


def article_html(article: Article) -> Markup:
    parts = [Markup("<h2>{}</h2>").format(inline_html(without_breaks(article.title)))]
    if article.lead:
        parts.append(Markup('<p class="lead">{}</p>').format(inline_html(article.lead)))
    parts += [_block(block) for block in article.body]
    for number, media in enumerate(article.media):
        caption = article.caption if number == 0 else ""
        parts.append(_figure_html(media.data, media.alt, caption))
    if article.contact:
        parts.append(Markup("<p>問い合わせ　{}</p>").format(article.contact))
    if article.corrections:
        sentences = Markup("").join(Markup("<p>{}</p>").format(sentence) for sentence in article.corrections)
        parts.append(Markup("<aside><h3>{}</h3>{}</aside>").format(CORRECTION_TITLE, sentences))
    return Markup("\n").join(parts)


def inline_html(children: Sequence[Inline]) -> Markup:
    return Markup("").join(_inline(child) for child in children)


def _inline(child: Inline) -> Markup:
    match child:
        case Text():
            return escape(child.text)
        case Ruby():
            return Markup("").join(_ruby(base, reading) for base, reading in ruby_pairs(child))
        case Strong(dots=True):
            return Markup("<em>{}</em>").format(inline_html(child.children))
        case Strong():
            return Markup("<strong>{}</strong>").format(inline_html(child.children))
        case Link():
            return Markup('<a href="{}">{}</a>').format(child.href, inline_html(child.children))
        case LineBreak():
            return Markup("<br>")


def _ruby(base: str, reading: str) -> Markup:
    return Markup("<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>").format(base, reading)


def _block(block: Block) -> Markup:
    match block:
        case Heading():
            return Markup("<h{0}>{1}</h{0}>").format(block.level + 1, inline_html(block.children))
        case ItemList():
            items = Markup("").join(Markup("<li>{}</li>").format(inline_html(item)) for item in block.items)
            start = Markup(' start="{}"').format(block.start) if block.start != 1 else ""
            return Markup("<{0}{1}>{2}</{0}>").format("ol" if block.ordered else "ul", start, items)
        case Quote():
            return Markup("<blockquote><p>{}</p></blockquote>").format(inline_html(block.children))
        case _:
            return Markup("<p>{}</p>").format(inline_html(block.children))


def _figure_html(data: bytes, alt: str, caption: str) -> Markup:
    shown = Markup("<figcaption>{}</figcaption>").format(caption) if caption else Markup("")
    return Markup('<figure><img src="{}" alt="{}">{}</figure>').format(_data_url(data), alt, shown)


def _data_url(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A line at `x`, `y` (its first cell's upper left corner) in type of `size`, all in points."""

    x: float
    y: float
    size: float
    vertical: bool
    html: Markup


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    setting: Setting
    article: Markup
    lines: tuple[_Drawn, ...]
    rules: tuple[Box, ...]
    border: Box | None
    picture: Box | None
    source: str
    codes: tuple[Markup, ...]


def _sheet(setting: Setting, profile: Profile, grid: Grid) -> _Sheet:
    figure = setting.figure
    return _Sheet(
        setting=setting,
        article=article_html(setting.article),
        lines=(*_headline(setting, profile, grid), *_text(setting, grid), *_caption(setting, grid)),
        rules=tuple(_rule(*rule) for rule in grid.rules(setting.reserved)),
        border=_border(grid.box(setting.correction.rect)) if setting.correction else None,
        picture=_picture(setting, grid),
        source=_data_url(figure.picture.data) if figure else "",
        codes=tuple(_code(address, qr.box_of(grid, *slot)) for slot, address in setting.filled.codes),
    )


def _code(address: str, box: Box) -> Markup:
    style = f"left:{box.x:.2f}pt;top:{box.y:.2f}pt;width:{box.width:.2f}pt;height:{box.height:.2f}pt"
    path = qr.path(address, replace(box, x=0.0, y=0.0))
    return Markup('<svg style="{}" viewBox="0 0 {:.2f} {:.2f}"><path d="{}"/></svg>').format(style, box.width, box.height, path)


def _rule(x1: float, y1: float, x2: float, y2: float) -> Box:
    return Box(x=x1, y=y1, width=x2 - x1, height=y2 - y1)


def _border(box: Box) -> Box:
    return Box(x=box.x + BORDER, y=box.y + BORDER, width=box.width - 2 * BORDER, height=box.height - 2 * BORDER)


def _headline(setting: Setting, profile: Profile, grid: Grid) -> Iterator[_Drawn]:
    for line, (x, y) in setting.headline.corners(grid.box(profile.headline), vertical=grid.vertical):
        yield _drawn(line, x, y, setting.headline.size, vertical=grid.vertical)


def _text(setting: Setting, grid: Grid) -> Iterator[_Drawn]:
    for placed in setting.placed:
        x, y = grid.cell(placed.column, placed.row, 0)
        yield _drawn(placed.line, x, y, grid.size, vertical=grid.vertical)


def _picture(setting: Setting, grid: Grid) -> Box | None:
    return setting.figure.picture_box(grid) if setting.figure else None


def _caption(setting: Setting, grid: Grid) -> Iterator[_Drawn]:
    if setting.figure is None:
        return
    size = grid.size * CAPTION_SIZE
    for n, line in enumerate(setting.figure.caption):
        x, y = setting.figure.caption_corner(grid, n)
        yield _drawn(line, x, y, size, vertical=False)


def _drawn(line: Line, x: float, y: float, size: float, *, vertical: bool) -> _Drawn:
    html = Markup("").join(_unit(line, unit, starts) for unit, starts in line.positions())
    return _Drawn(x=x, y=y, size=size, vertical=vertical, html=html)


def _unit(line: Line, unit: Unit, starts: Sequence[float]) -> Markup:
    """Each cell at its own place, so that another typeface changes the look and never the lines."""
    bold = is_bold(line, unit)
    cells = [_cell(cell, at, bold=bold) for cell, at in zip(unit.cells, starts, strict=True)]
    end = starts[-1] + unit.cells[-1].width
    return Markup("").join([*cells, *_reading(unit.reading, starts[0], end)])


def _cell(cell: Cell, at: float, *, bold: bool) -> Markup:
    kind = f"{cell.form}{' bold' if bold else ''}"
    span = Markup('<span class="{}" style="--at:{:g};--room:{}">{}</span>')
    return span.format(kind, round(at, 4), cell.width, cell.text.strip() or cell.text)


def _reading(reading: str, start: float, end: float) -> Iterator[Markup]:
    if not reading:
        return
    # The reading is spread over its base; a long one is made smaller rather than run into its neighbours.
    step = (end - start) / len(reading)
    small = min(_READING, step)
    for n, character in enumerate(reading):
        at = start + n * step + (step - small) / 2
        style = Markup('<span class="reading" style="--at:{:g};--small:{:g}">{}</span>')
        yield style.format(round(at, 4), round(small, 4), character)


def _render(templates: Path, name: str, **context: object) -> bytes:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([place / "newsletter" for place in folders.templates(templates)]),
        undefined=jinja2.StrictUndefined,
        # What people write goes into this page; none of it may become markup.
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(**context).encode()
