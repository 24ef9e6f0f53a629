"""What the sandbox asks of a channel's platform: the `PLATFORM` of the channel's `sandbox`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from werkzeug.routing import Rule

from bot.platform_kit.choices import Choices
from bot.platform_kit.state import State


class Service(Protocol):
    """Some addresses of a platform."""

    def rules(self) -> Iterable[Rule]: ...


class PlatformContext:
    """What all platforms of one sandbox share: what is remembered, and services that several of them need."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._shared: dict[type, Service] = {}

    def shared(self, kind: Callable[[PlatformContext], S]) -> S:
        """The one service of this class, made at first use."""
        if kind not in self._shared:
            self._shared[cast(type, kind)] = kind(self)
        return cast(S, self._shared[cast(type, kind)])

    def all_shared(self) -> tuple[Service, ...]:
        return tuple(self._shared.values())


S = TypeVar("S", bound=Service)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One way of connecting the channel, for those who try it against a platform that says what it is told to.

    `options` are environment variables beside the account's. `prepared` is a token that `prepare` might have made for two
    pictures. `made` is the body of an answer to a commit that made a post. `readings` are bodies of readings that show no post,
    by a part of their path.
    """

    name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    prepared: str
    made: Any
    readings: Mapping[str, Any]


def unchanged(name: str) -> str:
    return name


@dataclass(frozen=True, kw_only=True)
class Platform:
    """`services` makes what answers at the platform's addresses. `environment(base URL)` are the variables that point the
    channel's client there, as the account that exists there. `words` says what the channel calls the answers to a post, by
    the names of reactions.py. `hosts` are the platform's real ones: a client that is turned to the sandbox below its library
    may still name them.

    The timelines: a post's page is /<channel>/<name>, and at `paths`, which hold `<name>` too; `name_of` and `identity_of`
    lead from a post's id to that name and back ("" for what is no name). `links`: addresses in a text can be followed there.
    `colours` are for light and dark screens. `note` is shown beside the number of posts, `told` among the settings.
    """

    services: Callable[[PlatformContext], Iterable[Service]]
    environment: Callable[[str], Mapping[str, str]]
    words: Mapping[str, str]
    examples: tuple[Example, ...]
    hosts: frozenset[str] = frozenset()
    choices: tuple[type[Choices], ...] = ()
    paths: tuple[str, ...] = ()
    name_of: Callable[[str], str] = unchanged
    identity_of: Callable[[str], str] = unchanged
    links: bool = True
    pictures_first: bool = False
    colours: tuple[str, str] = ("#1a1a1c", "#f2f2f4")
    note: Callable[[State], str] | None = None
    told: Callable[[State], Mapping[str, str]] | None = None
