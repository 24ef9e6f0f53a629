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


def wanted(pictures: Sequence[Picture], spec: ChannelSpec) -> tuple[Box | None, ...]:
    """The part of each picture, None for all of it. Raises MediaError for a picture whose size cannot be read."""
    own = [_crop(picture, spec) for picture in pictures]
    # Nobody asked: no file is opened, and what was approved before there were points keeps its bytes.
    if not any(crop.shape or crop.focus for crop in own):
        return tuple(None for _ in pictures)
    whole = [_ratio(picture) for picture in pictures]
    asked = [crop.shape or ratio for crop, ratio in zip(own, whole, strict=True)]
    sent = [min(max(ratio, spec.images.min_ratio), spec.images.max_ratio) for ratio in asked]
    shown = frames.shapes(spec.frames, sent)
    return tuple(_part(*each) for each in zip(own, whole, sent, shown, strict=True))


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
    first = frames.cut(whole, crop.shape, focus) if crop.shape else Box(left=0, top=0, width=1, height=1)
    if crop.focus is None or frames.is_alike(sent, shown):
        return first if crop.shape else None
    inner = frames.cut(crop.shape or whole, shown, _within(focus, first))
    return Box(
        left=first.left + inner.left * first.width,
        top=first.top + inner.top * first.height,
        width=first.width * inner.width,
        height=first.height * inner.height,
    )


def _within(focus: Focus, box: Box) -> Focus:
    return (focus[0] - box.left) / box.width, (focus[1] - box.top) / box.height
