"""What is out, as the public may see it: each post once, with every place at which it stands or stood.

Asked is what left and what became of it, never what was decided: a submission that is withdrawn afterwards changes nothing of
what still stands, and a post that nobody sent is not here. The newsletter counts once its issue is on record as printed:
released for printing is not yet in anybody's hands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby

from django.db.models import QuerySet

from bot.content.correction import Way
from bot.newsletter.arrangement import Correction, issue_name
from bot.render.variant import Bundle, Media, Variant, read_bundle
from bot.services.delivery import corrections
from bot.services.pages.achievement import fiscal_year
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.store.newsletter import Erratum, PrintedText, SignOff
from bot.store.threads import Removal
from bot.workflow.kinds import Kind
from bot.workflow.states import DeliveryState, RemovalState

PAPER = "newsletter"
OUT = (DeliveryState.PUBLISHED, DeliveryState.REMOVED)
# Kept as it is only where two of them cannot be one file on a disk that knows no capitals.
_FILE = re.compile(r"[0-9A-Z_-]{4,40}")


@dataclass(frozen=True, kw_only=True)
class PublicPlace:
    """Where a post stands, or stood until it was taken down. `at` is when it appeared, on the office's clock; `text` is what
    the city said there and `url` where, "" where that is not known; `addresses` are those of all parts; `taken_down_at` is None
    where no time is on record. `version` and `way` are those of a correction (ADR 31), 1 and "" for none. `replaced`: its
    correction stands there instead."""

    channel: str
    label: str
    at: datetime
    url: str
    addresses: tuple[str, ...]
    text: str
    parts: tuple[str, ...]
    media: tuple[Media, ...]
    stands: bool
    taken_down_at: datetime | None = None
    version: int = 1
    way: str = ""
    replaced: bool = False


@dataclass(frozen=True, kw_only=True)
class PublicPost:
    """`name` is that of its page. `places` are in the order in which they appeared, `corrections` are sentences, the oldest
    first."""

    identity: str
    name: str
    title: str
    department: str
    measure: str
    places: tuple[PublicPlace, ...]
    corrections: tuple[str, ...] = ()

    @property
    def standing(self) -> tuple[PublicPlace, ...]:
        return tuple(place for place in self.places if place.stands)

    @property
    def at(self) -> datetime:
        return self.places[0].at

    @property
    def changed_at(self) -> datetime:
        """When it last appeared somewhere, or was taken down."""
        return max(moment for place in self.places for moment in (place.at, place.taken_down_at) if moment)

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def year(self) -> int:
        """The fiscal year."""
        return fiscal_year(self.day)

    @property
    def shown(self) -> PublicPlace | None:
        """The place whose text and pictures stand for the post: on a network before in the paper, the newest version of it
        before one that only says what was wrong, and the longest of them. None where it was taken down everywhere: what the
        city has taken back is not said here again."""
        return max(self.standing, key=lambda p: (p.channel != PAPER, p.way != Way.LINKED, p.version, len(p.text)), default=None)


def posts(ctx: Context) -> tuple[PublicPost, ...]:
    """All of them, the newest first."""
    rows = [*_sent(ctx), *_printed(ctx)]
    numbers = {number for number, _, _ in rows}
    fields = ("identity", "title", "department", "measure", "bundle", "correction")
    submissions = Submission.objects.only(*fields).in_bulk(numbers)
    bundles = {number: read_bundle(row.bundle) for number, row in submissions.items()}
    errata = _errata()
    by_identity: dict[str, list[tuple[int, _Row, str]]] = {}
    for number, row, issue in rows:
        by_identity.setdefault(submissions[number].identity, []).append((number, row, issue))
    found = [_post(each, submissions, bundles, errata) for each in by_identity.values()]
    return tuple(sorted(found, key=lambda post: (post.at, post.identity), reverse=True))


def address_of(ctx: Context, submission: Submission) -> str:
    """Where citizens read this post once the site was built; "" where nothing of it is out, or the city has no such site."""
    versions = set(Submission.objects.filter(identity=submission.identity).values_list("id", flat=True))
    out = _out().filter(submission__in=versions).exists() or any(number in versions for number, _, _ in _printed(ctx))
    url = ctx.config.public_url.rstrip("/")
    return f"{url}/{page_of(submission.identity)}" if url and out else ""


def page_of(identity: str) -> str:
    """The file of a post, below the site's address."""
    return f"posts/{_name(identity)}.html"


@dataclass(frozen=True, kw_only=True)
class _Row:
    """What is known of one appearance, before its text; `parts` are the numbers of those that stand or stood."""

    channel: str
    label: str
    at: datetime
    url: str
    addresses: tuple[str, ...]
    parts: tuple[int, ...] | None
    stands: bool
    taken_down_at: datetime | None = None
    version: int = 1
    way: str = ""
    edited: bool = False


