"""A Facebook Page: long texts, several pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.config import Config
from bot.content.correction import Way
from bot.media.frames import Frames, Tile, Tiles, Whole
from bot.media.limits import ImageLimits
from bot.meta_graph.options import GraphOptions
from bot.options import Secret, option
from bot.render.plain import SOCIAL_WITH_LINKS
from bot.render.variant import ChannelSpec, Fold

if TYPE_CHECKING:
    from bot.channel_kit.base import Channel

# 仮: no two sources agree on where the tiles stand; that they are square, and five at most, is what most say.
_FRAMES = Frames(
    layouts={
        1: Whole(tallest=4 / 5),
        2: Tiles(tiles=(Tile(0, 0, 300, 300), Tile(300, 0, 300, 300))),
        3: Tiles(tiles=(Tile(0, 0, 400, 400), Tile(400, 0, 200, 200), Tile(400, 200, 200, 200))),
        4: Tiles(tiles=tuple(Tile(left, top, 300, 300) for top in (0, 300) for left in (0, 300))),
        5: Tiles(
            tiles=(
                *(Tile(left, 0, 300, 300) for left in (0, 300)),
                *(Tile(left, 300, 200, 200) for left in (0, 200, 400)),
            )
        ),
    }
)
SPEC = ChannelSpec(
    key="facebook",
    label="Facebook",
    hosts=("www.facebook.com", "facebook.com", "m.facebook.com"),
    limit=63206,
    length=len,
    fold=Fold(lines=5, width=96),  # about 480 Latin letters on a wide screen; not documented
    frames=_FRAMES,
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
