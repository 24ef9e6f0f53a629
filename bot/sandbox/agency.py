"""The Meteorological Agency's feeds and telegrams, to practise a disaster with: /jma/feed/eqvol.xml, /jma/data/….

GET  /jma/feed/<name>.xml        eqvol, extra, and their long forms (eqvol_l, extra_l); answers 304 to who has it already
GET  /jma/data/<name>            a telegram
POST /_sandbox/disaster          {"kind": "VXSE53", "xml": …, "headline", "title", "office", "at"}, or {"fault": "hang" |
                                 "broken" | "large" | "500" | "redirect", "times": N} for the next answers; answers with its
                                 address
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from bot.platform_kit.state import State
from bot.platform_kit.wire import Call, Own, answer, route

FEEDS = ("eqvol", "extra")
_FAULTS = ("hang", "broken", "large", "500", "redirect")
_SHORT = timedelta(minutes=10)
_LARGE = 10_000_001  # bytes, one more than any telegram may have
_LONGEST = 60.0  # seconds that an answer hangs
_SEISMIC = ("VX", "VT")


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """A telegram that is out."""

    name: str
    feed: str
    title: str
    headline: str
    author: str
    at: datetime
    xml: bytes


class Agency:
    """What was announced since the start or the last reset; it is not kept."""

    def __init__(self, state: State) -> None:
        self._state, self._lock = state, threading.Lock()
        self._sent: list[_Sent] = []
        self._faults: list[str] = []
        self._ended = threading.Event()
        self.asked = 0

    def rules(self) -> Iterable[Rule]:
        return [
            route("GET", "/jma/feed/<name>.xml", Own(work=self._feed)),
            route("GET", "/jma/data/<name>", Own(work=self._data)),
            route("POST", "/_sandbox/disaster", Own(work=self._order)),
        ]

    def reset(self) -> None:
        with self._lock:
            self._sent, self._faults = [], []

    def stop(self) -> None:
        """What hangs is ended."""
        self._ended.set()

    def _order(self, call: Call) -> Response:
        body = call.request.get_json(silent=True) or {}
        if "fault" in body:
            if body["fault"] not in _FAULTS:
                return answer({"error": f"fault: one of {', '.join(_FAULTS)}"}, 400)
            with self._lock:
                self._faults += [body["fault"]] * int(body.get("times", 1))
            return answer({"ok": True})
        kind, xml = str(body.get("kind", "")), str(body.get("xml", ""))
        if not kind.isalnum() or not xml:
            return answer({"error": "kind and xml"}, 400)
        return answer({"address": self._send(call, kind, xml.encode(), body)})

    def _send(self, call: Call, kind: str, xml: bytes, body: dict[str, str]) -> str:
        at = datetime.fromisoformat(body["at"]) if body.get("at") else self._state.now()
        with self._lock:
            name = f"{at.astimezone(UTC):%Y%m%d%H%M%S}_{len(self._sent)}_{kind}_{body.get('office', '170000')}.xml"
            sent = _Sent(
                name=name,
                feed="eqvol" if kind.startswith(_SEISMIC) and not kind.startswith("VXKO") else "extra",
                title=body.get("title", kind),
                headline=body.get("headline", ""),
                author=body.get("author", "気象庁"),
                at=at,
                xml=xml,
            )
            self._sent.append(sent)
        return f"{call.request.host_url}jma/data/{name}"

    def _feed(self, call: Call) -> Response:
        if (wrong := self._trouble()) is not None:
            return wrong
        feed, _, long = call.values["name"].partition("_")
        if feed not in FEEDS or long not in ("", "l"):
            return answer({"error": "no such feed"}, 404)
        now = self._state.now()
        with self._lock:
            sent = [s for s in self._sent if s.feed == feed and s.at <= now and (long or s.at > now - _SHORT)]
        told = _feed_of(feed, sent, call.request.host_url, now)
        tag = hashlib.sha256("".join(s.name for s in sent).encode()).hexdigest()[:16]
        response = Response(told, content_type="application/xml; charset=utf-8")
        response.set_etag(tag)
        response.make_conditional(call.request)
        return response

    def _data(self, call: Call) -> Response:
        if (wrong := self._trouble()) is not None:
            return wrong
        with self._lock:
            found = next((s for s in self._sent if s.name == call.values["name"]), None)
        if found is None:
            return answer({"error": "no such telegram"}, 404)
        return Response(found.xml, content_type="application/xml; charset=utf-8")

    def _trouble(self) -> Response | None:
        with self._lock:
            self.asked += 1
            fault = self._faults.pop(0) if self._faults else ""
        match fault:
            case "hang":
                self._ended.wait(_LONGEST)
                return Response("", 504)
            case "broken":
                return Response("<feed><entry>", content_type="application/xml")
            case "large":
                return Response(b" " * _LARGE, content_type="application/xml")
            case "500":
                return Response("", 500)
            case "redirect":
                return Response("", 302, headers={"Location": "/_sandbox/posts"})
        return None


def _feed_of(feed: str, sent: list[_Sent], host: str, now: datetime) -> str:
    entries = "".join(
        f"<entry><title>{escape(s.title)}</title><id>{host}jma/data/{s.name}</id>"
        f"<updated>{s.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</updated><author><name>{escape(s.author)}</name></author>"
        f'<link type="application/xml" href="{host}jma/data/{s.name}"/>'
        f'<content type="text">{escape(s.headline)}</content></entry>'
        for s in sorted(sent, key=lambda s: s.at, reverse=True)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" lang="ja">'
        f"<title>練習（{feed}）</title><updated>{now.isoformat()}</updated><id>{host}jma/feed/{feed}.xml</id>{entries}</feed>"
    )
