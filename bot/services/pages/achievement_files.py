"""The report of achievements as files: a page that needs no network, paper, tables and data for others to use."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from django.template.loader import render_to_string

from bot.errors import BotError
from bot.services.pages import printed_report
from bot.services.pages.achievement import Item, PublishedPost, Report
from bot.strategy.indicators import Indicator, Reading
from bot.text.cells import harmless

_HEADINGS = (
    "種別",
    "番号",
    "名前",
    "達成状況",
    "判断した日",
    "要更新",
    "理由",
    "次の一手",
    "受け持ち",
    "指標",
    "市民に伝えた投稿",
    "出典",
)
_READINGS = (
    "番号",
    "指標",
    "種類",
    "単位",
    "団体コード",
    "時点",
    "時点の意味",
    "値",
    "分子",
    "分母",
    "値のない理由",
    "出典",
    "出典のアドレス",
    "備考",
    "利用条件",
)
_KINDS = ("提言", "施策")


def write(report: Report, folder: Path) -> tuple[list[Path], list[BotError]]:
    """The paths of the files in FILES, tables with a byte order mark; and why one cannot be made on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    written, lacking = [], []
    for ending, (make, _) in FILES.items():
        path = folder / f"achievement.{ending}"
        try:
            made = make(report)
        except BotError as e:
            lacking.append(e)
            continue
        path.write_bytes(made.encode() if isinstance(made, str) else made)
        written.append(path)
    return written, lacking


def as_html(report: Report) -> str:
    return render_to_string("achievement_file.html", printed_report.context(report))


def as_readings(report: Report) -> str:
    """Open data: every reading of every figure, as it was published, with the terms under which the city gives it."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_READINGS)
    for known in report.indicators:
        table.writerows([harmless(cell) for cell in _reading_cells(known, r, report.licence)] for r in known.readings)
    return "\ufeff" + out.getvalue()


def _reading_cells(known: Indicator, reading: Reading, licence: str) -> Sequence[str]:
    numbers = (reading.value, reading.numerator, reading.denominator)
    return (
        known.key,
        known.name,
        known.kind,
        known.unit,
        known.area.code if known.area else "",
        reading.date.isoformat(),
        "公表日" if reading.date_of == "published" else "測った日",
        *("" if number is None else str(number) for number in numbers),
        reading.missing,
        reading.source,
        reading.source_url,
        reading.note,
        licence,
    )


def as_csv(report: Report) -> str:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_HEADINGS)
    for kind, items in zip(_KINDS, (report.recommendations, report.measures), strict=True):
        table.writerows([harmless(cell) for cell in (kind, *_cells(item))] for item in items)
    return "\ufeff" + out.getvalue()


def _cells(item: Item) -> Sequence[str]:
    said = item.assessment
    return (
        item.key,
        item.name,
        said.label,
        said.as_of.isoformat() if said.as_of else "",
        "要更新" if item.old else "",
        said.reason,
        said.next,
        said.owner,
        "／".join(f"{s.indicator.name} {s.text}" for s in item.shown),
        "／".join(t.title for t in item.told),
        item.source,
    )


def as_json(report: Report) -> str:
    return json.dumps(data(report), ensure_ascii=False, indent=2) + "\n"


def data(report: Report) -> dict[str, object]:
    """Dates as 2026-12-01; a figure that was not measured has the value null and its reason."""
    return {
        "city": report.city,
        "licence": report.licence,
        "day": report.day.isoformat(),
        "fiscal_year": report.year,
        "recommendations": [_item(i) for i in report.recommendations],
        "measures": [_item(i) for i in report.measures],
        "untold": [i.key for i in report.untold],
        "posts": {
            "handed_in": report.turnaround.handed_in,
            "out": report.turnaround.out,
            "median_days": report.turnaround.days,
            "returned": report.turnaround.returned,
            "reasons": dict(report.turnaround.reasons),
        },
    }


def _item(item: Item) -> dict[str, object]:
    said = item.assessment
    return {
        "key": item.key,
        "name": item.name,
        "said": item.said,
        "source": item.source,
        "achievement": said.achievement,
        "as_of": said.as_of.isoformat() if said.as_of else None,
        "old": item.old,
        "reason": said.reason,
        "next": said.next,
        "owner": said.owner,
        "steps": [{"name": s.name, "years": {str(year): stage for year, stage in s.years.items()}} for s in item.steps],
        "logic": {name: list(getattr(item.logic, name)) for name in ("inputs", "activities", "outputs", "outcomes")},
        "readings": [figure(s.indicator) for s in item.shown],
        "links": list(said.evidence.links),
        "posts": [_told(t) for t in item.told],
    }


def figure(indicator: Indicator) -> dict[str, object]:
    """Each reading with its number as it was published, as text: 46.5 and 46.50 are not the same statement."""
    series = [
        {
            "value": str(r.value) if r.value is not None else None,
            "numerator": str(r.numerator) if r.numerator is not None else None,
            "denominator": str(r.denominator) if r.denominator is not None else None,
            "date": r.date.isoformat(),
            "date_of": r.date_of,
            "source": r.source,
            "source_url": r.source_url,
            "missing": r.missing,
        }
        for r in indicator.readings
    ]
    return {
        "key": indicator.key,
        "name": indicator.name,
        "kind": indicator.kind,
        "unit": indicator.unit,
        "readings": series,
    }


def _told(told: PublishedPost) -> dict[str, object]:
    where = [{"name": name, "url": url} for name, url in told.where]
    return {"id": told.identity, "title": told.title, "day": told.day.isoformat(), "where": where}


# By the end of their names, each with its kind of content.
FILES: Mapping[str, tuple[Callable[[Report], str | bytes], str]] = {
    "html": (as_html, "text/html; charset=utf-8"),
    "pdf": (printed_report.as_pdf, "application/pdf"),
    "summary.pdf": (printed_report.as_summary, "application/pdf"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "readings.csv": (as_readings, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}
