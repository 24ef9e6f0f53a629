"""Instagram's official publishing API: containers first (invisible, repeatable), then one publish request.

The container's number makes the commit checkable and repeatable: its status tells whether it was published, and publishing the
same container twice makes one post. So here, and only here, absence can be proved; and a later attempt takes up the container
of the one before it rather than make another.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.channel_kit.base import Absent, CannotTell, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import earliest
from bot.channels.instagram.options import Options
from bot.config import Config, require
from bot.errors import ChannelError, MediaRefused, Rejected, Unavailable
from bot.meta_graph.client import Graph, classify
from bot.meta_graph.options import GraphOptions
from bot.render.variant import ChannelSpec, Media
from bot.text.likeness import canonical

READY_WITHIN_SECONDS = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
# A container that is still unpublished so long after the commit: no request is on its way any more.
_SETTLED = timedelta(minutes=2)
_PROFILE = "https://www.instagram.com/"  # where a post's own address cannot be read
_SUBCODE = re.compile(r"\b22070\d\d\b")
_PUBLISHED, _FINISHED, _DEAD = "PUBLISHED", "FINISHED", ("EXPIRED", "ERROR")


def connect(config: Config, spec: ChannelSpec) -> Channel:
    """Raises ConfigError if the account's number, its token or the pictures' public address is missing."""
    own = config.of(Options)
    require(own, spec.label, "user_id", "token")
    require(config, spec.label, "media_base_url")
    graph = Graph(config.of(GraphOptions).base_url, own.token)
    return _Instagram(spec, own.user_id, graph, config.media_base_url.rstrip("/"))


class _Instagram:
    def __init__(self, spec: ChannelSpec, user: str, graph: Graph, media_base_url: str) -> None:
        self._spec, self._user, self._graph, self._media_base = spec, user, graph, media_base_url

    @property
    def account(self) -> str:
        return f"instagram:{self._user}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        require_fit(self._spec, outgoing)
        # A token of the other driver is no number.
        if outgoing.earlier.isdigit() and self._status(outgoing.earlier) not in _DEAD:
            return Prepared(outgoing=outgoing, token=outgoing.earlier)
        if len(outgoing.media) == 1:
            container = self._container(caption=outgoing.text, **self._image(outgoing.media[0]))
        else:
            # Instagram wants the pictures ready before the container that shows them together.
            children = [self._container(is_carousel_item="true", **self._image(m)) for m in outgoing.media]
            self._wait(children)
            container = self._container(media_type="CAROUSEL", children=",".join(children), caption=outgoing.text)
        self._wait([container])
        return Prepared(outgoing=outgoing, token=container)

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        media = self._graph.commit(lambda g: g.put_object(self._user, "media_publish", creation_id=prepared.token))
        return Receipt(remote_id=media, url=self._permalink(media), at=now)

    def find(self, sent: Sent) -> Found:
        status = self._status(sent.prepared.token)
        if status == _PUBLISHED:
            return self._graph.read(lambda g: self._search(g, sent))
        # By the Date of the answer: how old a container is, the platform says and not this machine's clock.
        told_at = self._graph.told_at()
        settled = told_at is not None and told_at - sent.since > _SETTLED
        return Absent() if status in _DEAD or (status == _FINISHED and settled) else CannotTell(status)

    def delete(self, remote_id: str) -> None:
        self._graph.read(lambda g: g.delete_object(remote_id))

    def stands(self, remote_id: str) -> bool:
        """Graph says the same of what is gone and of what it denies for a while (100/33): only that it stands can be known."""
        self._graph.read(lambda g: g.get_object(remote_id, fields="id"))
        return True

    def _image(self, media: Media) -> dict[str, str]:
        # Instagram fetches pictures itself, from a public address, named by their hash.
        return {"image_url": f"{self._media_base}/m/{media.sha256}.jpg", "alt_text": media.alt}

    def _container(self, **fields: str) -> str:
        return self._graph.create(lambda g: g.put_object(self._user, "media", **fields))

    def _status(self, container: str) -> str:
        """For days in May 2026 Graph denied containers that were there (100/33): that is not the post's fault."""
        try:
            return self._graph.read(lambda g: str(g.get_object(container, fields="status_code")["status_code"]))
        except Rejected as e:
            denied = Unavailable(e.message, code=e.code)
        raise denied

    def _why(self, container: str) -> str:
        """The subcode in what is told of a container that went wrong, "" for none."""
        told = self._graph.read(lambda g: str(g.get_object(container, fields="status").get("status", "")))
        found = _SUBCODE.search(told)
        return found.group() if found else ""

    def _wait(self, containers: Iterable[str]) -> None:
        """Until all are ready. Raises MediaRefused or Unavailable."""
        waiting, pause = list(containers), _FIRST_PAUSE
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while waiting := [c for c in waiting if not self._ready(c)]:
            if time.monotonic() > deadline:
                raise Unavailable("container not ready")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _ready(self, container: str) -> bool:
        status = self._status(container)
        if status in _DEAD:
            subcode = self._why(container)
            passing = classify(0, int(subcode or 0), 200) is Unavailable
            raise (Unavailable if passing else MediaRefused)(f"container {status}", code=f"{status}/{subcode}")
        return status == _FINISHED

    def _search(self, api: Any, sent: Sent) -> Found:
        """It is published: which of our media is it? Never simply the newest one."""
        media = api.get_connections(self._user, "media", fields="id,caption,permalink,timestamp", limit=25)["data"]
        wanted = canonical(sent.prepared.outgoing.text)
        hits = [m for m in media if canonical(m.get("caption", "")) == wanted and _made(m).timestamp() >= earliest(sent)]
        # Two posts of one caption: to take the newer one would give the receipt a wrong address.
        if len(hits) != 1:
            return CannotTell("published, but not recognised")
        return Receipt(remote_id=str(hits[0]["id"]), url=hits[0].get("permalink") or _PROFILE, at=_made(hits[0]))

    def _permalink(self, media: str) -> str:
        """Asked for after the post is made: if that fails, the post is there all the same."""
        try:
            return self._graph.read(lambda g: str(g.get_object(media, fields="permalink")["permalink"]))
        except ChannelError:
            return _PROFILE


def _made(media: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(media["timestamp"])
