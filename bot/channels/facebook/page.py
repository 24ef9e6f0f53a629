"""A Facebook Page: hidden photos first, then one /feed request that shows everything at once."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from typing import Any

from bot.channel_kit.base import CannotTell, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import earliest, made_before
from bot.channels.facebook import SPEC, Options
from bot.config import Config, require
from bot.errors import ChannelError, Duplicate
from bot.meta_graph.client import Graph
from bot.meta_graph.options import GraphOptions
from bot.render.variant import Media
from bot.text.likeness import canonical

_FIELDS = "id,message,created_time,permalink_url,attachments{target,subattachments{target}}"


def connect(config: Config) -> Channel:
    """Raises ConfigError if the Page's number or token is missing."""
    own = config.of(Options)
    require(own, SPEC.label, "page_id", "page_token")
    return _Page(own.page_id, Graph(config.of(GraphOptions).base_url, own.page_token))


class _Page:
    def __init__(self, page: str, graph: Graph) -> None:
        self._page, self._graph = page, graph

    @property
    def account(self) -> str:
        return f"facebook:{self._page}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        require_fit(SPEC, outgoing)
        return Prepared(outgoing=outgoing, token=",".join(self._hidden_photo(m) for m in outgoing.media))

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        fields = {"message": prepared.outgoing.text}
        if prepared.token:
            photos = [{"media_fbid": photo} for photo in prepared.token.split(",")]
            fields["attached_media"] = json.dumps(photos)  # a list would be sent as something that Graph cannot read
        try:
            post = self._graph.commit(lambda g: g.put_object(self._page, "feed", **fields))
        except Duplicate as refusal:
            return made_before(self, Sent(prepared=prepared, since=now), refusal)
        return Receipt(remote_id=post, url=self._permalink(post), at=now)

    def find(self, sent: Sent) -> Found:
        """Among the Page's posts since just before the commit: by the photos' numbers, or by the text."""
        return self._graph.read(lambda g: self._search(g, sent))

    def delete(self, remote_id: str) -> None:
        self._graph.read(lambda g: g.delete_object(remote_id))

    def stands(self, remote_id: str) -> bool:
        """Graph says the same of what is gone and of what it denies for a while (100/33): only that it stands can be known."""
        self._graph.read(lambda g: g.get_object(remote_id, fields="id"))
        return True

    def _search(self, api: Any, sent: Sent) -> Found:
        posts = api.get_connections(self._page, "published_posts", fields=_FIELDS, since=earliest(sent), limit=25)["data"]
        hits = [post for post in posts if _is_it(post, sent.prepared)]
        if len(hits) != 1:
            return CannotTell(f"{len(hits)} of {len(posts)}")
        post = hits[0]
        made = datetime.fromisoformat(post["created_time"])
        return Receipt(remote_id=post["id"], url=post.get("permalink_url") or _constructed(post["id"]), at=made)

    def _hidden_photo(self, media: Media) -> str:
        return self._graph.create(
            lambda g: g.put_photo(
                BytesIO(media.data), album_path=f"{self._page}/photos", published="false", alt_text_custom=media.alt
            )
        )

    def _permalink(self, post: str) -> str:
        """Asked for after the post is made: if that fails, the post is there all the same."""
        try:
            answer = self._graph.read(lambda g: g.get_object(post, fields="permalink_url"))
            return str(answer["permalink_url"])
        except (ChannelError, KeyError, TypeError):
            return _constructed(post)


def _constructed(post: str) -> str:
    return f"https://www.facebook.com/{post}"


def _is_it(post: dict[str, Any], prepared: Prepared) -> bool:
    photos = set(prepared.token.split(",")) if prepared.token else set()
    # A photo's number is ours alone; the same text may stand in another post, too.
    if photos:
        return photos <= _targets(post)
    return canonical(post.get("message", "")) == canonical(prepared.outgoing.text)


def _targets(post: dict[str, Any]) -> set[str]:
    attachments = post.get("attachments", {}).get("data", [])
    inner = [sub for a in attachments for sub in a.get("subattachments", {}).get("data", [])]
    return {str(a["target"]["id"]) for a in (*attachments, *inner) if a.get("target", {}).get("id")}
