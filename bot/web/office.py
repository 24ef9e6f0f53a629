"""The services' context for this process, and the person behind a request."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.http import HttpRequest

from bot.registry import load
from bot.services.records.context import Context, context
from bot.workflow.actors import Actor

if TYPE_CHECKING:
    from bot.store.models import User


# One for the process: the context holds no state of a request, and reading the configuration takes a moment.
@lru_cache(maxsize=1)
def office() -> Context:
    return context(load())


def user_of(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101 the view requires a login
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    return user_of(request).actor
