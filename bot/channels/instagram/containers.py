"""Instagram's containers: one for each picture of an album, one for the post. They are invisible, and kept for a day."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.channel_kit import pictures
from bot.channel_kit.base import Outgoing
from bot.channel_kit.begun import one_by_one, remembered
from bot.channels.instagram.answers import Container
from bot.errors import ChannelError, MediaRefused, NotSent, RateLimited, Rejected, RetryLater, Unavailable
from bot.meta_graph.client import NOT_FETCHED, NOT_READY, AltRefused, Graph, Missing, classify, out_of_reach, subcode_of
from bot.render.variant import Media

READY_WITHIN_SECONDS = 60.0
PUBLISHED, FINISHED, DEAD = "PUBLISHED", "FINISHED", ("EXPIRED", "ERROR")
GONE = "GONE"  # our own word
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_SUBCODE = re.compile(r"\b22070\d\d\b")


class _Passing(Unavailable):
    """No answer about a container, but about the platform: busy, or not to be read."""


def _without_blame(error: Unavailable) -> Unavailable:
    """The same error as a passing one, unless it names a container."""
    if isinstance(error, Missing) or subcode_of(error):
        return error
    return _Passing(error.message, code=error.code, retry_after=error.retry_after)


# What was refused for these reasons says nothing of the containers made before; one that has gone wrong shows when its
# status is asked for.
_SAYS_NOTHING = (RateLimited, NotSent, _Passing)


@dataclass(frozen=True, kw_only=True)
class _Picture:
    """A container with the picture that it is of; `number` counts from 1, 0 for an album. `alone`: it holds the caption too."""

    container: str = ""
    number: int = 0
    media: Media | None = None
    alone: bool = False

    def blamed(self, error: ChannelError) -> ChannelError:
        """The error, with the picture's name where it is about a picture."""
        if self.media is None:
            return error
        if isinstance(error, Unavailable) and subcode_of(error) in NOT_FETCHED:
            return out_of_reach(error.message, error.code, pictures.name(self.number, self.media))
        if isinstance(error, MediaRefused) or (isinstance(error, Rejected) and not self.alone):
            return pictures.refused(error, self.number, self.media, alt=isinstance(error, AltRefused))
        return error


class Containers:
    """`base` is the public address of the pictures."""

    def __init__(self, graph: Graph, user: str, base: str) -> None:
        self._graph, self._user, self._base = graph, user, base

    def make(self, outgoing: Outgoing) -> str:
        """A container that is ready to be published. Raises ChannelError."""
        if len(outgoing.media) == 1:
            made = self._of_picture(1, outgoing.media[0], caption=outgoing.text)
        else:
            made = self._album(outgoing)
        self.wait_for(made.container, made)
        return made.container

    def wait_for(self, container: str, picture: _Picture | None = None) -> None:
        """Until it is ready. Where its status cannot be read, the next try takes the same one up."""
        try:
            self._wait([picture or _Picture(container=container)])
        except _SAYS_NOTHING as e:
            e.made = container
            raise

    def status(self, container: str) -> str:
        """As Instagram names it, or GONE."""
        try:
            return self._told(container).status_code
        except Missing:
            return GONE
        except Rejected as e:
            denied = Unavailable(e.message, code=e.code)
        raise denied

    def _album(self, outgoing: Outgoing) -> _Picture:
        """Instagram wants the pictures ready before the container that shows them together. Most are at once: each is asked for
        once, and then the album is tried, which tells as well whether they are."""
        numbers = one_by_one(outgoing, lambda n, m: self._of_picture(n, m, is_carousel_item="true").container)
        children = [_Picture(container=c, number=n, media=outgoing.media[n - 1]) for n, c in enumerate(numbers, 1)]
        try:
            return self._of_children(children, outgoing.text)
        except RetryLater as e:
            # After any other answer it may be one of them that has gone wrong: all are made anew.
            e.made = remembered(numbers) if isinstance(e, _SAYS_NOTHING) else ""
            raise

    def _of_children(self, children: Sequence[_Picture], caption: str) -> _Picture:
        if waiting := [child for child in children if not self._ready(child)]:
            time.sleep(_FIRST_PAUSE)
        try:
            return self._together(children, caption)
        except Unavailable as e:
            if subcode_of(e) != NOT_READY:
                raise
        self._wait(waiting or children)
        return self._together(children, caption)

    def _together(self, children: Sequence[_Picture], caption: str) -> _Picture:
        numbers = ",".join(child.container for child in children)
        try:
            return _Picture(container=self._create(media_type="CAROUSEL", children=numbers, caption=caption))
        except Unavailable as e:
            told = _without_blame(e)
        raise told

    def _of_picture(self, number: int, media: Media, **more: str) -> _Picture:
        # Instagram fetches pictures itself, from a public address, named by their hash.
        url = f"{self._base}/m/{media.sha256}.jpg"
        picture = _Picture(number=number, media=media, alone="caption" in more)
        try:
            return replace(picture, container=self._create(image_url=url, alt_text=media.alt, **more))
        except ChannelError as e:
            told = picture.blamed(e)
        raise told

    def _create(self, **fields: str) -> str:
        return self._graph.create(lambda g: g.put_object(self._user, "media", **fields))

    def _told(self, container: str) -> Container:
        return self._graph.told(Container, lambda g: g.get_object(container, fields="status_code,status"))

    def _wait(self, containers: Sequence[_Picture]) -> None:
        """Until all are ready. Raises MediaRefused or Unavailable."""
        waiting, pause = list(containers), _FIRST_PAUSE
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while waiting := [c for c in waiting if not self._ready(c)]:
            if time.monotonic() > deadline:
                raise Unavailable("container not ready", summary=_NOT_READY_YET)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _ready(self, picture: _Picture) -> bool:
        try:
            told = self._told(picture.container)
        except Rejected as e:
            denied = Unavailable(e.message, code=e.code)
        except Unavailable as e:
            denied = _without_blame(e)
        else:
            if told.status_code in DEAD:
                raise picture.blamed(_why(told))
            return told.status_code == FINISHED
        raise denied


_NOT_READY_YET = "Instagram での画像の準備が終わらないため、まだ送っていません"


def _why(told: Container) -> ChannelError:
    """By the subcode in what is told of a container that went wrong."""
    found = _SUBCODE.search(told.status or "")
    subcode = int(found.group()) if found else 0
    passing = classify(0, subcode, 200) is Unavailable
    return (Unavailable if passing else MediaRefused)(f"container {told.status_code}", code=f"{told.status_code}/{subcode}")
