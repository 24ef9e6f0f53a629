"""The pictures of a draft on its page: what stands in their fields, and what was typed there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.content.post_form import Form, Shot
from bot.render.variant import ChannelSpec

SHAPES = ("1:1", "4:5", "3:4", "3:2", "16:9", "1.91:1")
_TEXTS = ("alt", "people", "consent", "credit")


@dataclass(frozen=True, kw_only=True)
class ShownCrop:
    """One channel's fields. `shapes` can be chosen, one that only the file names among them; `x` and `y` in percent."""

    key: str
    label: str
    shape: str
    shapes: tuple[str, ...]
    x: str
    y: str


@dataclass(frozen=True, kw_only=True)
class ShownShot:
    """`here`: its file is the draft's own, and can be shown. `cross` is SVG's path through the point, in a square of 100."""

    shot: Shot
    here: bool
    x: str
    y: str
    cross: str
    crops: tuple[ShownCrop, ...]

    @property
    def own(self) -> bool:
        """Is anything said for one channel alone?"""
        return any(self.shot.crop.values())


def shown(form: Form, specs: Iterable[ChannelSpec], here: Iterable[str]) -> list[ShownShot]:
    offered, files = list(specs), frozenset(here)
    return [_shown(shot, offered, shot.file in files) for shot in form.pictures]


def _shown(shot: Shot, specs: Iterable[ChannelSpec], here: bool) -> ShownShot:
    x, y = _percents(shot.focus)
    return ShownShot(
        shot=shot,
        here=here,
        x=x,
        y=y,
        cross=f"M{x or 50} 0V100M0 {y or 50}H100",
        crops=tuple(_crop(spec, shot.crop.get(spec.key, "")) for spec in specs),
    )


def _crop(spec: ChannelSpec, said: str) -> ShownCrop:
    shape, _, point = said.partition(" ") if ":" in said else ("", "", said)
    x, y = _percents(point)
    # What the file says and a form has no choice for is kept as a choice of its own.
    more = (shape,) if shape and shape not in SHAPES else ()
    return ShownCrop(key=spec.key, label=spec.label, shape=shape, shapes=(*SHAPES, *more), x=x, y=y)


def _percents(point: str) -> tuple[str, str]:
    """As they were typed, what is no point included."""
    x, _, y = point.strip().partition(" ")
    return x.strip().removesuffix("%"), y.strip().removesuffix("%")


def typed(shot: Shot, given: Mapping[str, str], specs: Iterable[ChannelSpec]) -> Shot:
    """The picture with what was typed into its fields; a chart has none. A field that the page did not have changes nothing."""
    if shot.chart:
        return shot
    texts = {name: given.get(f"{name}-{shot.file}", "").strip() for name in _TEXTS}
    at = shot.file
    focus = _point(given, at) if f"focus-x-{at}" in given else shot.focus
    crop = {**shot.crop, **dict(_crops(given, at, specs))}
    return replace(shot, **texts, focus=focus, crop={channel: said for channel, said in crop.items() if said})


def _crops(given: Mapping[str, str], at: str, specs: Iterable[ChannelSpec]) -> Iterator[tuple[str, str]]:
    for spec in specs:
        name = f"{spec.key}-{at}"
        if f"crop-{name}" in given:
            yield spec.key, " ".join(filter(None, (given[f"crop-{name}"].strip(), _point(given, name))))


def _point(given: Mapping[str, str], name: str) -> str:
    """Of two fields, one of which may have been left empty for the middle."""
    x, y = (given.get(f"focus-{side}-{name}", "").strip() for side in ("x", "y"))
    return f"{x or 50}% {y or 50}%" if x or y else ""
