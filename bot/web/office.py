"""The services' context for this process, and the person behind a request."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest

from bot.registry import load
from bot.services.records.context import Context, context
from bot.store.models import User
from bot.workflow.actors import Actor


# One for the process: the context holds no state of a request, and reading the configuration takes a moment.
@lru_cache(maxsize=1)
def office() -> Context:
    return context(load())


def actor_of(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)  # noqa: S101 the view requires a login
    return request.user.actor
