"""What goes out: Variants, one for each channel, and the Bundle of them that is approved.

A channel describes itself in a ChannelSpec (its limits, in the channel's own way of counting); rendering reads nothing else
about a channel, so a new channel needs no change here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.content.correction import Correction, Way
from bot.media.frames import UNCUT, Frames
from bot.media.limits import ImageLimits
from bot.render.plain import SOCIAL, Style


def no_cost(text: str) -> Decimal:
    return Decimal(0)


def has_all(text: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Rate:
    """At most `count` posts in a window of `per`, which begins with its first post."""

    count: int
    per: timedelta


@dataclass(frozen=True, kw_only=True)
class Fold:
    """A feed shows about `lines` lines of `width` half-width columns (a Japanese character takes two)."""

    lines: int
    width: int


@dataclass(frozen=True, kw_only=True)
class Question:
    """A yes-or-no option of a channel as a form asks for it, with what each answer costs."""

    text: str
    yes: str
    no: str


@dataclass(frozen=True, kw_only=True)
class ChannelSpec:
    """`label` is the name on screens. `limit` counts as `length` does; None means no limit of the channel's own.
    `unit` is the word for what is counted. `frames` is how its timeline shows pictures.
    `options` are the front matter keys only this channel knows, with their types;
    `questions` are those of them that a form asks. `split(text, protected words)` cuts a text into a thread's parts when the
    post asks for one (None: no threads here).
    `fold` is where the channel hides the rest of a text behind 「続きを読む」 (None: nowhere). `style` says how ruby,
    headings and links stand in plain text. `publishes` is False for a channel that is exported rather than sent; `by_hand` is
    True for one without an API, where a person posts what was approved. `hosts` are where its posts can be seen: who says that
    one is out names an address there (none: on any host); the first group of `address` is the post's id in it. `alt_usd` is the
    price of one picture's alt text, `reading_usd` what it costs to read one post back, which is done where an outcome is in
    doubt. `rate` is the platform's own limit for one account, which we do not run into knowingly. `prepare_before` is how long
    before its time a post with pictures is prepared, and `prepared_for` for how long what was prepared is used: longer than any
    post waits for its turn, well below what platforms keep it for. `keeps_uploads`: what no post took stays there until it is
    deleted. `lacks` are the characters of a text that the channel cannot show, each once. `corrects_by`: the ways in which what
    is out there can be put right, the usual one first; none for the paper, which has a box of its own."""

    key: str
    label: str
    limit: int | None
    length: Callable[[str], int]
    images: ImageLimits
    frames: Frames = UNCUT
    unit: str = "字"
    fold: Fold | None = None
    max_hashtags: int | None = None
    options: Mapping[str, type] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    split: Callable[[str, tuple[str, ...]], tuple[str, ...]] | None = None
    cost: Callable[[str], Decimal] = no_cost
    alt_usd: Decimal = Decimal(0)
    reading_usd: Decimal = Decimal(0)
    style: Style = SOCIAL
    publishes: bool = True
    by_hand: bool = False
    rate: Rate | None = None
    hosts: tuple[str, ...] = ()
    address: re.Pattern[str] | None = None
    prepare_before: timedelta = timedelta(minutes=1)
    prepared_for: timedelta = timedelta(hours=2)
    keeps_uploads: bool = False
    lacks: Callable[[str], tuple[str, ...]] = has_all
    corrects_by: tuple[Way, ...] = ()

    def way(self, correction: Correction) -> Way | None:
        """How this channel is put right: as the author chose, or as usual; None where it has no ways."""
        usual = self.corrects_by[0] if self.corrects_by else None
        return correction.ways.get(self.key, usual)

    @property
    def sends(self) -> bool:
        """Does this program itself make the posts?"""
        return self.publishes and not self.by_hand


@dataclass(frozen=True, kw_only=True)
class Part:
    """One post as the channel will show it: `length` of `limit`, counted the channel's way."""

    text: str
    length: int
    limit: int | None


