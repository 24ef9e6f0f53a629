"""Something between the sandbox and whoever asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from bot.sandbox import server


class Wrapper:
    """The sandbox itself, as far as a child does not say otherwise."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)


W = TypeVar("W", bound=Wrapper)


@contextmanager
def wrapped(sandbox_server: server.Sandbox, wrapper: Callable[[Any], W]) -> Iterator[W]:
    plain = sandbox_server._server.app
    sandbox_server._server.app = made = wrapper(plain)
    yield made
    sandbox_server._server.app = plain
