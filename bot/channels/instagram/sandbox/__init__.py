"""Instagram as it behaves: its publishing API, which is Graph's, and its private endpoints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from bot.channels.instagram.sandbox import private, shortcodes
from bot.channels.instagram.sandbox.credentials import session
from bot.channels.instagram.sandbox.publishing import Publishing
from bot.meta_graph.sandbox import choices as graph_choices
from bot.meta_graph.sandbox import credentials as graph_credentials
from bot.platform_kit.platform import Example, Platform, PlatformContext, Service


def _environment(base_url: str) -> Mapping[str, str]:
    return {
        "DXBOT_GRAPH_BASE_URL": base_url,
        "DXBOT_INSTAGRAM_USER_ID": graph_credentials.INSTAGRAM_USER,
        "DXBOT_INSTAGRAM_TOKEN": graph_credentials.INSTAGRAM_TOKEN,
        "DXBOT_INSTAGRAM_PRIVATE_BASE_URL": base_url,
        "DXBOT_INSTAGRAM_PRIVATE_SESSION": json.dumps(session()),
    }


def _services(context: PlatformContext) -> Iterable[Service]:
    return [Publishing(context), private.Private(context.state)]


PLATFORM = Platform(
    services=_services,
    environment=_environment,
    words={"likes": "いいね", "replies": "コメント", "reposts": "シェア", "saves": "保存", "views": "閲覧"},
    examples=(
        Example(
            name="graph",
            prepared="17",  # a container's number
            made={"id": "18"},
            readings={"/v26.0/17?": {"status_code": "IN_PROGRESS"}, "/media?": {"data": []}},
        ),
        Example(
            name="private",
            options={"DXBOT_INSTAGRAM_DRIVER": "private"},
            prepared=json.dumps([["31", 640, 640], ["32", 640, 640]]),
            made={"media": {"pk": "18", "code": "C"}, "status": "ok"},
            readings={"/feed/user": {"items": [], "status": "ok"}},
        ),
    ),
    hosts=frozenset({"graph.facebook.com", "i.instagram.com"}),
    choices=(graph_choices.Choices, private.Choices),
    paths=("/p/<name>/",),
    name_of=shortcodes.encode,
    identity_of=shortcodes.decode,
    links=False,  # a caption's addresses cannot be followed
    pictures_first=True,
    colours=("#b8327f", "#f08cc4"),
)
