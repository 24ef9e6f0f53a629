"""校正刷り: the set lines on paper. It draws what was decided and breaks no line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdf import FPDF

from bot.errors import MissingGlyph
from bot.language import say
from bot.newsletter import qr
from bot.newsletter.cells import Cell, Unit
from bot.newsletter.compose import Line
from bot.newsletter.correction import BORDER
from bot.newsletter.fontfile import FontFile, font_files
from bot.newsletter.frame import Slot
from bot.newsletter.geometry import Box, Grid
from bot.newsletter.profile import Profile
from bot.newsletter.setting import CAPTION_SIZE, Figure, Setting, inked, is_bold
from bot.newsletter.typeface import Typeface

_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)  # the same lines are the same bytes, whenever they are drawn
_MARGIN, _HEAD = 34.0, 56.0  # points
_NOTE = 7.5
_RED, _GREY, _BLACK = (184, 0, 0), (90, 90, 90), (0, 0, 0)
_READING = 0.5  # em


def build(settings: Sequence[Setting], profile: Profile, issue: str, paper: str) -> bytes:
    """A page for each article, and another for what overflows. Raises MissingGlyph for a character its font lacks."""
    title = f"{paper}　{issue}　校正刷り"
    text, heading = font_files(profile)
    for setting in settings:
        _check(setting, (text, heading))
    grid = Grid.of(profile)
    size = (grid.frame.width + 2 * _MARGIN, grid.frame.height + _HEAD + _MARGIN + 3 * _NOTE)
    pdf = FPDF(unit="pt", format=size)
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    pdf.set_creation_date(_LONG_AGO)
    pdf.set_title(title)
    pdf.set_lang("ja")
    ink = [piece for setting in settings for piece in inked(setting)]
    # Both typefaces hold what either may lend the other: a character that one of them lacks.
    lent = [p.text for p in ink if (heading if p.bold else text).lacks(p.text)]
    notes = [note.text for n, s in enumerate(settings, 1) for note in _notes(s, profile, title, f"{n}／{len(settings)}")]
    with TemporaryDirectory() as folder:
        _embed(pdf, "text", text, [*lent, *(p.text for p in ink if not p.bold)], Path(folder))
        _embed(pdf, "heading", heading, [*notes, *lent, *(p.text for p in ink if p.bold)], Path(folder))
        proof = _Proof(pdf, grid, profile, title, (text, heading))
        for number, setting in enumerate(settings, start=1):
            proof.article(setting, f"{number}／{len(settings)}")
        return bytes(pdf.output())


def _embed(pdf: FPDF, family: str, font: FontFile, texts: Iterable[str], folder: Path) -> None:
    path = folder / f"{family}.otf"
    # The space is always there: a font of nothing, for a post in bold alone, is none that fpdf2 can read.
    path.write_bytes(font.subset(f" {' '.join(texts)}"))
    pdf.add_font(family, fname=path)


def _check(setting: Setting, fonts: Sequence[FontFile]) -> None:
    for piece in inked(setting):
        character = fonts[0].lacks(piece.text)
        if character and fonts[1].lacks(character):
            code = "・".join(f"U+{ord(c):04X}" for c in character)
            identity = setting.article.identity
            raise MissingGlyph(
                f"the proof's typeface lacks {code} in {identity}",
                summary=say(
                    "原稿 {identity} の{where}「{line}」の「{character}」（{code}）が、書体にありません",
                    identity=identity,
                    where=piece.where,
                    line=piece.line,
                    character=character,
                    code=code,
                ),
                next_step="別の字に変えるか、schedules/newsletter.yml に、その字のある書体を指定してください",
            )


@dataclass(frozen=True, kw_only=True)
class _Note:
    text: str
    y: float
    warning: bool = False


def _notes(setting: Setting, profile: Profile, title: str, number: str) -> Iterator[_Note]:
    """What a reader of the proof must know, outside the frame."""
    yield _Note(text=f"{title}　{number}", y=12)
    yield _Note(text=f"{profile.grid}　{setting.fit.summary}（全角ベタ換算）", y=12 + 1.6 * _NOTE)
    if setting.fit.over:
        yield _Note(
            text=f"枠に入らない文章が{setting.fit.over}行あります。次のページに示します", y=12 + 3.2 * _NOTE, warning=True
        )
    foot = _HEAD + Grid.of(profile).frame.height + 14
    yield _Note(text=f"{profile.name}　{setting.article.identity}", y=foot)
    if not profile.confirmed:
        yield _Note(text="【仮】紙面の寸法を確かめていないため、入稿には使えません", y=foot + 1.6 * _NOTE, warning=True)


class _Proof:
    """`text` and `heading` are its typefaces. The frame's corner is at (_MARGIN, _HEAD) on each page."""

    def __init__(self, pdf: FPDF, grid: Grid, profile: Profile, title: str, fonts: tuple[FontFile, FontFile]) -> None:
        self.pdf, self.grid, self.profile, self.title, self.fonts = pdf, grid, profile, title, fonts
        self.text, self.heading = Typeface(pdf, "text"), Typeface(pdf, "heading")

    def article(self, setting: Setting, number: str) -> None:
        self._page(setting, number)
        self._headline(setting)
        for placed in setting.placed:
            self._line(placed.line, self.grid.cell(placed.column, placed.row, 0), self.grid.size)
        for (column, row), address in setting.filled.codes:
            self._code(address, qr.box_of(self.grid, column, row))
        if setting.figure:
            self._figure(setting.figure)
        for slots in _pages(setting, self.grid):
            self._overflow(setting, number, slots)

    def _page(self, setting: Setting, number: str) -> None:
        self.pdf.add_page()
        self.pdf.set_line_width(0.8)
        self._box(self.grid.frame, margin=6)
        self.pdf.set_line_width(0.3)
        for x1, y1, x2, y2 in self.grid.rules(setting.reserved):
            self.pdf.line(x1 + _MARGIN, y1 + _HEAD, x2 + _MARGIN, y2 + _HEAD)
        if setting.correction:
            self._box(self.grid.box(setting.correction.rect), margin=-BORDER)
        self._margins(setting, number)

    def _margins(self, setting: Setting, number: str) -> None:
        for note in _notes(setting, self.profile, self.title, number):
            self.pdf.set_text_color(*(_RED if note.warning else _GREY))
            self.heading.line(note.text, _MARGIN, note.y, _NOTE, self.pdf.w - 2 * _MARGIN)
        self.pdf.set_text_color(*_BLACK)

    def _headline(self, setting: Setting) -> None:
        box = self.grid.box(self.profile.headline)
        for line, corner in setting.headline.corners(box, vertical=self.grid.vertical):
            self._line(line, corner, setting.headline.size)

    def _line(self, line: Line, corner: tuple[float, float], size: float) -> None:
        """`corner` is the upper left one of the line's first cell, in the frame."""
        x, y = corner[0] + _MARGIN, corner[1] + _HEAD
        for unit, starts in line.positions():
            bold = is_bold(line, unit)
            for cell, at in zip(unit.cells, starts, strict=True):
                self._cell(self._face(cell.text, bold=bold), cell, *self._along(x, y, at * size), size)
            if unit.reading:
                self._reading(
                    self._face(unit.reading, bold=bold),
                    unit,
                    x,
                    y,
                    starts[0] * size,
                    (starts[-1] + unit.cells[-1].width) * size,
                    size,
                )

    def _face(self, text: str, *, bold: bool) -> Typeface:
        """The other typeface draws what its own one lacks."""
        own, other = (self.heading, self.text) if bold else (self.text, self.heading)
        return other if self.fonts[bold].lacks(text) else own

    def _along(self, x: float, y: float, distance: float) -> tuple[float, float]:
        return (x, y + distance) if self.grid.vertical else (x + distance, y)

    def _cell(self, face: Typeface, cell: Cell, x: float, y: float, size: float) -> None:
        match cell.form:
            case "upright":
                face.upright(cell.text, x, y, size, vertical=self.grid.vertical)
            case "tcy":
                face.side_by_side(cell.text, x, y, size)
            case "word":
                face.word(cell.text, x, y, size, cell.width * size, vertical=self.grid.vertical)

    def _reading(self, face: Typeface, unit: Unit, x: float, y: float, start: float, end: float, size: float) -> None:
        """Beside its base, spread over it and never longer than it."""
        step = (end - start) / len(unit.reading)
        small = min(_READING * size, step)
        for n, character in enumerate(unit.reading):
            along = start + n * step + (step - small) / 2
            across = (x + size, y + along) if self.grid.vertical else (x + along, y - small)
            face.upright(character, *across, small, vertical=self.grid.vertical)

    def _figure(self, figure: Figure) -> None:
        box = figure.picture_box(self.grid)
        data = BytesIO(figure.picture.data)
        self.pdf.image(data, box.x + _MARGIN, box.y + _HEAD, box.width, box.height, alt_text=figure.picture.alt)
        for n, line in enumerate(figure.caption):
            x, y = figure.caption_corner(self.grid, n)
            self._caption(line, x + _MARGIN, y + _HEAD, self.grid.size * CAPTION_SIZE)

    def _code(self, address: str, box: Box) -> None:
        self.pdf.set_fill_color(*_BLACK)
        for bar in qr.bars(address, box):
            self.pdf.rect(bar.x + _MARGIN, bar.y + _HEAD, bar.width, bar.height, style="F")

    def _caption(self, line: Line, x: float, y: float, size: float) -> None:
        """Horizontal in both kinds of page."""
        for unit, starts in line.positions():
            for cell, at in zip(unit.cells, starts, strict=True):
                face = self._face(cell.text, bold=False)
                if cell.form == "word":
                    face.word(cell.text, x + at * size, y, size, cell.width * size, vertical=False)
                else:
                    face.upright(cell.text, x + at * size, y, size, vertical=False)

    def _overflow(self, setting: Setting, number: str, lines: Sequence[tuple[Slot, Line]]) -> None:
        """What found no place, whole, on a page of its own within a red border."""
        self.pdf.add_page()
        self._margins(setting, number)
        self.pdf.set_draw_color(*_RED)
        self.pdf.set_line_width(1.2)
        self._box(self.grid.frame, margin=6)
        self.pdf.set_draw_color(*_BLACK)
        for (column, row), line in lines:
            self._line(line, self.grid.cell(column, row, 0), self.grid.size)

    def _box(self, box: Box, *, margin: float) -> None:
        self.pdf.rect(
            box.x + _MARGIN - margin, box.y + _HEAD - margin, box.width + 2 * margin, box.height + 2 * margin, style="D"
        )


def _pages(setting: Setting, grid: Grid) -> Iterator[list[tuple[Slot, Line]]]:
    """The overflowing lines in the slots of as many empty frames as they need."""
    lines = [line for passage in setting.filled.overflow for line in passage.lines]
    slots = [(column, row) for column in range(grid.columns) for row in range(grid.lines)]
    for start in range(0, len(lines), len(slots)):
        yield list(zip(slots, lines[start : start + len(slots)], strict=False))
