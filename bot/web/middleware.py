"""What every answer goes through: a strict content security policy, and refusals in plain Japanese."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bot.errors import BotError, NotAllowed, NotFound

# Scripts and styles only from our own files. No duty here needs a script.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
Next = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Content-Security-Policy"] = POLICY
        if not request.path.startswith("/m/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class PlainErrors:
    """A refused act becomes a page that says what and what to do; nothing else of the error is shown."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, BotError):
            return None
        status = 404 if isinstance(exception, NotFound) else 403 if isinstance(exception, NotAllowed) else 409
        return render(request, "refused.html", {"error": exception}, status=status)
