"""Graph's insights: how often a post was seen. Meta retired the names of "impressions" in favour of "views" (Pages: June and
November 2025; Instagram: April 2025), and one name that does not hold fails the whole request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from bot.meta_graph.sandbox.errors import GraphError
from bot.meta_graph.sandbox.nodes import listed
from bot.platform_kit.reactions import Reactions
from bot.platform_kit.wire import Call, answer

Values = Mapping[str, Any]


def of_page_post(reactions: Reactions, names: str) -> Values:
    """`names`: "views" or "impressions"."""
    seen = {
        "views": {"post_media_view": reactions.views, "post_total_media_view_unique": reactions.reach},
        "impressions": {"post_impressions": reactions.views, "post_impressions_unique": reactions.reach},
    }
    liked = {"post_reactions_like_total": reactions.likes, "post_reactions_by_type_total": {"like": reactions.likes}}
    return {**seen[names], **liked, "post_clicks": reactions.clicks}


def of_media(reactions: Reactions, names: str) -> Values:
    return {
        names: reactions.views,
        "reach": reactions.reach,
        "likes": reactions.likes,
        "comments": reactions.replies,
        "shares": reactions.reposts,
        "saved": reactions.saves,
        "total_interactions": reactions.interactions,
    }


def insights(call: Call, identity: str, values: Values) -> Response:
    """Raises GraphError for a metric that does not exist, or for none."""
    wanted = listed(call.request.values.get("metric", ""))
    if not wanted:
        raise GraphError(3001, "No metric was specified to be fetched. Please specify one or more metrics.", 1504028)
    if any(name not in values for name in wanted):
        raise GraphError(100, "(#100) The value must be a valid insights metric")
    return answer({"data": [_told(identity, name, values[name]) for name in wanted]})


def _told(identity: str, name: str, value: Any) -> dict[str, Any]:
    told = {"name": name, "period": "lifetime", "values": [{"value": value}], "title": name, "description": name}
    return {**told, "id": f"{identity}/insights/{name}/lifetime"}
