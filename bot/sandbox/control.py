"""The sandbox's own control, JSON over HTTP: what citizens see, ordering trouble, choosing, emptying, moving the clock.

GET  /_sandbox/posts?channel=x   oldest first; texts as they were typed, with what was deleted
POST /_sandbox/faults            {"channel", "on", "kind", "times"}
POST /_sandbox/settings          any of the choices that the platforms declare; answers with all (GET too), and what they tell
POST /_sandbox/reactions         {"id", "views", "reach", "likes", "replies", "reposts", "quotes", "saves", "clicks"}
POST /_sandbox/clock             {"now": an ISO 8601 time with a zone, or null for the system's time}; GET tells it
POST /_sandbox/reset             posts, trouble, choices and the clock, as at the very first start
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.errors import ConfigError
from bot.language import say
from bot.platform_kit.choices import change as change_choices
from bot.platform_kit.choices import shown as shown_choices
from bot.platform_kit.platform import Platform
from bot.platform_kit.reactions import change
from bot.platform_kit.state import Post, State
from bot.platform_kit.wire import Call, Own, answer, route
from bot.sandbox.agency import Agency
from bot.sandbox.faults import KINDS, PLACES, Fault, Faults

_MOST_TIMES = 10_000


class Control:
    def __init__(self, state: State, faults: Faults, platforms: Mapping[str, Platform], agency: Agency) -> None:
        self._state, self._faults, self._platforms, self._agency = state, faults, platforms, agency
        self._choices = tuple(dict.fromkeys(kind for platform in platforms.values() for kind in platform.choices))

    def rules(self) -> Iterable[Rule]:
        return [
            route("GET", "/_sandbox/posts", Own(work=self._posts)),
            route("POST", "/_sandbox/faults", Own(work=self._order)),
            route("GET", "/_sandbox/settings", Own(work=self._shown_settings)),
            route("POST", "/_sandbox/settings", Own(work=self._choose)),
            route("POST", "/_sandbox/reactions", Own(work=self._react)),
            route("GET", "/_sandbox/clock", Own(work=self._shown_clock)),
            route("POST", "/_sandbox/clock", Own(work=self._clock)),
            route("POST", "/_sandbox/reset", Own(work=self._reset)),
        ]

    def _posts(self, call: Call) -> Response:
        channel = call.request.args.get("channel", "")
        if channel not in ("", *self._platforms):
            return _wrong(f"channel: one of {', '.join(self._platforms)}")
        return answer([_shown(p) for p in self._state.posts(channel)])

    def _order(self, call: Call) -> Response:
        body = _body(call.request)
        times = body.get("times", 1)
        wanted = {"channel": tuple(self._platforms), "on": PLACES, "kind": KINDS}
        given = {"on": "commit"} | {name: value for name, value in body.items() if name != "times"}
        if wrong := next((name for name in {**wanted, **given} if given.get(name) not in wanted.get(name, ())), None):
            return _wrong(f"{wrong}: one of {', '.join(wanted.get(wrong, ()))}")
        if type(times) is not int or not 1 <= times <= _MOST_TIMES:
            return _wrong(f"times: a number from 1 to {_MOST_TIMES}")
        self._faults.order(Fault(**given), times)
        return answer({"ok": True})

    def _choose(self, call: Call) -> Response:
        try:
            change_choices(self._state, self._choices, _body(call.request))
        except ValueError as e:
            return _wrong(str(e))
        return self._shown_settings(call)

    def _shown_settings(self, call: Call) -> Response:
        told: dict[str, Any] = shown_choices(self._state, self._choices)
        for platform in self._platforms.values():
            told |= platform.told(self._state) if platform.told else {}
        return answer(told)

    def _react(self, call: Call) -> Response:
        body = _body(call.request)
        post = self._state.post(str(body.pop("id", "")))
        if post is None:
            return _wrong("id: of a post")
        try:
            return answer(change(self._state, post.id, body).model_dump())
        except ValueError as e:
            return _wrong(str(e))

    def _clock(self, call: Call) -> Response:
        given = _body(call.request).get("now", "")
        try:
            self._state.set_clock(None if given is None else datetime.fromisoformat(given))
        except (TypeError, ValueError):
            return _wrong("now: ISO 8601 with a zone, or null")
        return self._shown_clock(call)

    def _shown_clock(self, call: Call) -> Response:
        return answer({"now": self._state.now().isoformat()})

    def _reset(self, call: Call) -> Response:
        self._faults.clear()
        self._agency.reset()
        self._state.reset()
        return answer({"ok": True})


def _shown(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "channel": post.channel,
        "text": post.text,
        "media": [{"alt": p.alt, "sha256": p.sha256} for p in post.pictures],
        "in_reply_to": post.parent or None,
        "created_at": post.created_at.isoformat(),
        "deleted": post.deleted,
    }


def _body(request: Request) -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _wrong(what: str) -> Response:
    return answer({"error": what}, 400)


def ask(port: int, what: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """From a command: tell the sandbox on this port, or ask it without a body. Raises ConfigError where none answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_sandbox/{what}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 this machine
            found: dict[str, Any] = json.load(response)
    except (OSError, ValueError):
        raise ConfigError(
            f"no sandbox on port {port}",
            summary=say("練習用サーバー（ポート {port}）が答えません", port=port),
            next_step="make serve か dxbot sandbox を動かしてから、--port にその番号を書いてください",
        ) from None
    return found


def now_at(port: int) -> datetime:
    return datetime.fromisoformat(ask(port, "clock")["now"])
