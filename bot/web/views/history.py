"""Looking up what was published, and everything that happened to one post."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.content.correction import KINDS, WAY_LABELS, Way
from bot.services.approval import review
from bot.services.pages import history as past
from bot.services.pages import overview, printed_record, printed_report, published, record_files, record_redaction
from bot.services.pages.achievement import fiscal_year
from bot.services.records import audit
from bot.values import reading
from bot.web.office import actor_of, office
from bot.web.views.deliveries import line, lines
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import LABELS, DeliveryState

if TYPE_CHECKING:
    from bot.store.models import Submission

PER_PAGE = 25
AHEAD = 10  # pages that are counted beyond the one that is shown
_MOST_PAGES = 1_000_000  # what a number in an address may ask for
SHOWN_YEARS = 6  # fiscal years whose registers the page links, this one first


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    ctx, actor, asked = office(), actor_of(request), _asked(request)
    page, more = _page(partial(past.search, ctx, actor, asked), request.GET.get("page", ""))
    kept = request.GET.copy()
    kept.pop("page", None)
    shown = {
        "asked": asked,
        "page": page,
        "more": more,
        "rows": lines(overview.rows(page)),
        "query": kept.urlencode(),
        "channels": [spec for spec in ctx.specs if spec.publishes],
        "states": [(state, LABELS[state]) for state in DeliveryState],
        "departments": past.departments(ctx, actor),
        "years": range(fiscal_year(ctx.today), fiscal_year(ctx.today) - SHOWN_YEARS, -1) if _reads_all(actor) else (),
        "years_kept": ctx.config.record_years,
    }
    return render(request, "history.html", shown)


def _page(search: Callable[[int], list[int]], asked: str) -> tuple[Page[int], bool]:
    """And whether there are more pages than were counted: to count on to the oldest post would read every text."""
    number = min(int(asked), _MOST_PAGES) if asked.isdecimal() else 1
    counted = (number + AHEAD) * PER_PAGE
    numbers = search(counted + 1)
    return Paginator(numbers[:counted], PER_PAGE).get_page(asked), len(numbers) > counted


def _asked(request: HttpRequest) -> past.Search:
    given = request.GET
    return past.Search(
        words=given.get("q", "").strip(),
        person=given.get("person", "").strip(),
        department=given.get("department", ""),
        channel=given.get("channel", ""),
        state=given.get("state", ""),
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return reading.day(text)
    except reading.Unclear:
        return None


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    ctx, actor = office(), actor_of(request)
    audit.note(ctx, actor.person, audit.EXPORTED, "history", request.GET.urlencode())
    rows = past.as_csv(ctx, actor, _asked(request))
    named = {"Content-Disposition": 'attachment; filename="haishin.csv"'}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=named)


@login_required
@require_GET
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    found = review.readable_by(ctx, actor, number)
    shown = {
        "submission": found,
        "happenings": past.timeline(ctx, actor, found),
        "standing": [line(d) for d in past.standing(ctx, actor, found)],
        "public_page": published.address_of(ctx, found),
        "may_correct": _may_correct(actor, found),
        "kinds": KINDS,
        "ways": [(way, WAY_LABELS[way]) for way in Way],
        "may_read_all": _reads_all(actor),
        "no_pdf": printed_report.lacking(),
        "may_plan": actor.may(Permission.PLAN),
    }
    return render(request, "timeline.html", shown)


@login_required
@require_GET
def record(request: HttpRequest, number: int) -> HttpResponse:
    """The post's record as one PDF; where none can be made, or with `data`, its files in a ZIP; `redacted` for the copy without
    names."""
    ctx = office()
    found = record_files.files(ctx, actor_of(request), number, redacted="redacted" in request.GET)
    if "data" in request.GET or printed_report.lacking():
        return _download(_packed(found), f"record-{number}.zip", "application/zip")
    return _download(printed_record.as_pdf(ctx, found), f"record-{number}.pdf", "application/pdf")


@login_required
@require_GET
def possible_names(request: HttpRequest, number: int) -> HttpResponse:
    """What the copy without names leaves that may be one: not in the copy, which is handed out."""
    rows = record_files.to_look_at(office(), actor_of(request), number)
    return _download(record_redaction.as_csv(rows).encode(), f"possible-names-{number}.csv", "text/csv; charset=utf-8")


@login_required
@require_GET
def register(request: HttpRequest, year: int) -> HttpResponse:
    """The register of a fiscal year."""
    ctx, actor = office(), actor_of(request)
    text = record_files.register(ctx, actor, year)
    audit.note(ctx, actor.person, audit.EXPORTED, f"register:{year}")
    return _download(text.encode(), f"mokuroku-{year}.csv", "text/csv; charset=utf-8")


@login_required
@require_GET
def transfer(request: HttpRequest) -> HttpResponse:
    """What is to be handed over to the archive by now."""
    ctx, actor = office(), actor_of(request)
    text = record_files.transfer(ctx, actor)
    audit.note(ctx, actor.person, audit.EXPORTED, "transfer")
    return _download(text.encode(), "ikan.csv", "text/csv; charset=utf-8")


def _packed(found: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, data in found.items():
            into.writestr(name, data)
    return packed.getvalue()


def _download(data: bytes, name: str, type_: str) -> HttpResponse:
    return HttpResponse(data, content_type=type_, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _reads_all(actor: Actor) -> bool:
    return actor.may(Permission.READ_ALL)


def _may_correct(actor: Actor, found: Submission) -> bool:
    own = actor.person in (found.author, found.submitted_by)
    return actor.may(Permission.SUBMIT) and (own or actor.may(Permission.DECIDE))
