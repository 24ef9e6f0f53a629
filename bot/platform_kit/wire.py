"""What every platform of the sandbox has in common: a route that can meet trouble, and JSON answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `late`: how much later than usual a post shows in readings; for a reading, how old its view is."""

    request: Request
    values: Mapping[str, str]
    late: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """`channel` and `on` say which orders of trouble it meets; `refuse` words an HTTP status as the platform does."""

    channel: Callable[[Mapping[str, str]], str]
    on: str
    work: Callable[[Call], Response]
    refuse: Callable[[int], Response]


@dataclass(frozen=True, kw_only=True)
class Own:
    """An address of the sandbox's own. It never meets trouble."""

    work: Callable[[Call], Response]


def route(method: str, path: str, endpoint: Endpoint | Own) -> Rule:
    return Rule(path, methods=[method], endpoint=endpoint)


def answer(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json; charset=utf-8")
