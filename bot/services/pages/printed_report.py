"""The report of achievements on paper: the whole of it, and one page for the council; as PDF that can be read aloud (PDF/UA-1).

WeasyPrint comes with the extra dxbot[report], and what it stands on (Pango) with the system: `make system`. Where either is
missing, a sentence says which, and all else works.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from PIL import ImageFile

from bot.errors import BotError, NotInstalled
from bot.media import charts as drawn
from bot.media.lettering import font_path
from bot.services.pages.achievement import Item, Report
from bot.strategy import charts
from bot.strategy.charts import Chart

_SIZES = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5)  # points: the largest with which the summary is one page
_REASONS = 60  # characters of a reason on the one page


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A chart as an address that holds it, and its words."""

    alt: str
    address: str


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One recommendation or measure on the one page; `why` is its reason and next step, cut where they are long."""

    item: Item
    why: str


def as_pdf(report: Report) -> bytes:
    """Raises NotInstalled, and BotError without Pango."""
    return bytes(_document(render_to_string("achievement_file.html", context(report) | {"fonts": _fonts()})).write_pdf())


def context(report: Report) -> dict[str, object]:
    """What the template of the whole report is filled with. `undrawn` says why there are no charts, "" where there are."""
    try:
        return {"report": report, "charts": [_drawn(chart) for chart in report.charts], "undrawn": ""}
    except NotInstalled as e:
        return {"report": report, "charts": [], "undrawn": e.summary}


def as_summary(report: Report) -> bytes:
    """One page A4: what was achieved, what was not and why, what comes next, and what citizens were not told. Raises
    as `as_pdf` does."""
    shown = {"report": report, "fonts": _fonts(), "recommendations": _lines(report.recommendations)}
    shown |= {"measures": _lines(report.measures)}
    pages: Any = None
    for size in _SIZES:
        pages = _document(render_to_string("achievement_summary.html", shown | {"size": size}))
        if pages.count == 1:
            break
    return bytes(pages.write_pdf())


def _lines(items: tuple[Item, ...]) -> list[_Line]:
    return [_Line(item=item, why=_why(item)) for item in items]


def _why(item: Item) -> str:
    said = "　→ ".join(filter(None, (item.assessment.reason, item.assessment.next)))
    return said if len(said) <= _REASONS else f"{said[: _REASONS - 1]}…"


def _drawn(chart: Chart) -> _Drawn:
    data = b64encode(drawn.svg(chart).encode()).decode()
    return _Drawn(alt=charts.alt(chart), address=f"data:image/svg+xml;base64,{data}")


def faces() -> str:
    """CSS that names our own typeface, from its package: what the system has is not known."""
    weights = ((400, False), (700, True))
    rule = '@font-face{{font-family:"{}";font-weight:{};src:url("{}")}}'
    names = ("Noto Sans JP", "Noto Sans CJK JP")  # the second is that of the charts
    return "".join(rule.format(n, w, _uri(bold)) for n in names for w, bold in weights)


def _fonts() -> SafeString:
    return mark_safe(faces())  # noqa: S308 no word of anybody's


def _uri(bold: bool) -> str:
    return Path(font_path(bold=bold)).as_uri()


@dataclass(frozen=True, kw_only=True)
class _Laid:
    """A document laid out in pages."""

    pages: Any

    @property
    def count(self) -> int:
        return len(self.pages.pages)

    def write_pdf(self) -> bytes:
        return bytes(self.pages.write_pdf(pdf_variant="pdf/ua-1"))


def _document(html: str) -> _Laid:
    weasyprint, fetcher = library()
    return _Laid(pages=weasyprint.HTML(string=html, url_fetcher=fetcher({})).render(pdf_variant="pdf/ua-1"))


def lacking() -> BotError | None:
    """Why no PDF can be made on this machine, None where it can."""
    try:
        library()
    except BotError as e:
        return e
    return None


def forget() -> None:
    """For a machine that gains or loses the library while it runs."""
    library.cache_clear()


@lru_cache(maxsize=1)
def library() -> tuple[Any, Any]:
    """The library, and the class of what fetches for it: our typeface, what the page itself holds, and JPEGs that are given by
    their addresses; nothing from anywhere else."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except ImportError:
        raise NotInstalled("WeasyPrint") from None
    except OSError as e:  # it loads Pango when it is imported
        raise BotError(
            f"Pango is not installed: {e}".splitlines()[0],
            summary="この機械には、PDF を組む部品（Pango）が入っていません",
            next_step="make system か、apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 で入れてください",
        ) from None
    # It lets Pillow take half a picture for a whole one, in the whole process: an author's would be handed in so.
    ImageFile.LOAD_TRUNCATED_IMAGES = False

    class _Fetcher(URLFetcher):  # type: ignore[misc]  # it has no types
        def __init__(self, given: Mapping[str, bytes]) -> None:
            super().__init__()
            self.given = given

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in self.given:
                return URLFetcherResponse(url, self.given[url], {"Content-Type": "image/jpeg"})
            if not url.startswith("data:") and url not in (_uri(False), _uri(True)):
                raise ValueError(f"not fetched: {url[:80]}")
            return super().fetch(url, headers)

    return weasyprint, _Fetcher
