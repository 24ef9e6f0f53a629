"""The page where something broke: what this machine lacks, in plain words, or that nobody knows."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from bot import trouble

_SOON = "30"  # seconds after which a browser, or a proxy, may ask again


def broken(request: HttpRequest) -> HttpResponse:
    """503 where the machine is to be put right (the database is away, the disk is full), and 500 for a fault of ours. Neither
    asks the database for anything."""
    error = sys.exc_info()[1]
    found = trouble.of(error) if error else None
    if found is None:
        return server_error(request)
    page = render_to_string("503.html", {"error": found})
    return HttpResponse(page, status=503, headers={"Retry-After": _SOON})
