"""The audit log, for those who look after it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.services.pages import acts
from bot.services.records import audit
from bot.values import reading
from bot.web.office import actor_of
from bot.workflow.actors import Permission

_PAGE = 100


@login_required
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    actor_of(request).require(Permission.READ_AUDIT)
    before = request.GET.get("before", "")
    entries = audit.latest(_PAGE, reading.ordinal(before))
    older = entries[-1].id if len(entries) == _PAGE else None
    rows = [(entry, acts.verb(entry.verb), acts.target(entry.object)) for entry in entries]
    return render(request, "audit.html", {"rows": rows, "older": older})
