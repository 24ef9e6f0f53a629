"""Instagram's official publishing API: containers first (invisible, repeatable), then one publish request.

The container's number makes the commit checkable: its status tells whether it was published, so here, and only here, absence
can be proved and the very same container published again.
"""

from __future__ import annotations

import time
import unicodedata
from datetime import datetime
from typing import Any

from bot.channels._graph import Graph
from bot.channels.base import Absent, CannotTell, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channels.registry import require
from bot.config import Config
from bot.errors import ChannelError, MediaRefused, OutcomeUnknown, Unavailable
from bot.render.variant import Media

POLLS = 20
_POLL_PAUSE = 0.2  # doubles at each poll, up to a few seconds


def connect(config: Config) -> Channel:
    require(config, "Instagram", "instagram_user_id", "instagram_token", "media_base_url")
    graph = Graph(config.graph_base_url, config.instagram_token)
    return _Instagram(config.instagram_user_id, graph, config.media_base_url.rstrip("/"))


class _Instagram:
    def __init__(self, user: str, graph: Graph, media_base_url: str) -> None:
        self._user, self._graph, self._media_base = user, graph, media_base_url

    @property
    def account(self) -> str:
        return f"instagram:{self._user}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        if len(outgoing.media) == 1:
            container = self._container(caption=outgoing.text, **self._image(outgoing.media[0]))
        else:
            children = [self._container(is_carousel_item="true", **self._image(m)) for m in outgoing.media]
            for child in children:
                self._wait(child)
            container = self._container(media_type="CAROUSEL", children=",".join(children), caption=outgoing.text)
        self._wait(container)
        return Prepared(outgoing=outgoing, token=container)

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        answer = self._graph.commit(lambda g: g.put_object(self._user, "media_publish", creation_id=prepared.token))
        media = answer.get("id") if isinstance(answer, dict) else None
        if not media:
            raise OutcomeUnknown("answer without an id")
        return Receipt(remote_id=str(media), url=self._permalink(str(media)), at=now)

    def find(self, sent: Sent) -> Found:
        status = self._status(sent.prepared.token)
        if status == "PUBLISHED":
            return self._published(sent)
        # FINISHED: ready, and not published so far; a request still on its way might yet do it.
        return Absent() if status in ("EXPIRED", "ERROR") else CannotTell(status)

    def delete(self, remote_id: str) -> None:
        self._graph.read(lambda g: g.delete_object(remote_id))

    def _image(self, media: Media) -> dict[str, str]:
        return {"image_url": f"{self._media_base}/m/{media.sha256}.jpg", "alt_text": media.alt}

    def _container(self, **fields: str) -> str:
        answer = self._graph.read(lambda g: g.put_object(self._user, "media", **fields))
        return str(answer["id"])

    def _status(self, container: str) -> str:
        answer = self._graph.read(lambda g: g.get_object(container, fields="status_code"))
        return str(answer.get("status_code", ""))

    def _wait(self, container: str) -> None:
        """Until the container is ready. Raises MediaRefused or Unavailable."""
        for poll in range(POLLS):
            status = self._status(container)
            if status == "FINISHED":
                return
            if status in ("ERROR", "EXPIRED"):
                raise MediaRefused(f"container {status}", code=status)
            time.sleep(min(_POLL_PAUSE * 2**poll, 3.0))
        raise Unavailable("container not ready")

    def _published(self, sent: Sent) -> Found:
        """It is published: which of our media is it? Never simply the newest one."""
        answer = self._graph.read(
            lambda g: g.get_connections(self._user, "media", fields="id,caption,permalink,timestamp", limit=25)
        )
        wanted = _canonical(sent.prepared.outgoing.text)
        hits = [m for m in answer.get("data", []) if _canonical(m.get("caption", "")) == wanted and _after(m, sent)]
        if len(hits) != 1:
            return CannotTell("published, but not recognised")
        return Receipt(remote_id=str(hits[0]["id"]), url=str(hits[0].get("permalink", "")), at=sent.since)

    def _permalink(self, media: str) -> str:
        try:
            answer = self._graph.read(lambda g: g.get_object(media, fields="permalink"))
            return str(answer["permalink"])
        except (ChannelError, KeyError, TypeError):
            return "https://www.instagram.com/"


def _after(media: dict[str, Any], sent: Sent) -> bool:
    stamp = datetime.fromisoformat(media["timestamp"].replace("+0000", "+00:00"))
    return (stamp - sent.since).total_seconds() > -120


def _canonical(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
