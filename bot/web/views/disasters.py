"""The page of disasters: is the agency heard, what is in force here, which telegrams say so, and what they are met with."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.services.pages import disasters as pages
from bot.web.office import office


@login_required
@require_GET
def disasters(request: HttpRequest) -> HttpResponse:
    return render(request, "disasters.html", {"page": pages.page(office())})
