"""A Facebook Page: long texts, several pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.config import Config
from bot.content.correction import Way
from bot.media.limits import ImageLimits
from bot.meta_graph.options import GraphOptions
from bot.options import Secret, option
from bot.render.plain import SOCIAL_WITH_LINKS
from bot.render.variant import ChannelSpec, Fold

if TYPE_CHECKING:
    from bot.channel_kit.base import Channel

SPEC = ChannelSpec(
    key="facebook",
    label="Facebook",
    hosts=("www.facebook.com", "facebook.com", "m.facebook.com"),
    limit=63206,
    length=len,
    fold=Fold(lines=5, width=96),  # about 480 Latin letters on a wide screen; not documented
    images=ImageLimits(max_count=10, max_bytes=3_900_000, max_alt=1000),
    style=SOCIAL_WITH_LINKS,
    keeps_uploads=True,
    corrects_by=(Way.EDIT, Way.LINKED, Way.REPOST),
)


@dataclass(frozen=True, kw_only=True)
class Options:
    page_id: str = option("DXBOT_FACEBOOK_PAGE_ID", "", "Facebook ページの番号")
    page_token: Secret = option("DXBOT_FACEBOOK_PAGE_TOKEN", Secret(""), "Facebook ページの鍵")


OPTIONS = (Options, GraphOptions)


def connect(config: Config) -> Channel:
    """Raises ConfigError if the Page's number or token is missing."""
    from bot.channels.facebook import page  # the SDK is loaded where something is sent, not where a post is checked

    return page.connect(config)
