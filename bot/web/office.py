"""The services' context for this process, and the person behind a request."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.http import HttpRequest

from bot.registry import load
from bot.services import practice
from bot.services.records.context import Context, context
from bot.workflow.actors import Actor

if TYPE_CHECKING:
    from bot.store.models import User


def office() -> Context:
    """That of a practice where one is open, whose clock is its own."""
    practised = practice.current()
    return practised.ctx if practised else _office()


# One for the process: the context holds no state of a request, and reading the configuration takes a moment.
@lru_cache(maxsize=1)
def _office() -> Context:
    return context(load())


def user_of(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101 the view requires a login
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    return user_of(request).actor


def page_before(request: HttpRequest) -> str:
    """The address of ours, with its query, from which the browser says it came; "" for another site's, and for what is none."""
    try:
        referer = urlsplit(request.META.get("HTTP_REFERER", ""))
    except ValueError:  # anybody may send anything
        return ""
    # What begins with two slashes would lead to another site.
    is_ours = referer.netloc == request.get_host() and referer.path.startswith("/") and not referer.path.startswith("//")
    return f"{referer.path}?{referer.query}".removesuffix("?") if is_ours else ""
