"""What differs between two Bundles of one post, in the terms in which a person decides: texts, pictures, wishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.render.variant import Bundle, Media, Variant
from bot.text.difference import Piece, abridged, difference

WISHES: Mapping[str, str] = {
    "publish": "希望の時刻",
    "slot": "配信枠",
    "expires": "期限",
    "channels": "配信先",
    "issue": "号",
    "series": "連載",
    "important": "優先",
}


@dataclass(frozen=True, kw_only=True)
class PictureChange:
    """`old` is None for a new picture, `new` for one that was taken away; both where the description changed, or the picture
    under its name."""

    old: Media | None
    new: Media | None
    alt: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class ChannelChange:
    """`text` is abridged, and empty where the text stayed as it was. `gone` if the channel was taken off the list."""

    channel: str
    text: tuple[Piece, ...]
    pictures: tuple[PictureChange, ...]
    new: bool
    gone: bool


@dataclass(frozen=True, kw_only=True)
class WishChange:
    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    channels: tuple[ChannelChange, ...]
    wishes: tuple[WishChange, ...]


def compare(old: Bundle, new: Bundle) -> Comparison:
    return Comparison(channels=tuple(_channels(old, new)), wishes=tuple(_wishes(old.wish, new.wish)))


def _channels(old: Bundle, new: Bundle) -> Iterator[ChannelChange]:
    # A channel that was taken off the list is a change that somebody must see, too.
    gone = [v for v in old.variants if new.variant(v.channel) is None]
    pairs = [(old.variant(v.channel), v) for v in new.variants] + [(v, None) for v in gone]
    for before, after in pairs:
        text, pictures = _text_change(before, after), tuple(_pictures(before, after))
        if text or pictures:
            channel = (after or before).channel  # type: ignore[union-attr]  # one of the two is there
            yield ChannelChange(channel=channel, text=text, pictures=pictures, new=before is None, gone=after is None)


def _text_change(before: Variant | None, after: Variant | None) -> tuple[Piece, ...]:
    old, new = _text(before), _text(after)
    return abridged(difference(old, new)) if old != new else ()


def _text(variant: Variant | None) -> str:
    return "\n\n".join(p.text for p in variant.parts) if variant else ""


def _pictures(before: Variant | None, after: Variant | None) -> Iterator[PictureChange]:
    # Paired by their bytes: a renamed file is the same picture, and another description of it is a change.
    old = {_same(m): m for m in before.media} if before else {}
    new = {_same(m): m for m in after.media} if after else {}
    # And what is left by their names: a chart of another reading, or a file that was replaced.
    named = {m.file: m for same, m in old.items() if same not in new}
    paired = {same: named.pop(m.file) for same, m in new.items() if same not in old and m.file in named}
    gone = {_same(m) for m in paired.values()}
    for same in dict.fromkeys((*(same for same in old if same not in gone), *new)):
        was, now = old.get(same) or paired.get(same), new.get(same)
        if was is None or now is None or was.sha256 != now.sha256 or was.alt != now.alt:
            yield PictureChange(old=was, new=now, alt=difference(was.alt if was else "", now.alt if now else ""))


def _same(media: Media) -> str:
    """What tells a picture from others: a chart that is not drawn (ADR 40) has no bytes."""
    return media.sha256 or media.rule


def _wishes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[WishChange]:
    for key, label in WISHES.items():
        was, now = old.get(key, ""), new.get(key, "")
        if was != now:
            yield WishChange(label=label, old=was, new=now)
