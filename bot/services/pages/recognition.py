"""「この投稿は市のものですか」: an address, a text or a picture that a citizen saw, against what the city has put out.

The answer is the city's own record, or that there is none. Near is never the same: of a text the changed characters are named,
of a picture only that it looks like one of the city's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from django.db.models import Count

from bot.errors import NotAllowed, Place
from bot.language import say
from bot.media import likeness
from bot.render.variant import ChannelSpec
from bot.services.pages import published
from bot.services.pages.public_feeds import page
from bot.services.pages.published import PublicPost
from bot.services.records.context import Context
from bot.store.likeness import Likeness
from bot.store.models import AuditEntry, Blob, Delivery
from bot.text import recognition
from bot.text.recognition import TextChange
from bot.workflow.states import IN_DOUBT

Verdict = Literal["same", "near", "none", "plain"]
LONGEST = 5_000  # characters of a text
LARGEST = 10_000_000  # bytes of a picture
_CANDIDATES = 5
# Names of a query that say which post it is; all others follow a reader around.
NAMING = ("fbid", "id", "story_fbid", "v")
_BARE = re.compile(r"[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?(?:/|$)", re.IGNORECASE)  # an address without its https://
_KEPT_HOSTS = ("www.", "m.", "mobile.")


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """`post` is the city's record, None for "none" and for a picture that is too plain to be compared ("plain"). `changes` are
    those of a text that is near. `taken_back`: the text stands nowhere any more, was put right or taken down; it is not shown
    again, so it has no changes."""

    verdict: Verdict
    post: PublicPost | None = None
    taken_back: bool = False
    changes: tuple[TextChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CityText:
    """A text in the form in which it is compared, with its sketch; `stands` in some place."""

    plain: str
    sketch: tuple[int, ...]
    post: PublicPost
    stands: bool


@dataclass(frozen=True, kw_only=True)
class CityRecord:
    """Everything that can be recognised; of `texts` first what stands. `addresses` by `address_key`, `pictures` by SHA-256,
    `marks` of them by the same. `in_doubt`: of some post it is not known whether it is out, so "none" may be wrong for it."""

    posts: tuple[PublicPost, ...]
    addresses: Mapping[str, PublicPost]
    texts: tuple[CityText, ...]
    pictures: Mapping[str, PublicPost]
    marks: Mapping[str, str]
    in_doubt: bool

    @property
    def until(self) -> datetime | None:
        """When something on it appeared last, or was taken down."""
        return max((post.changed_at for post in self.posts), default=None)

    def address(self, given: str, specs: Iterable[ChannelSpec]) -> Recognised:
        post = self.addresses.get(address_key(given, specs) or "")
        return Recognised(verdict="same", post=post) if post else Recognised(verdict="none")

    def text(self, given: str) -> Recognised:
        """Raises NotAllowed for one too short or too long."""
        plain = recognition.plain(given)
        if not recognition.SHORTEST <= len(plain) <= LONGEST:
            raise NotAllowed(
                f"{len(plain)} characters",
                summary=say("文が短すぎるか、長すぎます"),
                next_step=say("{least}字から{most}字までの文を、全て貼ってください", least=recognition.SHORTEST, most=LONGEST),
            )
        for known in self.texts:
            if known.plain == plain:
                return Recognised(verdict="same", post=known.post, taken_back=not known.stands)
        return self._near_text(plain)

    def _near_text(self, plain: str) -> Recognised:
        own = recognition.sketch(plain)
        rated = [(recognition.overlap(known.sketch, own), at) for at, known in enumerate(self.texts)]
        best: tuple[int, CityText, tuple[TextChange, ...]] | None = None
        for overlap, at in sorted(rated, reverse=True)[:_CANDIDATES]:
            found = recognition.changes(self.texts[at].plain, plain) if overlap >= recognition.HINT else None
            size = sum(len(c.record) + len(c.given) for c in found or ())
            if found is not None and (best is None or size < best[0]):
                best = (size, self.texts[at], found)
        if best is None:
            return Recognised(verdict="none")
        known = best[1]
        changes = best[2] if known.stands else ()
        return Recognised(verdict="near", post=known.post, taken_back=not known.stands, changes=changes)

    def picture(self, data: bytes) -> Recognised:
        """Raises MediaError for what is no picture, NotAllowed for one too large."""
        if post := self.pictures.get(sha256(data).hexdigest()):
            return Recognised(verdict="same", post=post)
        mark = _mark(data)
        if likeness.is_plain(mark):
            return Recognised(verdict="plain")
        near = min(
            ((likeness.distance(mark, own), sha) for sha, own in self.marks.items() if not likeness.is_plain(own)), default=None
        )
        if near is None or near[0] > likeness.ALIKE:
            return Recognised(verdict="none")
        return Recognised(verdict="near", post=self.pictures[near[1]])


def record(ctx: Context) -> CityRecord:
    """As it is now."""
    posts = published.posts(ctx)
    pictures = {m.sha256: post for post in posts for place in post.places for m in place.media}
    return CityRecord(
        posts=posts,
        addresses=dict(_addresses(ctx, posts)),
        texts=tuple(sorted(_texts(posts), key=lambda known: not known.stands)),
        pictures=pictures,
        marks=_marks(pictures),
        in_doubt=Delivery.objects.filter(state__in=IN_DOUBT).exists(),
    )


def _addresses(ctx: Context, posts: Sequence[PublicPost]) -> Iterable[tuple[str, PublicPost]]:
    url = ctx.config.public_url.rstrip("/")
    for post in posts:
        own = [page(url, post)] if url else []
        for address in (*own, *(address for place in post.places for address in place.addresses)):
            if key := address_key(address, ctx.specs):
                yield key, post


def _texts(posts: Sequence[PublicPost]) -> Iterable[CityText]:
    """Each text of a post once: what channels say alike, and the parts of a thread beside the whole of it."""
    for post in posts:
        said: dict[str, bool] = {}
        for place in post.places:
            for plain in map(recognition.plain, (place.text, *place.parts)):
                said[plain] = said.get(plain, False) or place.stands
        for plain, stands in said.items():
            if len(plain) >= recognition.SHORTEST:
                yield CityText(plain=plain, sketch=recognition.sketch(plain), post=post, stands=stands)


def address_key(given: str, specs: Iterable[ChannelSpec]) -> str | None:
    """One form for all addresses of the same post: the channel with the post's id, or host and path without what follows a
    reader around. None for what is no address."""
    text = given.strip()
    if " " in text or not ("://" in text or _BARE.match(text)):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "." not in host:
        return None
    spec = next((s for s in specs if host in s.hosts), None)
    if spec and spec.address and (found := spec.address.match(parts.path)):
        return f"{spec.key}:{found[1]}"
    bare = next((host.removeprefix(start) for start in _KEPT_HOSTS if host.startswith(start)), host)
    query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query)) if name in NAMING)
    return f"{spec.key if spec else bare}{parts.path.rstrip('/')}{f'?{query}' if query else ''}"


def _marks(hashes: Iterable[str]) -> dict[str, str]:
    """By the picture's hash; each picture is looked at once in its life."""
    wanted = set(hashes)
    found = dict(Likeness.objects.values_list("sha256", "mark"))
    missing = sorted(wanted - set(found))
    made = [Likeness(sha256=sha, mark=likeness.of_jpeg(bytes(Blob.objects.get(sha256=sha).data))) for sha in missing]
    Likeness.objects.bulk_create(made, ignore_conflicts=True)
    return {sha: mark for sha, mark in (*found.items(), *((row.sha256, row.mark) for row in made)) if sha in wanted}


