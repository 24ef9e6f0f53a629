"""The city's paper: exported for the typesetter, never sent."""

from __future__ import annotations

from bot.media.limits import ImageLimits
from bot.render.plain import PRINT
from bot.render.variant import ChannelSpec

SPEC = ChannelSpec(
    key="newsletter",
    label="新聞広報",
    limit=None,
    length=len,
    images=ImageLimits(max_count=4, max_width=3000, max_height=3000, max_bytes=8_000_000),
    options={"issue": str, "caption": str},
    style=PRINT,
    publishes=False,
)
