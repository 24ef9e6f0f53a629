"""A channel that does not exist: what the acceptance test adds to a copy of the program, and a pattern for a real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.config import Config
from bot.media.limits import ImageLimits
from bot.options import Secret, option
from bot.render.variant import ChannelSpec

if TYPE_CHECKING:
    from bot.channel_kit.base import Channel


@dataclass(frozen=True, kw_only=True)
class Options:
    base_url: str = option("DXBOT_TOY_BASE_URL", "https://toy.example", "おもちゃの接続先")
    account: str = option("DXBOT_TOY_ACCOUNT", "", "おもちゃのアカウントの番号")
    token: Secret = option("DXBOT_TOY_TOKEN", Secret(""), "おもちゃの鍵")


OPTIONS = (Options,)
SPEC = ChannelSpec(
    key="toy",
    label="おもちゃ",
    limit=500,
    length=len,
    images=ImageLimits(max_count=4, max_bytes=2_000_000, max_alt=500),
)


def connect(config: Config) -> Channel:
    """Raises ConfigError if the account or its token is missing."""
    from bot.channels.toy import sender  # what sends is loaded where something is sent, not where a post is checked

    return sender.connect(config)