def _mark(data: bytes) -> str:
    if len(data) > LARGEST:
        raise NotAllowed(
            f"{len(data)} bytes",
            summary=say("画像が大きすぎます（上限は{most} MB）", most=LARGEST // 1_000_000),
            next_step=say("小さくしてから選び直してください"),
        )
    with TemporaryDirectory() as folder:
        # What a browser sends as a name is not to be trusted as a path.
        path = Path(folder) / "選んだ画像"
        path.write_bytes(data)
        return likeness.of_file(path, Place(path=path))


class RecordReader:
    """The record for a process that is asked often: made anew once something went out, was taken down or was decided."""

    def __init__(self) -> None:
        self._stamp: tuple[object, ...] = ()
        self._record: CityRecord | None = None

    def read(self, ctx: Context) -> CityRecord:
        stamp = (ctx.config.public_url, *_stamp())
        if self._record is None or self._stamp != stamp:
            self._record, self._stamp = record(ctx), stamp
        return self._record


def _stamp() -> tuple[object, ...]:
    """Changes with what is out: what a publisher sends shows in the rows, what a person does in the audit log."""
    states = (
        Delivery.objects.filter(state__in=(*published.OUT, *IN_DOUBT))
        .values_list("state")
        .annotate(Count("id"))
        .order_by("state")
    )
    return AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first(), *states
