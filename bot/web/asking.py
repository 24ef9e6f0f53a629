"""An act that takes something away asks first: one click is a slip, two are a decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bot.web.office import page_before

View = Callable[..., HttpResponse]
SURE = "sure"


def asks(question: str, yes: str, about: Callable[..., str]) -> Callable[[View], View]:
    """A view of a POST that is asked about on a page of its own, until the form says that the person is sure. `about` names
    what is taken away, from the request and the address; it raises what the act itself would for whoever may not do it."""

    def guard(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
            if request.POST.get(SURE):
                return view(request, *given, **named)
            shown = {
                "question": question,
                "yes": yes,
                "about": about(request, *given, **named),
                "kept": [
                    (name, value)
                    for name in request.POST
                    for value in request.POST.getlist(name)
                    if name != "csrfmiddlewaretoken"
                ],
                "back": _back(request),
            }
            return render(request, "ask.html", shown)

        return asked

    return guard


def _back(request: HttpRequest) -> str:
    """The page with the button, where the browser says which; otherwise the first page."""
    before = page_before(request)
    return before if before and before.partition("?")[0] != request.path else reverse("home")
