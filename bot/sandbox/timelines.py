"""The timelines as pages for people: all channels, each channel, and each post at an address of its own; no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jinja2
from markupsafe import Markup, escape
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from bot.channels.instagram.sandbox import shortcodes
from bot.channels.x.sandbox.account import Account
from bot.config import load
from bot.platform_kit import credentials
from bot.platform_kit.pictures import look
from bot.platform_kit.reactions import to_post
from bot.platform_kit.state import Post, State
from bot.platform_kit.wire import Call, Own, route
from bot.sandbox.faults import CHANNELS

LABELS = {"x": "X", "instagram": "Instagram", "facebook": "Facebook"}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
# What each channel calls the answers to a post.
_WORDS = {
    "x": {
        "replies": "返信",
        "reposts": "リポスト",
        "quotes": "引用",
        "likes": "いいね",
        "saves": "ブックマーク",
        "views": "表示",
    },
    "instagram": {"likes": "いいね", "replies": "コメント", "reposts": "シェア", "saves": "保存", "views": "閲覧"},
    "facebook": {"likes": "いいね", "replies": "コメント", "reposts": "シェア", "views": "閲覧"},
}
_LINK = re.compile(r"https?://[!-~]*[A-Za-z0-9/_#=&-]")
_LINKLESS = frozenset({"instagram"})  # a caption's addresses cannot be followed there


@dataclass(frozen=True, kw_only=True)
class Column:
    """A channel's conversations, the one with the newest post first; within one, oldest first."""

    key: str
    label: str
    conversations: list[list[Post]]
    count: int
    note: str = ""


class Timelines:
    def __init__(self, state: State, account: Account) -> None:
        self._state, self._account = state, account
        folder = Path(__file__).parent / "pages"
        pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        pages.globals |= {
            "address": address,
            "linked": linked,
            "with_links": with_links,
            "answers": self._answers,
            "labels": LABELS,
        }
        pages.globals |= {"name": credentials.NAME, "zone": load().timezone}
        self._template = pages.get_template("timelines.html")
        self._style = (folder / "timelines.css").read_text(encoding="utf-8")

    def rules(self) -> Iterable[Rule]:
        return [
            route("GET", "/", Own(work=self._all)),
            *(route("GET", f"/{channel}", Own(work=partial(self._channel, channel))) for channel in CHANNELS),
            route("GET", "/x/<identity>", Own(work=lambda c: self._one("x", c.values["identity"]))),
            route("GET", "/i/status/<identity>", Own(work=lambda c: self._one("x", c.values["identity"]))),
            route("GET", "/facebook/<identity>", Own(work=lambda c: self._one("facebook", _of_page(c.values["identity"])))),
            route("GET", "/instagram/<code>", Own(work=lambda c: self._one("instagram", shortcodes.decode(c.values["code"])))),
            route("GET", "/p/<code>/", Own(work=lambda c: self._one("instagram", shortcodes.decode(c.values["code"])))),
            route("GET", "/_sandbox/media/<sha256>", Own(work=self._picture)),
            route("GET", "/_sandbox/timelines.css", Own(work=self._css)),
        ]

    def _all(self, call: Call) -> Response:
        return self._page("練習用の掲示", [self._column(channel) for channel in CHANNELS], path="/")

    def _channel(self, channel: str, call: Call) -> Response:
        return self._page(f"練習用の {LABELS[channel]}", [self._column(channel)], path=f"/{channel}")

    def _column(self, channel: str) -> Column:
        posts = self._state.posts(channel)
        standing = sum(not p.deleted for p in posts)
        note = f"料金の累計 {self._account.spent():.3f} ドル" if channel == "x" else ""
        return Column(key=channel, label=LABELS[channel], conversations=conversations(posts), count=standing, note=note)

    def _one(self, channel: str, identity: str) -> Response:
        """The conversation in which the post stands."""
        found = [c for c in conversations(self._state.posts(channel)) if any(p.id == identity for p in c)]
        if not found:
            return self._page("この投稿は見つかりません", [], status=404)
        column = Column(key=channel, label=LABELS[channel], conversations=found, count=len(found[0]))
        return self._page(f"{LABELS[channel]} の投稿", [column], chosen=identity)

    def _page(self, title: str, columns: list[Column], *, status: int = 200, chosen: str = "", path: str = "") -> Response:
        page = self._template.render(title=title, columns=columns, chosen=chosen, path=path)
        return Response(page, status, content_type="text/html; charset=utf-8", headers=_HEADERS)

    def _answers(self, post: Post) -> list[tuple[str, int]]:
        """What citizens did, in the channel's words, and how often."""
        counts = to_post(self._state, post.id).model_dump()
        return [(word, counts[name]) for name, word in _WORDS[post.channel].items() if counts[name]]

    def _picture(self, call: Call) -> Response:
        data = self._state.data(call.values["sha256"])
        looks = look(data) if data else None
        if data is None or looks is None:
            return Response("画像がありません。", 404, content_type="text/plain; charset=utf-8", headers=_HEADERS)
        return Response(data, content_type=looks.media_type, headers=_HEADERS | _FOREVER)

    def _css(self, call: Call) -> Response:
        return Response(self._style, content_type="text/css; charset=utf-8", headers=_HEADERS)


def conversations(posts: list[Post]) -> list[list[Post]]:
    """Posts (oldest first) with the replies to them."""
    found: dict[str, list[Post]] = {}
    for post in posts:
        conversation = found.get(post.parent, [])
        conversation.append(post)
        found[post.id] = conversation
    return sorted({id(c): c for c in found.values()}.values(), key=lambda c: int(c[-1].id), reverse=True)


def address(post: Post) -> str:
    return f"/{post.channel}/{shortcodes.encode(post.id) if post.channel == 'instagram' else post.id}"


def linked(post: Post) -> Markup:
    """The text, its addresses as links where the channel makes links of them."""
    return escape(post.text) if post.channel in _LINKLESS else with_links(post.text)


def with_links(text: str) -> Markup:
    return Markup("").join(_pieces(text))


def _pieces(text: str) -> Iterator[Markup]:
    done = 0
    for found in _LINK.finditer(text):
        yield escape(text[done : found.start()])
        yield Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(found[0])
        done = found.end()
    yield escape(text[done:])


def _of_page(identity: str) -> str:
    """Facebook's own addresses carry the Page's number before the post's."""
    return identity.removeprefix(f"{credentials.PAGE}_")
