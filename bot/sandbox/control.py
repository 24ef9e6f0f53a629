"""The sandbox's own addresses: what citizens see, as JSON and as pages; ordering trouble; emptying; moving the clock."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.config import load
from bot.sandbox.faults import AFTER, BEFORE, CHANNELS, PLACES, Fault, Faults
from bot.sandbox.state import Post, State

_POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
LABELS = {"x": "X", "instagram": "Instagram", "facebook": "Facebook"}


class Control:
    def __init__(self, state: State, faults: Faults) -> None:
        self._state, self._faults = state, faults
        folder = Path(__file__).parent / "pages"
        self._pages = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
        self._style = (folder / "timeline.css").read_text(encoding="utf-8")

    def rules(self) -> list[Rule]:
        return [
            Rule("/_sandbox/posts", methods=["GET"], endpoint=self._posts),
            Rule("/_sandbox/faults", methods=["POST"], endpoint=self._order),
            Rule("/_sandbox/reset", methods=["POST"], endpoint=self._reset),
            Rule("/_sandbox/clock", methods=["POST"], endpoint=self._clock),
            Rule("/_sandbox/media/<sha256>.jpg", methods=["GET"], endpoint=self._media),
            Rule("/_sandbox/timeline.css", methods=["GET"], endpoint=self._css),
            Rule("/", methods=["GET"], endpoint=self._timelines),
            Rule("/i/status/<identity>", methods=["GET"], endpoint=self._one),
            Rule("/x/<identity>", methods=["GET"], endpoint=self._one),
            Rule("/instagram/<identity>", methods=["GET"], endpoint=self._one),
            Rule("/p/<identity>/", methods=["GET"], endpoint=self._one),
            Rule("/facebook/<identity>", methods=["GET"], endpoint=self._one),
        ]

    def _posts(self, request: Request) -> Response:
        return _json([_shown(p) for p in self._state.posts(request.args.get("channel", ""))])

    def _order(self, request: Request) -> Response:
        body = request.get_json(silent=True) or {}
        fault = Fault(
            channel=str(body.get("channel")),
            on=str(body.get("on", "commit")),
            kind=str(body.get("kind")),
            times=int(body.get("times", 1)),
        )
        if fault.channel not in CHANNELS or fault.on not in PLACES or fault.kind not in (*BEFORE, *AFTER) or fault.times < 1:
            return _json({"error": "channel, on, kind, times"}, 400)
        self._faults.order(fault)
        return _json({"ok": True})

    def _reset(self, request: Request) -> Response:
        self._faults.clear()
        self._state.reset()
        return _json({"ok": True})

    def _clock(self, request: Request) -> Response:
        try:
            self._state.set_clock(datetime.fromisoformat(str((request.get_json(silent=True) or {}).get("now"))))
        except ValueError:
            return _json({"error": "now: ISO 8601 with a zone"}, 400)
        return _json({"ok": True})

    def _media(self, request: Request, sha256: str) -> Response:
        data = self._state.data(sha256)
        return Response(data, content_type="image/jpeg") if data else Response("なし", 404)

    def _css(self, request: Request) -> Response:
        return Response(self._style, content_type="text/css; charset=utf-8")

    def _timelines(self, request: Request) -> Response:
        columns = [(LABELS[c], c, list(reversed(self._state.posts(c)))) for c in CHANNELS]
        return self._page("timeline.html", columns=columns)

    def _one(self, request: Request, identity: str) -> Response:
        post = self._state.post(identity)
        if post is None:
            return Response("この投稿はありません。", 404, content_type="text/plain; charset=utf-8")
        return self._page("timeline.html", columns=[(LABELS[post.channel], post.channel, [post])])

    def _page(self, name: str, **context: Any) -> Response:
        page = self._pages.get_template(name).render(zone=load().timezone, **context)
        return Response(page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY})


def _shown(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "channel": post.channel,
        "text": post.text,
        "media": [{"alt": alt, "sha256": sha256} for alt, sha256 in post.media],
        "in_reply_to": post.in_reply_to or None,
        "created_at": post.created_at.isoformat(),
        "deleted": post.deleted,
    }


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json; charset=utf-8")
