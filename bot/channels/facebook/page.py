"""A Facebook Page: hidden photos first, then one /feed request that shows everything at once."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO

from bot.channel_kit import pictures
from bot.channel_kit.answers import link
from bot.channel_kit.base import Absent, Account, Channel, Found, Newest, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.begun import named, one_by_one
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import earliest, listed, made_before, newest, the_one
from bot.channels.facebook import SPEC, Options
from bot.channels.facebook.answers import Linked, Photo, Post, Shown
from bot.config import Config, require
from bot.errors import ChannelError, Duplicate, Rejected
from bot.meta_graph.client import AltRefused, Graph, Missing
from bot.meta_graph.options import GraphOptions
from bot.render.variant import Media
from bot.text.likeness import canonical

_A_PAGE = 25
_MOST_LISTED = 100  # by one call, at the daily look
_NEEDED = frozenset({"pages_manage_posts", "pages_read_engagement"})  # to post, and to read back what was posted
_SHOWN = "id,attachments{target,subattachments{target}}"
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
        if outgoing.edits:  # its photos are there
            return Prepared(outgoing=outgoing)
        # Photos go into one post only. So of two requests with the same ones, the second is refused if the first has won.
        if _are_photos(outgoing):
            return Prepared(outgoing=outgoing, token=outgoing.earlier)
        return Prepared(outgoing=outgoing, token=",".join(one_by_one(outgoing, self._hidden_photo)))

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        if prepared.outgoing.edits:
            return self._edit(prepared.outgoing, now)
        fields = {"message": prepared.outgoing.text}
        if prepared.token:
            photos = [{"media_fbid": photo} for photo in prepared.token.split(",")]
            fields["attached_media"] = json.dumps(photos)  # a list would be sent as something that Graph cannot read
        try:
            post = self._graph.commit(lambda g: g.put_object(self._page, "feed", **fields))
        except Duplicate as refusal:
            return made_before(self, prepared, now, refusal)
        return Receipt(remote_id=post, url=self._permalink(post), at=now)

    def find(self, sent: Sent) -> Found:
        """Among the Page's posts since just before the first commit: by the photos' numbers, or by the text."""
        if sent.prepared.outgoing.edits:
            return self._edited(sent.prepared.outgoing)
        since = earliest(sent)
        posts = listed(
            Post,
            lambda cursor: self._graph.page(self._page, "published_posts", cursor, fields=_FIELDS, since=since, limit=_A_PAGE),
            # A platform that does not heed `since` would have us read all that it ever showed.
            lambda post: post.created_time.timestamp() < since,
        )
        return the_one(posts, lambda post: _is_it(post, sent.prepared), _receipt)

    def _edit(self, outgoing: Outgoing, now: datetime) -> Receipt:
        """The same words a second time change nothing, so what was not seen to be there may be sent again."""
        self._graph.change(outgoing.edits, message=outgoing.text)
        return Receipt(remote_id=outgoing.edits, url=self._permalink(outgoing.edits), at=now)

    def _edited(self, outgoing: Outgoing) -> Found:
        post = self._graph.told(Post, lambda g: g.get_object(outgoing.edits, fields="id,message,created_time,permalink_url"))
        return _receipt(post) if canonical(post.message or "") == canonical(outgoing.text) else Absent()

    def delete(self, remote_id: str) -> None:
        self._graph.read(lambda g: g.delete_object(remote_id))

    def stands(self, remote_id: str) -> bool:
        """Graph says the same of what is gone and of what it denies for a while (100/33): only that it stands can be known."""
        self._graph.read(lambda g: g.get_object(remote_id, fields="id"))
        return True

    def newest(self, since: datetime) -> Newest:
        page = self._graph.page(
            self._page, "published_posts", "", fields="id,created_time", since=int(since.timestamp()), limit=_MOST_LISTED
        )
        return newest(Post, page, lambda post: post.created_time, lambda post: post.id, since)

    def probe(self) -> Account:
        """A Page's token is the Page itself."""
        told = self._graph.whose("me", "id,name")
        return self._graph.account(f"facebook:{told.id}", told.name, _NEEDED)

    def discard(self, token: str, post: str) -> None:
        """A photo is free where Graph shows it and names no post of it, and the delivery's own post does not show it."""
        used = self._graph.told(Shown, lambda g: g.get_object(post, fields=_SHOWN)).photos if post else set()
        unclear: Missing | None = None
        for number in named(token):
            try:
                if number not in used:
                    self._delete_if_free(number)
            except Missing as e:  # it may be gone, or denied for a while (100/33)
                unclear = e
        if unclear:
            raise unclear

    def _delete_if_free(self, photo: str) -> None:
        if not self._graph.told(Photo, lambda g: g.get_object(photo, fields="id,page_story_id")).page_story_id:
            self._graph.read(lambda g: g.delete_object(photo))

    def _hidden_photo(self, number: int, media: Media) -> str:
        more = {"album_path": f"{self._page}/photos", "published": "false", "alt_text_custom": media.alt}
        try:
            return self._graph.create(lambda g: g.put_photo(BytesIO(media.data), **more))
        except Rejected as e:
            told = pictures.refused(e, number, media, alt=isinstance(e, AltRefused))
        raise told

    def _permalink(self, post: str) -> str:
        """Asked for after the post is made: if that fails, the post is there all the same."""
        try:
            told = self._graph.told(Linked, lambda g: g.get_object(post, fields="permalink_url"))
        except ChannelError:
            return _constructed(post)
        return link(told.permalink_url) or _constructed(post)


def _are_photos(outgoing: Outgoing) -> bool:
    """Is there an attempt before this one, whose request left with so many photos?"""
    numbers = outgoing.earlier.split(",")
    return outgoing.since is not None and len(numbers) == len(outgoing.media) and all(n.isdigit() for n in numbers)


def _constructed(post: str) -> str:
    return f"https://www.facebook.com/{post}"


def _receipt(post: Post) -> Receipt:
    return Receipt(remote_id=post.id, url=link(post.permalink_url) or _constructed(post.id), at=post.created_time)


def _is_it(post: Post, prepared: Prepared) -> bool:
    photos = set(prepared.token.split(",")) if prepared.token else set()
    # A photo's number is ours alone; the same text may stand in another post, too.
    if photos:
        return photos <= post.photos
    return canonical(post.message or "") == canonical(prepared.outgoing.text)
