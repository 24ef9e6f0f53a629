"""The report of achievements, for those who may read everything."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.services.pages import achievement as pages
from bot.services.pages import achievement_files as files
from bot.services.records import audit
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission


@login_required
@require_GET
def achievement(request: HttpRequest) -> HttpResponse:
    actor_of(request).require(Permission.READ_ALL)
    found = pages.report(office(), _year(request))
    years = range(pages.fiscal_year(found.day), pages.fiscal_year(found.day) - 5, -1)
    return render(request, "achievement.html", {"report": found, "years": years, "query": request.GET.urlencode()})


@login_required
@require_GET
def export(request: HttpRequest, ending: str) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    actor.require(Permission.READ_ALL)
    if ending not in files.FILES:
        raise Http404
    audit.note(ctx, actor.person, audit.EXPORTED, "achievement", request.GET.urlencode())
    write, kind = files.FILES[ending]
    named = {"Content-Disposition": f'attachment; filename="achievement.{ending}"'}
    return HttpResponse(write(pages.report(ctx, _year(request))), content_type=kind, headers=named)


def _year(request: HttpRequest) -> int | None:
    year = request.GET.get("year", "")
    return int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None
