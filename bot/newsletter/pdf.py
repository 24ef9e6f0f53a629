"""校正刷り: the set lines on paper. It draws what was decided and breaks no line of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO

from fpdf import FPDF

from bot.errors import MissingGlyph
from bot.newsletter.cells import Cell, Unit
from bot.newsletter.compose import Line
from bot.newsletter.frame import Placed, Slot
from bot.newsletter.geometry import Box, Grid
from bot.newsletter.profile import Profile
from bot.newsletter.setting import CAPTION_LEADING, CAPTION_SIZE, Figure, Setting
from bot.newsletter.typeface import Typeface, typefaces

_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)  # the same lines are the same bytes, whenever they are drawn
_MARGIN, _HEAD = 34.0, 56.0  # points
_NOTE = 7.5
_RED, _GREY, _BLACK = (184, 0, 0), (90, 90, 90), (0, 0, 0)
_READING = 0.5  # em


def build(settings: Sequence[Setting], profile: Profile, issue: str, paper: str) -> bytes:
    """A page for each article, and another for what overflows. Raises MissingGlyph for a character its font lacks."""
    grid = Grid.of(profile)
    size = (grid.frame.width + 2 * _MARGIN, grid.frame.height + _HEAD + _MARGIN + 3 * _NOTE)
    pdf = FPDF(unit="pt", format=size)
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    pdf.set_creation_date(_LONG_AGO)
    pdf.set_title(f"{paper}　{issue}号　校正刷り")
    pdf.set_lang("ja")
    proof = _Proof(pdf, grid, profile, f"{paper}　{issue}号　校正刷り")
    for number, setting in enumerate(settings, start=1):
        proof.article(setting, f"{number}／{len(settings)}")
    return bytes(pdf.output())


class _Proof:
    """`text` and `heading` are its typefaces. The frame's corner is at (_MARGIN, _HEAD) on each page."""

    def __init__(self, pdf: FPDF, grid: Grid, profile: Profile, title: str) -> None:
        self.pdf, self.grid, self.profile, self.title = pdf, grid, profile, title
        self.text, self.heading = typefaces(pdf, profile)

    def article(self, setting: Setting, number: str) -> None:
        self._page(setting, number)
        self._headline(setting)
        for placed in setting.filled.placed:
            self._placed(placed, setting)
        if setting.figure:
            self._figure(setting.figure, setting)
        for slots in _pages(setting, self.grid):
            self._overflow(setting, number, slots)

    def _page(self, setting: Setting, number: str) -> None:
        self.pdf.add_page()
        self.pdf.set_line_width(0.8)
        self._box(self.grid.frame, margin=6)
        self.pdf.set_line_width(0.3)
        reserved = [self.profile.headline, *([setting.figure.rect] if setting.figure else [])]
        for x1, y1, x2, y2 in self.grid.rules(reserved):
            self.pdf.line(x1 + _MARGIN, y1 + _HEAD, x2 + _MARGIN, y2 + _HEAD)
        self._margins(setting, number)

    def _margins(self, setting: Setting, number: str) -> None:
        """What a reader of the proof must know, outside the frame."""
        profile = self.profile
        self.pdf.set_text_color(*_GREY)
        self.heading.line(f"{self.title}　{number}", _MARGIN, 12, _NOTE)
        self.heading.line(f"{profile.grid}　{setting.fit.summary}（全角ベタ換算）", _MARGIN, 12 + 1.6 * _NOTE, _NOTE)
        foot = _HEAD + self.grid.frame.height + 14
        self.heading.line(f"{profile.name}　{setting.article.identity}", _MARGIN, foot, _NOTE)
        if not profile.confirmed:
            self.pdf.set_text_color(*_RED)
            warning = "【仮】紙面の寸法を確かめていないため、入稿には使えません"
            self.heading.line(warning, _MARGIN, foot + 1.6 * _NOTE, _NOTE)
        self.pdf.set_text_color(*_BLACK)

    def _headline(self, setting: Setting) -> None:
        headline, box = setting.headline, self.grid.box(self.profile.headline)
        depth = headline.size + headline.pitch * (len(headline.lines) - 1)
        across = box.width if self.grid.vertical else box.height
        for number, line in enumerate(headline.lines):
            offset = (across - depth) / 2 + number * headline.pitch
            corner = (box.x + box.width - offset - headline.size, box.y) if self.grid.vertical else (box.x, box.y + offset)
            self._line(line, corner, headline.size, "見出し", setting)

    def _placed(self, placed: Placed, setting: Setting) -> None:
        corner = self.grid.cell(placed.column, placed.row, 0)
        self._line(placed.line, corner, self.grid.size, f"{placed.column + 1}段目{int(placed.row) + 1}行", setting)

    def _line(self, line: Line, corner: tuple[float, float], size: float, where: str, setting: Setting) -> None:
        """`corner` is the upper left one of the line's first cell, in the frame."""
        x, y = corner[0] + _MARGIN, corner[1] + _HEAD
        face = self.text if line.kind == "body" else self.heading
        for unit, starts in line.positions():
            for cell, at in zip(unit.cells, starts, strict=True):
                shown = self.heading if unit.strong else face
                self._known(shown, cell.text, line, where, setting)
                self._cell(shown, cell, *self._along(x, y, at * size), size)
            if unit.reading:
                self._known(face, unit.reading, line, where, setting)
                self._reading(face, unit, x, y, starts[0] * size, (starts[-1] + unit.cells[-1].width) * size, size)

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

    def _figure(self, figure: Figure, setting: Setting) -> None:
        """The picture as large as the rectangle and its caption allow; a line or two of caption below."""
        box = self.grid.box(figure.rect)
        size = self.grid.size * CAPTION_SIZE
        inset = (self.grid.pitch - self.grid.size) / 2
        room = box.height - len(figure.caption) * size * CAPTION_LEADING - inset
        scale = min((box.width - 2 * inset) / figure.picture.width, room / figure.picture.height)
        width, height = figure.picture.width * scale, figure.picture.height * scale
        x, y = box.x + _MARGIN, box.y + _HEAD
        self.pdf.image(BytesIO(figure.picture.data), x + (box.width - width) / 2, y, width, height, alt_text=figure.picture.alt)
        for n, line in enumerate(figure.caption):
            top = y + height + inset + n * size * CAPTION_LEADING
            self._caption(line, x + (box.width % size) / 2, top, size, setting)

    def _caption(self, line: Line, x: float, y: float, size: float, setting: Setting) -> None:
        """Horizontal in both kinds of page."""
        for unit, starts in line.positions():
            for cell, at in zip(unit.cells, starts, strict=True):
                self._known(self.text, cell.text, line, "写真説明", setting)
                if cell.form == "word":
                    self.text.word(cell.text, x + at * size, y, size, cell.width * size, vertical=False)
                else:
                    self.text.upright(cell.text, x + at * size, y, size, vertical=False)

    def _overflow(self, setting: Setting, number: str, lines: Sequence[tuple[Slot, Line]]) -> None:
        """What found no place, whole, on a page of its own within a red border."""
        self.pdf.add_page()
        self._margins(setting, number)
        self.pdf.set_draw_color(*_RED)
        self.pdf.set_line_width(1.2)
        self._box(self.grid.frame, margin=6)
        self.pdf.set_draw_color(*_BLACK)
        self.pdf.set_text_color(*_RED)
        self.heading.line(f"枠に入らない文章（{setting.fit.over}行）", _MARGIN, 12 + 3.2 * _NOTE, _NOTE)
        self.pdf.set_text_color(*_BLACK)
        for (column, row), line in lines:
            self._line(line, self.grid.cell(column, row, 0), self.grid.size, "枠に入らない文章", setting)

    def _box(self, box: Box, *, margin: float) -> None:
        self.pdf.rect(
            box.x + _MARGIN - margin, box.y + _HEAD - margin, box.width + 2 * margin, box.height + 2 * margin, style="D"
        )

    def _known(self, face: Typeface, text: str, line: Line, where: str, setting: Setting) -> None:
        character = face.lacks(text)
        if character:
            code = "・".join(f"U+{ord(c):04X}" for c in character)
            identity = setting.article.identity
            raise MissingGlyph(
                f"the proof's typeface lacks {code} in {identity}",
                summary=f"原稿 {identity} の{where}「{line.text}」の「{character}」（{code}）が、書体にありません",
                next_step="別の字に変えるか、schedules/newsletter.yml に、その字のある書体を指定してください",
            )


def _pages(setting: Setting, grid: Grid) -> Iterator[list[tuple[Slot, Line]]]:
    """The overflowing lines in the slots of as many empty frames as they need."""
    lines = [line for passage in setting.filled.overflow for line in passage.lines]
    slots = [(column, row) for column in range(grid.columns) for row in range(grid.lines)]
    for start in range(0, len(lines), len(slots)):
        yield list(zip(slots, lines[start : start + len(slots)], strict=False))
