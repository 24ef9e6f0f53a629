"""Reading a node by its number alone: the Page's photos, Instagram's containers and its media share one address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from bot.meta_graph.sandbox import credentials
from bot.meta_graph.sandbox.errors import missing
from bot.meta_graph.sandbox.tokens import Tokens
from bot.platform_kit.platform import PlatformContext
from bot.platform_kit.wire import Call, route

_OWNERS = frozenset({credentials.PAGE, credentials.INSTAGRAM_USER})


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Nodes of one channel: which numbers are its own, how one of them is told, and how it is deleted."""

    channel: str
    owns: Callable[[str], bool]
    read: Callable[[Call], Response]
    delete: Callable[[Call], Response]


class Lookup:
    def __init__(self, context: PlatformContext) -> None:
        self._tokens = context.shared(Tokens)
        self._kinds: list[Kind] = []

    def add(self, kind: Kind) -> None:
        self._kinds.append(kind)

    def rules(self) -> Iterable[Rule]:
        endpoint, node = self._tokens.endpoint, "/<version>/<identity>"
        return [
            route("GET", node, endpoint(self._channel, "read", self._read, owners=_OWNERS)),
            route("DELETE", node, endpoint(self._channel, "upload", self._delete, owners=_OWNERS)),
        ]

    def _channel(self, values: Mapping[str, str]) -> str:
        """Whose trouble a reading meets, "" for a number that is nobody's."""
        kind = self._kind(values["identity"])
        return kind.channel if kind else ""

    def _read(self, call: Call) -> Response:
        return self._found(call).read(call)

    def _delete(self, call: Call) -> Response:
        return self._found(call).delete(call)

    def _found(self, call: Call) -> Kind:
        """Raises GraphError."""
        kind = self._kind(call.values["identity"])
        if kind is None:
            raise missing(call.values["identity"])
        return kind

    def _kind(self, identity: str) -> Kind | None:
        return next((kind for kind in self._kinds if kind.owns(identity)), None)
