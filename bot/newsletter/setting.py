"""One article set in its frame: all that the proof and the preview draw, decided once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.content.document import Text
from bot.newsletter.article import Article
from bot.newsletter.cells import Style, Unit, text_units
from bot.newsletter.compose import Line, Rules, compose
from bot.newsletter.correction import CorrectionBox, correction_box
from bot.newsletter.fit import FitReport, report
from bot.newsletter.frame import Filled, Placed, Rect, fill, slots
from bot.newsletter.galley import galley, style_of
from bot.newsletter.geometry import Box, Grid
from bot.newsletter.headline import Headline, set_headline
from bot.newsletter.profile import Profile
from bot.render.variant import Media

CAPTION_SIZE, CAPTION_LEADING = 0.75, 1.35  # of the text's size; of the caption's own


@dataclass(frozen=True, kw_only=True)
class Figure:
    """The picture as large as the rectangle and its caption allow; the caption below it."""

    rect: Rect
    picture: Media
    caption: tuple[Line, ...]

    def picture_box(self, grid: Grid) -> Box:
        # The caption's room is taken off first: a picture can be made smaller, a sentence cannot.
        box = grid.box(self.rect)
        room = box.height - len(self.caption) * grid.size * CAPTION_SIZE * CAPTION_LEADING - grid.inset
        scale = min((box.width - 2 * grid.inset) / self.picture.width, room / self.picture.height)
        width, height = self.picture.width * scale, self.picture.height * scale
        return Box(x=box.x + (box.width - width) / 2, y=box.y, width=width, height=height)

    def caption_corner(self, grid: Grid, number: int) -> tuple[float, float]:
        """Where the caption's line begins."""
        box, picture, size = grid.box(self.rect), self.picture_box(grid), grid.size * CAPTION_SIZE
        return box.x + (box.width % size) / 2, picture.y + picture.height + grid.inset + number * size * CAPTION_LEADING


@dataclass(frozen=True, kw_only=True)
class Setting:
    """No text runs where something is `reserved`."""

    article: Article
    grid: Grid
    headline: Headline
    filled: Filled
    figure: Figure | None
    correction: CorrectionBox | None
    reserved: tuple[Rect, ...]
    fit: FitReport

    @property
    def placed(self) -> tuple[Placed, ...]:
        """All lines of the text's size."""
        return (*self.filled.placed, *(self.correction.lines if self.correction else ()))


def set_article(article: Article, profile: Profile, protected: Sequence[str]) -> Setting:
    """`protected` names are never broken in the headline."""
    grid = Grid.of(profile)
    figure = _figure(article, profile, grid)
    # In the order of what may give way: headline and picture have their places, the box of corrections takes what is left.
    reserved = [profile.headline, *([figure.rect] if figure else [])]
    correction = correction_box(article.corrections, profile, reserved)
    reserved += [correction.rect] if correction else []
    passages = galley(article, profile)
    filled = fill(passages, slots(profile.columns, profile.lines, reserved))
    headline = _headline(article, profile, grid, protected)
    notices = (
        [f"見出しが長く、文字が{headline.size:.0f}ポイントになります。短くしてください"] if _small(headline, profile) else []
    )
    return Setting(
        article=article,
        grid=grid,
        headline=headline,
        filled=filled,
        figure=figure,
        correction=correction,
        reserved=tuple(reserved),
        fit=report(passages, filled, profile, notices),
    )


@dataclass(frozen=True, kw_only=True)
class Ink:
    """A unit's text or its reading, with where it stands in words for people."""

    text: str
    bold: bool
    line: str
    where: str


def is_bold(line: Line, unit: Unit) -> bool:
    return unit.strong or line.kind in ("heading", "headline")


def inked(setting: Setting) -> Iterator[Ink]:
    """Everything of the article that is printed."""
    for line, where in _lines(setting):
        for unit in line.units:
            yield Ink(text=unit.text + unit.reading, bold=is_bold(line, unit), line=line.text, where=where)


def _lines(setting: Setting) -> Iterator[tuple[Line, str]]:
    yield from ((line, "見出し") for line in setting.headline.lines)
    yield from ((p.line, f"{p.column + 1}段目{int(p.row) + 1}行目") for p in setting.placed)
    yield from ((line, "枠に入らない文章") for passage in setting.filled.overflow for line in passage.lines)
    yield from ((line, "写真説明") for line in (setting.figure.caption if setting.figure else ()))


def _headline(article: Article, profile: Profile, grid: Grid, protected: Sequence[str]) -> Headline:
    length, depth = grid.extent(profile.headline)
    return set_headline(
        article.title or (Text(article.identity),),
        style_of(profile),
        protected,
        length=length,
        depth=depth - (profile.pitch_pt - profile.size_pt),
        body=profile.size_pt,
    )


def _small(headline: Headline, profile: Profile) -> bool:
    return headline.size < 1.2 * profile.size_pt


def _figure(article: Article, profile: Profile, grid: Grid) -> Figure | None:
    """The first picture, its caption set horizontally below it, as papers do in vertical pages too."""
    if profile.figure is None or not article.media:
        return None
    size = profile.size_pt * CAPTION_SIZE
    room = int(grid.box(profile.figure).width / size)
    caption = compose(_caption_units(article, profile), room, Rules(), kind="caption")
    return Figure(rect=profile.figure, picture=article.media[0], caption=tuple(caption))


def _caption_units(article: Article, profile: Profile) -> list[Unit]:
    # Horizontal also on vertical pages, as papers do.
    style: Style = replace(style_of(profile), direction="yoko")
    return list(text_units(article.caption, style))
