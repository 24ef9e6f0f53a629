"""What every answer goes through: browsers keep and may do no more than is needed, refusals are in plain words, officers prove
a second factor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from structlog.contextvars import bound_contextvars

from bot import logs
from bot.errors import BotError, NotAllowed, NotFound, WorkflowError
from bot.services.records import audit
from bot.web import refusals
from bot.web.accounts import has_proved_second_factor
from bot.web.office import actor_of, office
from bot.workflow.actors import NEED_SECOND_FACTOR

NUL = "\x00"
ACCOUNT_PAGES = ("/account/", "/logout/", "/static/")
Next = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


# What a browser can do and no page of ours asks for; passkeys are ours alone. There is no word for "all others".
_UNUSED = (
    *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "clipboard-read", "display-capture"),
    *(
        "encrypted-media",
        "fullscreen",
        "gamepad",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
    ),
    *("magnetometer", "microphone", "midi", "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial"),
    *("storage-access", "usb", "window-management", "xr-spatial-tracking"),
)
_PASSKEYS = ("publickey-credentials-create=(self)", "publickey-credentials-get=(self)")
_PERMISSIONS = ", ".join([*(f"{feature}=()" for feature in _UNUSED), *_PASSKEYS])


class RequestId:
    """A number for each request, on its answer and in every line of the log that it brings about. Ours alone: one that a caller
    sends could be anything."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid4().hex
        with bound_contextvars(request=number):
            response = self.get_response(request)
        response["X-Request-Id"] = number
        return response


class Probes:
    """What machines ask is answered before all else: they call by any name and without TLS, many times a minute, and the answer
    must not depend on sessions, on people or on content."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(logs.PROBES):
            return self.get_response(request)
        try:
            request.resolver_match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        view, args, given = request.resolver_match
        answer: HttpResponse = view(request, *args, **given)
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


class BrowserPolicies:
    """What the browser may do with a page of ours, where Django has no setting for it. On every answer, files as well."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = _PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class NoStore:
    """Pages hold what is not published yet; only a published picture, which its hash names, may be kept."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Pictures of posts are public and named by their hash, so they may be kept; pages hold unpublished texts.
        if not request.path.startswith("/m/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class PlainErrors:
    """A refused act says what and what to do, on the page from which it came, or on one of its own; nothing else of the error
    is shown."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: list[Any], given: dict[str, Any]) -> HttpResponse | None:
        """NUL is in no text that anybody types, PostgreSQL keeps it in no column, and no view need think of it."""
        # A machine's call signs its body, which must still be there to be read as it came.
        if getattr(view, "csrf_exempt", False) or (field := _with_nul(request, given)) is None:
            return None
        refused = WorkflowError(
            "NUL in what was sent",
            summary="使えない文字（U+0000）が入っています",
            next_step="その文字を消して、もう一度送ってください",
            field=field,
        )
        return self.process_exception(request, refused)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        # Anything else is a fault of ours: Django's 500 page says nothing of it, and the log has it all.
        if not isinstance(exception, BotError):
            return None
        if isinstance(exception, NotAllowed) and request.user.is_authenticated:
            audit.note(office(), actor_of(request).person, audit.REFUSED, f"{request.method} {request.path}", exception.message)
        # 409: it could be done before, and somebody else was first or the files have changed.
        status = 404 if isinstance(exception, NotFound) else 403 if isinstance(exception, NotAllowed) else 409
        again = refusals.given_back(request, exception, status)
        return again or render(request, "refused.html", {"error": exception}, status=status)


def _with_nul(request: HttpRequest, given: dict[str, Any]) -> str | None:
    """The name of the first field with such a character, "" where the address has it; None where nothing has."""
    if any(NUL in str(value) for value in given.values()) or any(NUL in text for text in _texts(request.GET)):
        return ""
    return next((name.replace(NUL, "") for name, values in request.POST.lists() if NUL in "".join((name, *values))), None)


def _texts(sent: QueryDict) -> Iterator[str]:
    for name, values in sent.lists():
        yield from (name, *values)


class SecondFactor:
    """Whoever may approve must prove it with a second factor in each session, and is led to set one up; until then no page
    but those of the account opens. In sandbox mode nothing can be published, so nobody needs a telephone to try things."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return redirect("mfa_index") if self._is_missing(request) else self.get_response(request)

    def _is_missing(self, request: HttpRequest) -> bool:
        # The pages of the account stay open, or nobody could set a factor up.
        if not request.user.is_authenticated or request.path.startswith(ACCOUNT_PAGES) or office().config.sandbox:
            return False
        return actor_of(request).role in NEED_SECOND_FACTOR and not has_proved_second_factor(request)
