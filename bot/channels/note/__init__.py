"""note has no public API for posting: a person copies the text that was approved, and records where it appeared."""

from __future__ import annotations

from bot.content.correction import Way
from bot.media.limits import ImageLimits
from bot.render.variant import ChannelSpec

SPEC = ChannelSpec(
    key="note",
    label="note",
    hosts=("note.com", "note.mu"),
    limit=None,
    length=len,
    images=ImageLimits(max_count=10, max_width=1920, max_height=1920, max_bytes=8_000_000),
    by_hand=True,
    corrects_by=(Way.EDIT, Way.LINKED),
)
