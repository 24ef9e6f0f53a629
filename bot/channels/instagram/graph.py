"""Instagram's official publishing API: containers first (invisible, repeatable), then one publish request.

The container's number makes the commit checkable and repeatable: its status tells whether it was published, and publishing the
same container twice makes one post. So here, and only here, absence can be proved; and a later attempt takes up the container
of the one before it rather than make another. But a status alone proves nothing: it was seen to say FINISHED, ERROR or EXPIRED
of posts that were out. So the account's list must not show it either, and time must have passed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.channel_kit.answers import link
from bot.channel_kit.base import Absent, Account, CannotTell, Channel, Found, Newest, NotSeen, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import PostList, earliest, listed, newest, the_one
from bot.channels.instagram.answers import Permalink, Quota, Quotas, Shown
from bot.channels.instagram.containers import DEAD, FINISHED, GONE, PUBLISHED, Containers
from bot.channels.instagram.options import Options
from bot.config import Config, require
from bot.errors import ChannelError, RateLimited, Rejected, Unavailable
from bot.meta_graph.client import DAY_USED_UP, NOT_THERE, Graph, subcode_of
from bot.meta_graph.options import GraphOptions
from bot.render.variant import ChannelSpec
from bot.text.likeness import canonical

# A container that is still unpublished so long after the commit: no request is on its way any more. Publishing a finished one
# once more makes no second post; where another one is to be made, the list has had longer to show the first.
_SETTLED = {FINISHED: timedelta(minutes=2), **dict.fromkeys((*DEAD, GONE), timedelta(minutes=5))}
_PROFILE = "https://www.instagram.com/"  # where a post's own address cannot be read
_FIELDS, _A_PAGE = "id,caption,permalink,timestamp,media_type,children{id}", 50
_MOST_LISTED = 100  # by one call, at the daily look
_NEEDED = frozenset({"instagram_basic", "instagram_content_publish"})
_TO_DELETE = frozenset({"instagram_manage_contents"})
_AN_HOUR = 3600.0  # where Instagram does not tell when its limit ends


def connect(config: Config, spec: ChannelSpec) -> Channel:
    """Raises ConfigError if the account's number, its token or the pictures' public address is missing."""
    own = config.of(Options)
    require(own, spec.label, "user_id", "token")
    require(config, spec.label, "media_base_url")
    graph = Graph(config.of(GraphOptions).base_url, own.token)
    return _Instagram(spec, own.user_id, graph, config.media_base_url.rstrip("/"))


class _Instagram:
    def __init__(self, spec: ChannelSpec, user: str, graph: Graph, media_base_url: str) -> None:
        self._spec, self._user, self._graph = spec, user, graph
        self._containers = Containers(graph, user, media_base_url)

    @property
    def account(self) -> str:
        return f"instagram:{self._user}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        require_fit(self._spec, outgoing)
        # A token of the other driver is no number.
        if outgoing.earlier.isdigit() and (status := self._containers.status(outgoing.earlier)) not in (*DEAD, GONE):
            if status not in (FINISHED, PUBLISHED):
                self._containers.wait_for(outgoing.earlier)
            return Prepared(outgoing=outgoing, token=outgoing.earlier)
        try:
            return Prepared(outgoing=outgoing, token=self._containers.make(outgoing))
        except RateLimited as e:
            limited = self._which_limit(e)
            limited.made = e.made
        raise limited

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            media = self._graph.commit(lambda g: g.put_object(self._user, "media_publish", creation_id=prepared.token))
        except RateLimited as e:
            refusal: ChannelError = self._which_limit(e)
        except Rejected as e:
            # The container is gone, or denied; that is not the text's fault.
            refusal = Unavailable(e.message, code=e.code) if subcode_of(e) == NOT_THERE else e
        else:
            return Receipt(remote_id=media, url=self._permalink(media), at=now)
        raise refusal

    def find(self, sent: Sent) -> Found:
        """Among the account's posts since just before the first commit, by caption and picture count; and what the container
        says."""
        posts, pictures = self._posts(earliest(sent)), len(sent.prepared.outgoing.media)
        found = the_one(posts, lambda post: _says(post, sent) and post.may_show(pictures), _receipt)
        if not isinstance(found, NotSeen) or not sent.prepared.token:
            return found
        status = self._containers.status(sent.prepared.token)
        if status == PUBLISHED:  # that says more than its looks
            found = the_one(posts, lambda post: _says(post, sent), _receipt)
            return found if isinstance(found, Receipt) else CannotTell("published, but not recognised")
        # By the Date of the answer: how old a container is, the platform says and not this machine's clock.
        told_at = self._graph.told_at()
        settled = status in _SETTLED and told_at is not None and told_at - sent.newest > _SETTLED[status]
        return Absent() if settled else found

    def delete(self, remote_id: str) -> None:
        self._graph.read(lambda g: g.delete_object(remote_id))

    def stands(self, remote_id: str) -> bool:
        """Graph says the same of what is gone and of what it denies for a while (100/33): only that it stands can be known."""
        self._graph.read(lambda g: g.get_object(remote_id, fields="id"))
        return True

    def newest(self, since: datetime) -> Newest:
        page = self._graph.page(self._user, "media", "", fields="id,timestamp", limit=_MOST_LISTED)
        return newest(Shown, page, lambda post: post.timestamp, lambda post: post.id, since)

    def probe(self) -> Account:
        """The token may be a Page's or a system user's; it is the professional account's own number that it can read."""
        told = self._graph.whose(self._user, "id,username")
        quota = self._graph.told(Quotas, self._ask_for_quota).data[0]
        account = self._graph.account(f"instagram:{told.id}", f"@{told.username}" if told.username else "", _NEEDED, _TO_DELETE)
        return replace(account, used=quota.quota_usage, quota=quota.config.quota_total)

    def _posts(self, since: float) -> PostList[Shown]:
        return listed(
            Shown,
            lambda cursor: self._graph.page(self._user, "media", cursor, fields=_FIELDS, limit=_A_PAGE),
            lambda post: post.timestamp.timestamp() < since,
        )

    def _permalink(self, media: str) -> str:
        """Asked for after the post is made: if that fails, the post is there all the same."""
        try:
            told = self._graph.told(Permalink, lambda g: g.get_object(media, fields="permalink"))
        except ChannelError:
            return _PROFILE
        return link(told.permalink) or _PROFILE

    def _which_limit(self, refusal: RateLimited) -> RateLimited:
        """The day's quota is asked for when it is said to be used up: how many it is of, and when the next is free."""
        if subcode_of(refusal) != DAY_USED_UP:
            return refusal
        try:
            quota = self._graph.told(Quotas, self._ask_for_quota).data[0]
            used_up = quota.quota_usage >= quota.config.quota_total
            wait = self._until_one_is_free(quota) if used_up else _AN_HOUR
        except ChannelError:
            return RateLimited(refusal.message, code=refusal.code, summary=_DAY, retry_after=refusal.retry_after or _AN_HOUR)
        told = _DAYS_POSTS.format(total=quota.config.quota_total) if used_up else _DAYS_CONTAINERS
        return RateLimited(refusal.message, code=refusal.code, summary=told, retry_after=wait)

    def _ask_for_quota(self, api: object) -> object:
        return api.get_connections(self._user, "content_publishing_limit", fields="quota_usage,config")  # type: ignore[attr-defined]

    def _until_one_is_free(self, quota: Quota) -> float:
        """Seconds: the window moves on, and the oldest post in it leaves it first."""
        now, lasts = self._graph.told_at(), float(quota.config.quota_duration)
        if now is None:
            return _AN_HOUR
        posts = self._posts(now.timestamp() - lasts).posts
        oldest = min((post.timestamp for post in posts), default=now)
        return (oldest - now).total_seconds() + lasts


_DAY = "Instagram の1日の上限に達したため、まだ送っていません"
_DAYS_POSTS = "Instagram に1日に出せる数（{total}件）を使い切ったため、まだ送っていません"
_DAYS_CONTAINERS = "Instagram で1日に準備できる数を使い切ったため、まだ送っていません"


def _says(post: Shown, sent: Sent) -> bool:
    return canonical(post.caption or "") == canonical(sent.prepared.outgoing.text)


def _receipt(post: Shown) -> Receipt:
    return Receipt(remote_id=post.id, url=link(post.permalink) or _PROFILE, at=post.timestamp)
