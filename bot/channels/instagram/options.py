"""What only Instagram needs: which driver, and the account of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from bot.options import Secret, option

Driver = Literal["graph", "private"]


@dataclass(frozen=True, kw_only=True)
class Options:
    driver: Driver = option(
        "DXBOT_INSTAGRAM_DRIVER", "graph", "graph は公式の API、private は instagrapi（規約上の危険あり）", get_args(Driver)
    )
    user_id: str = option("DXBOT_INSTAGRAM_USER_ID", "", "Instagram のプロアカウントの番号")
    token: Secret = option("DXBOT_INSTAGRAM_TOKEN", Secret(""), "Instagram の公式 API の鍵")
    private_base_url: str = option("DXBOT_INSTAGRAM_PRIVATE_BASE_URL", "https://i.instagram.com", "instagrapi の接続先")
    private_session: Secret = option("DXBOT_INSTAGRAM_PRIVATE_SESSION", Secret(""), "instagrapi のセッション（JSON）")
