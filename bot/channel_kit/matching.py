"""Is this post the one that was sent? Platforms give a text back changed in small ways, and lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.channel_kit.answers import AnswerModel, rows
from bot.channel_kit.base import CannotTell, Channel, Found, Newest, NotSeen, Prepared, Receipt, Sent
from bot.errors import ChannelError, Duplicate, OutcomeUnknown, Unavailable

# A platform's clock and ours differ; a post this much older than the commit may still be the one.
CLOCK_SKEW = timedelta(seconds=60)
MOST_PAGES = 5  # of a list, at one look
T = TypeVar("T", bound=AnswerModel)


@dataclass(frozen=True, kw_only=True)
class Page:
    """`entries` as the platform told them, newest first; `following` asks for the page behind it, "" for the last one."""

    entries: Sequence[Any]
    following: str = ""


@dataclass(frozen=True, kw_only=True)
class PostList(Generic[T]):
    """The posts that could be read. `whole`: there was no odd one among them, and no page behind the last one read."""

    posts: Sequence[T]
    whole: bool


def earliest(sent: Sent) -> int:
    """Unix time from which on to look."""
    return int((sent.since - CLOCK_SKEW).timestamp())


def listed(model: type[T], ask: Callable[[str], Page], older: Callable[[T], bool] = lambda _: False) -> PostList[T]:
    """Page by page, `ask("")` being the first, until one holds a post that is `older` than what is looked for."""
    posts, odd, cursor = list[T](), 0, ""
    for _ in range(MOST_PAGES):
        page = ask(cursor)
        found, strange = rows(model, page.entries)
        posts += (post for post in found if not older(post))
        odd += strange
        cursor = page.following
        # By the last one: what is pinned to the top may be old.
        if not cursor or (found and older(found[-1])):
            return PostList(posts=posts, whole=odd == 0)
    return PostList(posts=posts, whole=False)


def newest(model: type[T], page: Page, at: Callable[[T], datetime], number: Callable[[T], str], since: datetime) -> Newest:
    """Of one page. Where another one is behind it, it reaches back to its oldest post only; an odd entry tells nothing."""
    posts, odd = rows(model, page.entries)
    if odd:
        raise Unavailable("an odd entry in the list")
    reaches = max(since, min((at(post) for post in posts), default=since)) if page.following else since
    return Newest(ids=frozenset(number(post) for post in posts), since=reaches, read=len(posts))


def the_one(posts: PostList[T], is_it: Callable[[T], bool], receipt: Callable[[T], Receipt]) -> Found:
    """The receipt of the only post that is the one. Of two that look alike nobody can tell which it is."""
    hits = [post for post in posts.posts if is_it(post)]
    if len(hits) == 1:
        return receipt(hits[0])
    return NotSeen() if not hits and posts.whole else CannotTell(f"{len(hits)} of {len(posts.posts)}")


def made_before(channel: Channel, prepared: Prepared, now: datetime, refusal: Duplicate) -> Receipt:
    """A commit was refused as a duplicate. A proxy on the way may have sent our one request twice, or an attempt before this
    one may have won: then it is there, and this is its receipt. Raises the refusal if it is not, OutcomeUnknown if that cannot
    be seen."""
    try:
        found = channel.find(Sent(prepared=prepared, since=prepared.outgoing.since or now))
    except ChannelError as e:
        raise OutcomeUnknown("refused as a duplicate, and not readable", code=e.code) from None
    if isinstance(found, Receipt):
        return found
    if isinstance(found, CannotTell):
        raise OutcomeUnknown("refused as a duplicate, and not to be told from others", code=refusal.code) from None
    raise refusal