@dataclass(frozen=True, kw_only=True)
class Media:
    """A JPEG ready for one channel: upright, without metadata. `file` is the name the author gave. `rule` is, for a chart, the
    SHA-256 of data and drawing rule, "" for all others; `sha256` is "" for a chart that is compared and not drawn (ADR 40)."""

    file: str
    alt: str
    width: int
    height: int
    sha256: str
    rule: str = ""
    # Not compared, as the hash stands for it: what was read from the database has no data and is the same picture.
    data: bytes = field(repr=False, default=b"", compare=False)

    def as_json(self) -> dict[str, Any]:
        said = {"file": self.file, "alt": self.alt, "width": self.width, "height": self.height, "sha256": self.sha256}
        return said | ({"rule": self.rule} if self.rule else {})  # without one as ever: no older approval is touched


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Text and media of a Post for one channel. Media go with the first part."""

    channel: str
    parts: tuple[Part, ...]
    media: tuple[Media, ...]
    cost_usd: Decimal

    def price(self, spec: ChannelSpec) -> Decimal:
        """All that the channel asks for it, in US dollars. `cost_usd` is that of the texts alone: it is in the digest, so that
        another price voids no approval (ADR 2)."""
        return self.cost_usd + spec.alt_usd * len(self.media)

    def as_json(self) -> dict[str, Any]:
        return {
            "channel": self.channel,
            "parts": [{"text": p.text, "length": p.length, "limit": p.limit} for p in self.parts],
            "media": [m.as_json() for m in self.media],
            # The price is part of what is approved: a thread costs as many times as it has parts.
            "cost_usd": float(self.cost_usd),
        }


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Everything of one Post that is approved together. `wish` is what the author asked for (time, expiry, channels):
    it is part of what is approved, so a change of it voids an approval too."""

    identity: str
    author: str
    wish: Mapping[str, str]
    variants: tuple[Variant, ...]

    def as_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "variants": [v.as_json() for v in self.variants]}

    @property
    def canonical(self) -> str:
        """The one written form of everything that is approved: what is stored, and what the digest is taken of."""
        content = {
            "identity": self.identity,
            "author": self.author,
            "wish": dict(self.wish),
            "variants": [v.as_json() for v in self.variants],
        }
        # One form: sorted keys and no spaces, so that equal content has equal bytes on every machine (ADR 2).
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """Covers every text, every media hash with its alt text, the wish and the author."""
        return digest_of(self.canonical)

    def variant(self, channel: str) -> Variant | None:
        return next((v for v in self.variants if v.channel == channel), None)


def digest_of(canonical: str) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_bundle(canonical: str) -> Bundle:
    """A Bundle from its written form; its media carry no data."""
    content = json.loads(canonical)
    return Bundle(
        identity=content["identity"],
        author=content["author"],
        wish=content["wish"],
        variants=tuple(_read_variant(v) for v in content["variants"]),
    )


def drawings(canonical: str) -> Mapping[tuple[str, str], Media]:
    """The charts of a Bundle's written form, by channel and rule: drawn once, and not again for the same readings (ADR 40)."""
    found = read_bundle(canonical).variants
    return {(v.channel, m.rule): m for v in found for m in v.media if m.rule}


def read_variant(canonical: str, channel: str) -> Variant | None:
    """One channel's Variant from a Bundle's written form."""
    return next((_read_variant(v) for v in json.loads(canonical)["variants"] if v["channel"] == channel), None)


def _read_variant(content: Mapping[str, Any]) -> Variant:
    return Variant(
        channel=content["channel"],
        parts=tuple(Part(**p) for p in content["parts"]),
        media=tuple(Media(**m) for m in content["media"]),
        # By way of text: Decimal of a float would bring the float's error into the price.
        cost_usd=Decimal(str(content["cost_usd"])),
    )
