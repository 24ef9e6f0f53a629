"""The timelines as pages for people: all channels, each channel, and each post at an address of its own; no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import jinja2
from markupsafe import Markup, escape
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from bot import registry
from bot.media import frames
from bot.platform_kit.names import NAME
from bot.platform_kit.pictures import probe
from bot.platform_kit.platform import Platform
from bot.platform_kit.reactions import to_post
from bot.platform_kit.state import Post, State
from bot.platform_kit.wire import Call, Own, route
from bot.text.moments import minute
from bot.text.tokens import urls

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


@dataclass(frozen=True, kw_only=True)
class Column:
    """A channel's conversations, the one with the newest post first; within one, oldest first. `grid`: the posts of an account
    whose page is a grid of pictures, the newest first."""

    key: str
    label: str
    conversations: list[list[Post]]
    count: int
    note: str = ""
    grid: list[Post] = field(default_factory=list)


class Timelines:
    def __init__(self, state: State, platforms: Mapping[str, Platform]) -> None:
        self._state, self._platforms = state, platforms
        self._known = dict[str, frames.Size]()  # by hash: of the same bytes it is always the same
        self._labels = {key: registry.specs()[key].label for key in platforms}
        folder = Path(__file__).parent / "pages"
        pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        pages.globals |= {
            "address": self._address,
            "linked": self._linked,
            "with_links": with_links,
            "answers": self._answers,
            "panels": self._panels,
            "cover": self._cover,
            "platforms": platforms,
            "labels": self._labels,
            "name": NAME,
            "minute": partial(minute, with_year=True),
            "zone": registry.load().timezone,
        }
        self._template = pages.get_template("timelines.html")
        self._style = (folder / "timelines.css").read_text(encoding="utf-8") + colours(platforms)

    def rules(self) -> Iterable[Rule]:
        own = [("/", self._all), ("/_sandbox/media/<sha256>", self._picture), ("/_sandbox/timelines.css", self._css)]
        for key, platform in self._platforms.items():
            own.append((f"/{key}", partial(self._channel, key)))
            own += [(path, partial(self._one, key)) for path in (f"/{key}/<name>", *platform.paths)]
        return [route("GET", path, Own(work=work)) for path, work in own]

    def _all(self, call: Call) -> Response:
        return self._page("練習用の掲示", [self._column(channel) for channel in self._platforms], path="/")

    def _channel(self, channel: str, call: Call) -> Response:
        column = self._column(channel)
        if registry.specs()[channel].frames.grid:
            shown = [p for p in self._state.posts(channel) if p.pictures and not p.deleted]
            column = replace(column, grid=shown[::-1])
        return self._page(f"練習用の {self._labels[channel]}", [column], path=f"/{channel}")

    def _column(self, channel: str) -> Column:
        posts = self._state.posts(channel)
        standing = sum(not p.deleted for p in posts)
        note = self._platforms[channel].note
        return Column(
            key=channel,
            label=self._labels[channel],
            conversations=conversations(posts),
            count=standing,
            note=note(self._state) if note else "",
        )

    def _one(self, channel: str, call: Call) -> Response:
        """The conversation in which the post stands."""
        identity = self._platforms[channel].identity_of(call.values["name"])
        found = [c for c in conversations(self._state.posts(channel)) if any(p.id == identity for p in c)]
        if not found:
            return self._page("この投稿は見つかりません", [], status=404)
        column = Column(key=channel, label=self._labels[channel], conversations=found, count=len(found[0]))
        return self._page(f"{self._labels[channel]} の投稿", [column], chosen=identity)

    def _page(self, title: str, columns: list[Column], *, status: int = 200, chosen: str = "", path: str = "") -> Response:
        page = self._template.render(title=title, columns=columns, chosen=chosen, path=path)
        return Response(page, status, content_type="text/html; charset=utf-8", headers=_HEADERS)

    def _answers(self, post: Post) -> list[tuple[str, int]]:
        """What citizens did, in the channel's words, and how often."""
        counts = to_post(self._state, post.id).model_dump()
        return [(word, counts[name]) for name, word in self._platforms[post.channel].words.items() if counts[name]]

    def _panels(self, post: Post) -> tuple[frames.Panel, ...]:
        return frames.panels(registry.specs()[post.channel].frames, self._sizes(post))

    def _cover(self, post: Post) -> frames.Panel | None:
        return frames.grid(registry.specs()[post.channel].frames, self._sizes(post))

    def _sizes(self, post: Post) -> list[frames.Size]:
        return [self._size(picture.sha256) for picture in post.pictures]

    def _size(self, sha256: str) -> frames.Size:
        """What cannot be read is shown as a square."""
        if sha256 not in self._known:
            header = probe(self._state.data(sha256) or b"")
            self._known[sha256] = (header.width, header.height) if header else (1, 1)
        return self._known[sha256]

    def _address(self, post: Post) -> str:
        return f"/{post.channel}/{self._platforms[post.channel].name_of(post.id)}"

    def _linked(self, post: Post) -> Markup:
        """The text, its addresses as links where the channel makes links of them."""
        return with_links(post.text) if self._platforms[post.channel].links else escape(post.text)

    def _picture(self, call: Call) -> Response:
        data = self._state.data(call.values["sha256"])
        header = probe(data) if data else None
        if data is None or header is None:
            return Response("画像がありません。", 404, content_type="text/plain; charset=utf-8", headers=_HEADERS)
        return Response(data, content_type=header.media_type, headers=_HEADERS | _FOREVER)

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


def colours(platforms: Mapping[str, Platform]) -> str:
    """Each channel's own, for light and dark screens."""
    light = "".join(f"section.{key} {{ --mark: {platform.colours[0]}; }}\n" for key, platform in platforms.items())
    dark = "".join(f"section.{key} {{ --mark: {platform.colours[1]}; }}\n" for key, platform in platforms.items())
    return f"{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def with_links(text: str) -> Markup:
    return Markup("").join(_pieces(text))


def _pieces(text: str) -> Iterator[Markup]:
    done = 0
    for found in urls(text):
        address = found.text if "://" in found.text else f"https://{found.text}"
        yield escape(text[done : found.start])
        yield Markup('<a href="{0}" rel="noreferrer">{1}</a>').format(address, found.text)
        done = found.end
    yield escape(text[done:])
