"""The sample sentences and hashtags as the office reads them: what is offered, what of it the files say, who changed what."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import FileError
from bot.services.handing_in import text_changes
from bot.services.handing_in.text_changes import Act, TextChange
from bot.services.records import office_texts
from bot.services.records.context import Context
from bot.services.records.office_texts import FILES, Kind, Line
from bot.store.office_texts import OfficeText

_MOST = 30  # changes of the past that are shown


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """One that is offered, or was: `line` as a form has it; `shown` and `file` as people read it, "" where the file says
    nothing of it."""

    line: Line
    shown: str
    file: str


@dataclass(frozen=True, kw_only=True)
class TextKind:
    """All of a kind; `problem` says why its file cannot be read, if so."""

    kind: Kind
    label: str
    file: str
    lines: list[TextLine]
    problem: FileError | None


@dataclass(frozen=True, kw_only=True)
class TextRow:
    """A change of the past, as people read it."""

    row: OfficeText
    label: str
    told: str


@dataclass(frozen=True, kw_only=True)
class TextPage:
    sections: list[TextKind]
    past: list[TextRow]


def page(ctx: Context) -> TextPage:
    return TextPage(sections=[_section(ctx, kind) for kind in Kind], past=[_past(row) for row in _rows()])


def after(change: TextChange, line: Line | None) -> str:
    """What would be offered under this name by the change, as people read it; "" for nothing."""
    if change.act == Act.GIVE_UP:
        return ""
    content = line.file or "" if change.act == Act.RESTORE and line else change.content
    return text_changes.shown(change.kind, content)


def _section(ctx: Context, kind: Kind) -> TextKind:
    problem, lines = None, []
    try:
        lines = [_line(kind, line) for line in office_texts.lines(ctx, kind)]
    except FileError as e:
        problem = e
    return TextKind(kind=kind, label=text_changes.KIND_LABELS[kind], file=FILES[kind], lines=lines, problem=problem)


def _line(kind: Kind, line: Line) -> TextLine:
    return TextLine(line=line, shown=text_changes.shown(kind, line.content), file=text_changes.shown(kind, line.file or ""))


def _past(row: OfficeText) -> TextRow:
    kind = Kind(row.kind)
    return TextRow(row=row, label=text_changes.KIND_LABELS[kind], told=text_changes.told(kind, row.content))


def _rows() -> list[OfficeText]:
    return list(OfficeText.objects.order_by("-id")[:_MOST])
