"""X: short texts, threads, a price for every post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.config import Config
from bot.content.correction import Way
from bot.media.frames import Frames, Tile, Tiles, Whole
from bot.media.limits import ImageLimits
from bot.options import Secret, option
from bot.render.variant import ChannelSpec, Question, Rate
from bot.text.counting import weighted_length
from bot.text.split import split
from bot.text.tokens import urls

if TYPE_CHECKING:
    from bot.channel_kit.base import Channel

LIMIT = 280
_POST_USD, _POST_WITH_URL_USD = Decimal("0.015"), Decimal("0.20")  # pay-per-use prices since 2026-04-20
_ALT_USD = Decimal("0.005")  # media metadata
_READING_USD = Decimal("0.001")  # one own post; once in a UTC day, however often it is read
_LEFT, _RIGHT = Tile(0, 0, 700, 800), Tile(700, 0, 700, 800)
_UPPER, _LOWER = Tile(700, 0, 700, 400), Tile(700, 400, 700, 400)
# 仮: guides of 2026 that agree, none of them X's own.
_FRAMES = Frames(
    layouts={
        1: Whole(tallest=3 / 4, widest=2.0),
        2: Tiles(tiles=(_LEFT, _RIGHT)),
        3: Tiles(tiles=(_LEFT, _UPPER, _LOWER)),
        4: Tiles(tiles=(Tile(0, 0, 700, 400), _UPPER, Tile(0, 400, 700, 400), _LOWER)),
    }
)


@dataclass(frozen=True, kw_only=True)
class Options:
    base_url: str = option("DXBOT_X_BASE_URL", "https://api.x.com", "X の接続先")
    consumer_key: Secret = option("DXBOT_X_CONSUMER_KEY", Secret(""), "X のアプリの鍵")
    consumer_secret: Secret = option("DXBOT_X_CONSUMER_SECRET", Secret(""), "X のアプリの秘密鍵")
    access_token: Secret = option("DXBOT_X_ACCESS_TOKEN", Secret(""), "X のアカウントの鍵")
    access_token_secret: Secret = option("DXBOT_X_ACCESS_TOKEN_SECRET", Secret(""), "X のアカウントの秘密鍵")


OPTIONS = (Options,)


def cost(text: str) -> Decimal:
    """What X asks for a post, in US dollars. A bare domain is an address to it, too."""
    return _POST_WITH_URL_USD if any(urls(text)) else _POST_USD


SPEC = ChannelSpec(
    key="x",
    label="X",
    hosts=("x.com", "twitter.com", "mobile.twitter.com"),
    address=re.compile(r"/(?:[A-Za-z0-9_]+/|i/web/|i/)status(?:es)?/([1-9][0-9]{0,18})(?:[/?#]|$)"),
    limit=LIMIT,
    length=weighted_length,
    unit="字（半角換算）",
    frames=_FRAMES,
    images=ImageLimits(max_count=4, max_bytes=5_000_000, max_alt=1000),
    options={"thread": bool, "link": bool},
    questions={
        "link": Question(
            text="詳しいページのアドレス",
            yes=f"入れる（1投稿 {_POST_WITH_URL_USD}ドル）",
            no=f"入れない（1投稿 {_POST_USD}ドル）",
        ),
        "thread": Question(
            text="三つの問いの答え",
            yes=f"続きの投稿（スレッド）で出す（投稿の数 × {_POST_USD}ドル）",
            no=f"出さない（1投稿 {_POST_USD}ドル）",
        ),
    },
    split=lambda text, protected: split(text, LIMIT, weighted_length, protected),
    cost=cost,
    alt_usd=_ALT_USD,
    reading_usd=_READING_USD,
    corrects_by=(Way.LINKED, Way.REPOST),
    rate=Rate(count=100, per=timedelta(minutes=15)),
)


def connect(config: Config) -> Channel:
    """Raises ConfigError if a key is missing."""
    from bot.channels.x import channel  # tweepy is loaded where something is sent, not where a post is checked

    return channel.connect(config)
