"""Instagram, by one of two drivers: the official publishing API (the default), or instagrapi where a city chose it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.channels.instagram.options import Options
from bot.config import Config
from bot.content.correction import Way
from bot.media.frames import Frames, Slides
from bot.media.limits import ImageLimits
from bot.meta_graph.options import GraphOptions
from bot.render.plain import SOCIAL_WITH_LINKS
from bot.render.variant import ChannelSpec, Fold, Rate
from bot.text.counting import utf16_length

if TYPE_CHECKING:
    from bot.channel_kit.base import Channel

SPEC = ChannelSpec(
    key="instagram",
    label="Instagram",
    style=SOCIAL_WITH_LINKS,
    hosts=("www.instagram.com", "instagram.com"),
    limit=2200,
    length=utf16_length,
    fold=Fold(lines=3, width=42),  # three lines, some 125 Latin letters, by Instagram's help page 1643471055915254
    frames=Frames(layouts={1: Slides()}, grid=3 / 4),  # 仮: guides of 2026 that agree; the grid was 1:1 before 2025
    images=ImageLimits(
        min_count=1,
        max_count=10,
        min_ratio=0.8,
        max_ratio=1.91,
        min_width=320,
        max_width=1080,
        max_height=1350,
        max_bytes=7_500_000,
        max_alt=1000,
    ),
    max_hashtags=5,
    corrects_by=(Way.LINKED, Way.REPOST),  # a caption cannot be edited
    rate=Rate(count=100, per=timedelta(hours=24)),
    prepare_before=timedelta(minutes=10),  # Meta asks for a container's status "for no more than 5 minutes": it may take long
)


OPTIONS = (Options, GraphOptions)


def connect(config: Config) -> Channel:
    """Raises ConfigError if the chosen driver lacks a setting."""
    if config.of(Options).driver == "private":
        from bot.channels.instagram import private

        return private.connect(config, SPEC)
    from bot.channels.instagram import graph

    return graph.connect(config, SPEC)
