"""X as it behaves: its API v2, with its windows of time, prices and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.channels.x.sandbox import credentials
from bot.channels.x.sandbox.account import spent
from bot.channels.x.sandbox.api import X
from bot.channels.x.sandbox.choices import Choices
from bot.platform_kit.platform import Example, Platform, PlatformContext, Service
from bot.platform_kit.state import State


def _environment(base_url: str) -> Mapping[str, str]:
    return {
        "DXBOT_X_BASE_URL": base_url,
        "DXBOT_X_CONSUMER_KEY": credentials.CONSUMER_KEY,
        "DXBOT_X_CONSUMER_SECRET": credentials.CONSUMER_SECRET,
        "DXBOT_X_ACCESS_TOKEN": credentials.TOKEN,
        "DXBOT_X_ACCESS_TOKEN_SECRET": credentials.TOKEN_SECRET,
    }


def _services(context: PlatformContext) -> Iterable[Service]:
    return [X(context.state)]


def _note(state: State) -> str:
    return f"料金の累計 {spent(state):.3f} ドル"


def _told(state: State) -> Mapping[str, str]:
    return {"x_spent_usd": str(spent(state))}


PLATFORM = Platform(
    services=_services,
    environment=_environment,
    words={
        "replies": "返信",
        "reposts": "リポスト",
        "quotes": "引用",
        "likes": "いいね",
        "saves": "ブックマーク",
        "views": "表示",
    },
    examples=(
        Example(
            prepared="1800000000000000001,1800000000000000002",  # two pictures' numbers
            made={"data": {"id": "1800000000000000009"}},
            readings={"/users/": {"data": []}},
        ),
    ),
    hosts=frozenset({"api.x.com", "api.twitter.com"}),
    choices=(Choices,),
    paths=("/i/status/<name>",),
    note=_note,
    told=_told,
)
