"""What the engine asks of a channel, and what it hands over and gets back.

A channel's `connect(config)` returns a Channel. One that is exported or posted by hand has none (see bot/channels/__init__.py).

`prepare` may be repeated (uploads leave only invisible orphans); `commit` sends ONE request that can make a post visible,
with no retry in any layer; `find` reads back. Errors are those of `bot.errors.ChannelError`; anything else that escapes is
treated as OutcomeUnknown once `commit` was entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias, runtime_checkable

from bot.render.variant import Media


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One part of a Variant, about to be sent. `parent` is the remote id it replies to ("" for none); `key` is stable for
    this delivery over all attempts (used where a platform lets a client name its upload). `earlier` is the token of the
    attempt before this one ("" for none): where a platform publishes the same thing only once, it is used again. `since` is
    when this delivery's first request left, None if none has yet. `edits` is the remote id of the post whose words this
    replaces ("": it is a post of its own)."""

    key: str
    text: str
    media: tuple[Media, ...] = ()
    parent: str = ""
    earlier: str = ""
    since: datetime | None = None
    edits: str = ""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """`token` is what the commit needs (media ids, a container id): opaque to the engine, stored with the intent.
    `by` is the engine's: the account and the way of connecting for which it is good."""

    outgoing: Outgoing
    token: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    remote_id: str
    url: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A commit whose outcome is unknown: what was sent (with its token), and when it left at the earliest. `since` is the first
    request of this delivery, from where on to look: any of them may have won. `latest` is the newest one (None: the same)."""

    prepared: Prepared
    since: datetime
    latest: datetime | None = None

    @property
    def newest(self) -> datetime:
        return self.latest or self.since


@dataclass(frozen=True)
class Absent:
    """Proved: it was not published, and this very commit may be repeated."""


@dataclass(frozen=True)
class NotSeen:
    """All posts of the time in question were read, and it is not among them. No proof: a list may be late. It lets a person's
    word stand who has looked as well."""


@dataclass(frozen=True)
class CannotTell:
    """Neither seen nor proved absent; `seen` says why, for the log."""

    seen: str = ""


@runtime_checkable
class Discards(Protocol):
    """A channel whose platform keeps hidden uploads until they are deleted (ChannelSpec.keeps_uploads)."""

    def discard(self, token: str, post: str) -> None:
        """Delete the uploads that `token` names, but for those that a post uses; `post` is the delivery's own, "" for none.
        May be repeated. Raises ChannelError where the platform does not clearly say that an upload is free."""
        ...


@dataclass(frozen=True, kw_only=True)
class Newest:
    """The account's newest posts by one list call. Each post made at `since` or later is among them; `read` were told, which is
    what some platforms ask a price for."""

    ids: frozenset[str]
    since: datetime
    read: int


@runtime_checkable
class Lists(Protocol):
    """A channel whose platform lists the account's own posts under the numbers of their receipts."""

    def newest(self, since: datetime) -> Newest:
        """One request; none older than `since` is asked for, where the platform can be asked so. Raises ChannelError."""
        ...


Found: TypeAlias = Receipt | Absent | NotSeen | CannotTell


ENDS_SOON = timedelta(days=14)  # before its end a key is spoken of


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose the configured keys really are, by a reading that changes nothing. `identity` has the form of `Channel.account`.

    `rights` are the permissions that the platform tells, by its own names, None where it does not tell; `lacks` those that
    posting needs beside them, `lacks_to_delete` those that only deleting needs. `ends` is when the key ends, `endless` that the
    platform says it does not; neither: not told. `used` of `quota` posts have left in the platform's window, None where it does
    not tell."""

    identity: str
    name: str = ""
    rights: tuple[str, ...] | None = None
    lacks: tuple[str, ...] = ()
    lacks_to_delete: tuple[str, ...] = ()
    ends: datetime | None = None
    endless: bool = False
    used: int | None = None
    quota: int | None = None

    def ends_soon(self, now: datetime) -> bool:
        """Time to make another key."""
        return self.ends is not None and self.ends - now < ENDS_SOON


class Channel(Protocol):
    @property
    def account(self) -> str:
        """The lane: one account, e.g. `x:1234`. One commit is in flight per lane."""
        ...

    def prepare(self, outgoing: Outgoing) -> Prepared:
        """Everything that may be repeated: uploads, alt texts, containers. Raises ChannelError."""
        ...

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        """One request. `now` is the engine's clock, for the receipt.

        Raises ChannelError; OutcomeUnknown when bytes may have left without a clear answer.
        """
        ...

    def find(self, sent: Sent) -> Found:
        """Was it published? Reads only. Raises ChannelError when reading fails."""
        ...

    def delete(self, remote_id: str) -> None:
        """Take a post down; may be repeated. Raises ChannelError."""
        ...

    def stands(self, remote_id: str) -> bool:
        """Can a citizen see this post? Reads only. Raises ChannelError where that cannot be told."""
        ...

    def probe(self) -> Account:
        """Whose are the keys, and what may they do? Reads only, three requests at most. Raises ChannelError."""
        ...