def _sent(ctx: Context) -> Iterator[tuple[int, _Row, str]]:
    """By submission and channel. Of a thread of which some parts are gone, the place stands with those that are left."""
    out = _out()
    fields = ("submission_id", "channel", "part", "id", "state", "published_at", "url", "version", "way")
    edited = set(out.filter(way=Way.EDIT).values_list("replaces_id", flat=True))
    gone = dict(Removal.objects.filter(state=RemovalState.REMOVED).values_list("delivery_id", "ended_at"))
    for (number, channel), each in groupby(out.order_by(*fields[:4]).values_list(*fields), key=lambda row: (row[0], row[1])):
        rows = list(each)
        left = [row for row in rows if row[4] == DeliveryState.PUBLISHED] or rows
        rewritten = any(row[3] in edited for row in rows)
        stands = left[0][4] == DeliveryState.PUBLISHED and not rewritten
        ends = [end for row in rows if not stands and (end := gone.get(row[3]))]
        yield (
            number,
            _Row(
                channel=channel,
                label=ctx.spec(channel).label,
                at=min(_local(ctx, row[5]) for row in rows),
                url=_web(left[0][6]),
                addresses=tuple(url for row in rows if (url := _web(row[6]))),
                parts=tuple(dict.fromkeys(row[2] for row in left)),
                stands=stands,
                taken_down_at=_local(ctx, max(ends)) if ends else None,
                version=rows[0][7],
                way=rows[0][8],
                edited=rewritten,
            ),
            "",
        )


def _out() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state__in=OUT, published_at__isnull=False).exclude(kind=Kind.TAKE_DOWN)


def _printed(ctx: Context) -> Iterator[tuple[int, _Row, str]]:
    """What the last release of each issue prints, once the office has put on record what the issue really printed."""
    printed = dict(PrintedText.objects.order_by("-id").values_list("issue", "at"))  # the first record of each
    last = dict(SignOff.objects.filter(issue__in=printed).order_by("id").values_list("issue", "id"))
    for number, issue in SignOff.objects.filter(id__in=last.values()).values_list("submissions", "issue"):
        if number is not None:
            at = _local(ctx, printed[issue])
            label = f"{ctx.spec(PAPER).label}（{issue_name(issue)}）"
            yield number, _Row(channel=PAPER, label=label, at=at, url="", addresses=(), parts=None, stands=True), issue


def _errata() -> Mapping[str, Sequence[Correction]]:
    """By the issue that is corrected. What the next issue has not told yet is no correction yet."""
    told = set(PrintedText.objects.values_list("issue", flat=True))
    found: dict[str, list[Correction]] = {}
    for row in Erratum.objects.filter(told_in__in=told).order_by("id"):
        found.setdefault(row.issue, []).append(Correction(issue=row.issue, wrong=row.wrong, right=row.right))
    return found


def _post(
    rows: Sequence[tuple[int, _Row, str]],
    submissions: Mapping[int, Submission],
    bundles: Mapping[int, Bundle],
    errata: Mapping[str, Sequence[Correction]],
) -> PublicPost:
    newest = submissions[max(number for number, _, _ in rows)]
    given = sorted((_place(row, bundles[number].variant(row.channel)) for number, row, _ in rows), key=lambda p: p.at)
    places = [place if place.stands or place.replaced else _replaced(place, given) for place in given]
    in_print = "".join("".join(place.text.split()) for place in places if place.channel == PAPER)
    said = _said(submissions[number] for number in sorted({number for number, _, _ in rows}))
    # An issue holds several posts: the correction belongs to the one that said it.
    told = (c for _, _, issue in rows if issue for c in errata.get(issue, ()) if "".join(c.wrong.split()) in in_print)
    printed = [c.text for c in told if (c.wrong, c.right) not in said]
    return PublicPost(
        identity=newest.identity,
        name=_name(newest.identity),
        title=newest.title,
        department=newest.department,
        measure=newest.measure,
        places=tuple(places),
        corrections=tuple(dict.fromkeys([*said.values(), *printed])),
    )


def _replaced(place: PublicPlace, places: Sequence[PublicPlace]) -> PublicPlace:
    """One that was deleted, as it is where its repost stands."""
    newer = any(p.stands and p.way == Way.REPOST and p.version > place.version for p in places if p.channel == place.channel)
    return replace(place, replaced=newer)


def _said(submissions: Iterable[Submission]) -> dict[tuple[str, str], str]:
    """What the versions of a post put right, by what was wrong and what is right."""
    found = (corrections.of(submission) for submission in submissions)
    return {(c.wrong, c.right): f"「{c.wrong}」は、正しくは「{c.right}」です。おわびして訂正します。" for c in found if c}


def _place(row: _Row, variant: Variant | None) -> PublicPlace:
    texts = tuple(part.text for part in variant.parts) if variant else ()
    parts = texts if row.parts is None else tuple(texts[at] for at in row.parts if at < len(texts))
    # Pictures go with the first part: without it they do not stand there either.
    media = variant.media if variant and (row.parts is None or 0 in row.parts) else ()
    return PublicPlace(
        channel=row.channel,
        label=row.label,
        at=row.at,
        url=row.url,
        addresses=row.addresses,
        text="\n\n".join(parts),
        parts=parts,
        media=media,
        stands=row.stands,
        taken_down_at=row.taken_down_at,
        version=row.version,
        way=row.way,
        replaced=row.edited,
    )


def _web(address: str) -> str:
    """What a platform gave us as an address becomes a link for citizens, so it must be one of the web."""
    return address if address.startswith(("https://", "http://")) else ""


def _local(ctx: Context, moment: datetime | None) -> datetime:
    assert moment is not None  # noqa: S101 asked for
    return moment.astimezone(ctx.config.timezone)


def _name(identity: str) -> str:
    return identity if _FILE.fullmatch(identity) else sha256(identity.encode()).hexdigest()[:20]
