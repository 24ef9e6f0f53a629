"""The last look before anything is uploaded: what the platform would surely refuse is not sent at all."""

from __future__ import annotations

from bot.channel_kit.base import Outgoing
from bot.errors import MediaRefused, TooLong
from bot.render.variant import ChannelSpec


def require_fit(spec: ChannelSpec, outgoing: Outgoing) -> None:
    """Raises TooLong or MediaRefused."""
    length = spec.length(outgoing.text)
    if spec.limit is not None and length > spec.limit:
        raise TooLong(f"{length} of {spec.limit}")
    count, images = len(outgoing.media), spec.images
    if not images.min_count <= count <= images.max_count:
        raise MediaRefused(f"{count} pictures, {images.min_count} to {images.max_count} fit")
