"""The page of the accounts behind the channels."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.services.pages import connections as pages
from bot.web.office import actor_of, office


@login_required
@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    return render(request, "connections.html", {"rows": pages.rows(office(), actor_of(request))})
