"""Where the Graph API is: one address for all channels that use it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.options import option


@dataclass(frozen=True, kw_only=True)
class GraphOptions:
    base_url: str = option("DXBOT_GRAPH_BASE_URL", "https://graph.facebook.com", "Facebook・Instagram の接続先")
