"""Which part of a picture a channel is sent, where the author said what is to stay.

Without a word of the author's nothing is cut before it is sent: the whole picture can still be opened there, and the timeline
cuts around its middle. Where the author named a point, the part that the timeline would leave is cut around that point
instead, and what is cut is what is approved (ADR 2).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.crop import Crop, Focus
from bot.content.post import Picture
from bot.media import frames, images
from bot.media.frames import CENTRE, Box
from bot.render.variant import ChannelSpec

_WHOLE = Box(left=0.0, top=0.0, width=1.0, height=1.0)


def wanted(pictures: Sequence[Picture], spec: ChannelSpec) -> tuple[Box | None, ...]:
    """The part of each picture, None for all of it. Raises MediaError for a picture whose size cannot be read."""
    own = [_crop(picture, spec) for picture in pictures]
    # Nobody asked: no file is opened, and what was approved before there were points keeps its bytes.
    if not any(crop.shape or crop.focus for crop in own):
        return tuple(None for _ in pictures)
    return _parts(own, [_ratio(picture) for picture in pictures], spec)


def seen(pictures: Sequence[Picture], ratios: Sequence[float], spec: ChannelSpec) -> tuple[Box, ...]:
    """The part of each picture that the timeline shows: of what is sent, and with its margin, what is around the middle."""
    parts = [part or _WHOLE for part in _parts([_crop(picture, spec) for picture in pictures], ratios, spec)]
    cut = [ratio * part.width / part.height for ratio, part in zip(ratios, parts, strict=True)]
    sent = [_allowed(ratio, spec) for ratio in cut]
    shown = frames.shapes(spec.frames, sent)
    return tuple(_inside(part, _in_picture(*each)) for part, *each in zip(parts, cut, sent, shown, strict=True))


def _in_picture(own: float, sent: float, shown: float) -> Box:
    """Of a picture that stands in the middle of its margin."""
    box = frames.cut(sent, shown)
    width, height = min(box.width / min(own / sent, 1.0), 1.0), min(box.height / min(sent / own, 1.0), 1.0)
    return Box(left=(1 - width) / 2, top=(1 - height) / 2, width=width, height=height)


def _parts(own: Sequence[Crop], whole: Sequence[float], spec: ChannelSpec) -> tuple[Box | None, ...]:
    sent = [_allowed(crop.shape or ratio, spec) for crop, ratio in zip(own, whole, strict=True)]
    shown = frames.shapes(spec.frames, sent)
    return tuple(_part(*each) for each in zip(own, whole, sent, shown, strict=True))


def _allowed(ratio: float, spec: ChannelSpec) -> float:
    return min(max(ratio, spec.images.min_ratio), spec.images.max_ratio)


def _crop(picture: Picture, spec: ChannelSpec) -> Crop:
    said = picture.crops.get(spec.key, Crop())
    return Crop(shape=said.shape, focus=said.focus or picture.focus)


def _ratio(picture: Picture) -> float:
    if picture.chart is not None:
        return 1.0  # it is drawn square
    header = images.probe(picture.path, picture.place)
    return header.width / header.height


def _part(crop: Crop, whole: float, sent: float, shown: float) -> Box | None:
    """First to the shape that the author asked for; then, around the author's point, to what the timeline would cut anyway."""
    focus = crop.focus or CENTRE
    first = frames.cut(whole, crop.shape, focus) if crop.shape else _WHOLE
    if crop.focus is None or frames.is_alike(sent, shown):
        return first if crop.shape else None
    return _inside(first, frames.cut(crop.shape or whole, shown, _within(focus, first)))


def _inside(outer: Box, inner: Box) -> Box:
    return Box(
        left=outer.left + inner.left * outer.width,
        top=outer.top + inner.top * outer.height,
        width=outer.width * inner.width,
        height=outer.height * inner.height,
    )


def _within(focus: Focus, box: Box) -> Focus:
    return (focus[0] - box.left) / box.width, (focus[1] - box.top) / box.height
