"""How each channel will show a Variant, as plain data for the `appearance.html` of its folder (without one, for
templates/web/channels/plain.html).

Those templates use only what Django's template language and Jinja2 have in common, so the web site and a command that must not
load Django can both fill them in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from unicodedata import east_asian_width

from bot.content.people import City
from bot.language import say
from bot.media import frames
from bot.media.frames import Panel, Piece
from bot.render.variant import ChannelSpec, Fold, Media, Part, Variant
from bot.text.tokens import hashtags, urls

RunKind = Literal["", "tag", "link", "ruby", "heading"]
_READ = re.compile(r"｜(?P<ruby>[^《》｜\n]+)《(?P<reading>[^》\n]+)》|(?P<heading>^(?:【[^】\n]+】|◆.*)$)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A stretch of text that the channel shows alike: coloured as a tag or a link, or with its reading beside it."""

    kind: RunKind
    text: str
    reading: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """As it is sent, uncut; sizes in pixels. `key` tells it from the post's others."""

    key: str
    address: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class ShownPiece:
    """A picture, and which part of it is seen where."""

    picture: Picture
    piece: Piece


@dataclass(frozen=True, kw_only=True)
class ShownPanel:
    """Pictures that are seen at once; `view` is SVG's viewBox around all of them."""

    view: str
    pieces: tuple[ShownPiece, ...]


@dataclass(frozen=True, kw_only=True)
class ShownPart:
    """One post. `rest` is what the channel hides behind 「続きを読む」. `panels` are the pictures as the timeline cuts them,
    `slides` if one at a time, `grid` the post among the account's others. `limit` is 0 where the channel has none."""

    number: int
    shown: tuple[Run, ...]
    rest: tuple[Run, ...]
    pictures: tuple[Picture, ...]
    panels: tuple[ShownPanel, ...]
    slides: bool
    grid: ShownPanel | None
    length: int
    limit: int
    over: bool


@dataclass(frozen=True, kw_only=True)
class Column:
    """The paper's column with the post on its own in it: a picture of the set lines (`address`), and how it fits, in words.
    `room` and `used` in lines; `provisional` while the layout is 仮."""

    title: str
    address: str
    layout: str
    provisional: bool
    summary: str
    room: int
    used: int
    fits: bool
    overflow: tuple[str, ...]
    cuts: tuple[str, ...]
    knobs: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def words(self) -> Mapping[str, str]:
        """What a template says beside it, in the language of the installation; how it fits is told in the paper's own."""
        return {
            "used": say("使った行数"),
            "sample": say("の組み見本"),
            "picture": say("紙面の行をそのまま示した図。文章はこの下にあります。"),
            "layout": say("で組んだ形です。"),
            "provisional": say("仮：紙面の寸法を確かめていないため、入稿には使えません。"),
            "overflow": say("枠に入らない文章"),
            "cuts": say("少し削れば行が減るところ"),
            "knobs": say("広報担当が変えられるところ"),
            "notices": say("確かめるところ"),
        }


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """`handle` is the account's name, "" while it is not known; `templates` are tried in order; `cost` in US dollars, "" if
    it is free, and what each `reading` back adds to it; `column` for the paper alone."""

    channel: str
    label: str
    templates: tuple[str, str]
    name: str
    initial: str
    handle: str
    parts: tuple[ShownPart, ...]
    unit: str
    cost: str
    reading: str
    column: Column | None

    @property
    def words(self) -> Mapping[str, str]:
        """What a template says beside the post itself, in the language of the installation."""
        return {
            "described": say("画像の説明"),
            "used": say("使った字数"),
            "no_account": say("アカウント名は仮"),
            "public": say("公開"),
            "more": say("… もっと見る（市民の画面では、ここから先が折りたたまれます）"),
            "read_on": say("… 続きを読む（市民の画面では、ここから先が折りたたまれます）"),
            "album": say("画像（横に送る）"),
            "grid": say("アカウントの投稿一覧での見え方"),
            "cost": say("費用の見込み {cost} 米ドル", cost=self.cost),
            "reading": say("（結果が分からず読み返すときは、1件につき {price} 米ドルが加わります）", price=self.reading),
        }


def appearance(
    spec: ChannelSpec, variant: Variant, city: City, address: Callable[[Media], str], column: Column | None = None
) -> Appearance:
    """`address` says where a picture can be had: a page's address, or the data itself."""
    pictures = tuple(_picture(m, address(m)) for m in variant.media)
    # 仮 marks a fact that nobody has confirmed; it must not look like an account's name.
    handle = str(city.accounts.get(spec.key) or "")
    return Appearance(
        channel=spec.key,
        label=spec.label,
        # The channel's own look, else a plain one: a channel needs no template to be shown (ADR 13).
        templates=(f"{spec.key}/appearance.html", "channels/plain.html"),
        name=city.name,
        initial=city.name[:1],
        handle="" if handle == "仮" else handle,
        parts=tuple(_part(spec, p, n, pictures if n == 0 else ()) for n, p in enumerate(variant.parts)),
        unit=say(spec.unit),
        cost=str(variant.price(spec)) if variant.price(spec) else "",
        reading=str(spec.reading_usd) if spec.reading_usd else "",
        column=column,
    )


def _picture(media: Media, address: str) -> Picture:
    return Picture(key=media.sha256[:16], address=address, alt=media.alt, width=media.width, height=media.height)


def _panel(panel: Panel, pictures: tuple[Picture, ...]) -> ShownPanel:
    return ShownPanel(view=panel.view, pieces=tuple(ShownPiece(picture=pictures[p.number], piece=p) for p in panel.pieces))


def _part(spec: ChannelSpec, part: Part, number: int, pictures: tuple[Picture, ...]) -> ShownPart:
    cut = _fold(part.text, spec.fold)
    # A chart that was only compared and not drawn has no size (ADR 40).
    sizes = [(max(p.width, 1), max(p.height, 1)) for p in pictures]
    grid = frames.grid(spec.frames, sizes)
    return ShownPart(
        number=number,
        shown=tuple(_runs(part.text[:cut])),
        rest=tuple(_runs(part.text[cut:])),
        pictures=pictures,
        panels=tuple(_panel(panel, pictures) for panel in frames.panels(spec.frames, sizes)),
        slides=len(sizes) > 1 and isinstance(spec.frames.layout(len(sizes)), frames.Slides),
        grid=_panel(grid, pictures) if grid else None,
        length=part.length,
        limit=part.limit or 0,
        over=part.limit is not None and part.length > part.limit,
    )


def _fold(text: str, fold: Fold | None) -> int:
    """Where the visible beginning ends: never within a tag, a link or a reading."""
    cut = _end_of_lines(text, fold) if fold else len(text)
    return next((start for start, end, _ in _marked(text) if start < cut < end), cut)


def _end_of_lines(text: str, fold: Fold) -> int:
    """How many characters fill the fold's lines, an empty line counting as one."""
    # Networks cut by what is visible, so a Japanese character takes two columns.
    line, column = 1, 0
    for at, character in enumerate(text):
        width = 2 if east_asian_width(character) in "WFA" else 1
        if character == "\n" or column + width > fold.width:
            line, column = line + 1, 0
            if line > fold.lines:
                return at
        column += 0 if character == "\n" else width
    return len(text)


def _runs(text: str) -> Iterator[Run]:
    at = 0
    for start, end, run in _marked(text):
        if start > at:
            yield Run(kind="", text=text[at:start])
        yield run
        at = end
    if at < len(text):
        yield Run(kind="", text=text[at:])


def _marked(text: str) -> Iterator[tuple[int, int, Run]]:
    """What is shown in another way than the rest, in order: where it stands, and how it is shown."""
    found = [(url.start, url.end, Run(kind="link", text=url.text)) for url in urls(text)]
    found += [(tag.start, tag.end, Run(kind="tag", text=tag.text)) for tag in hashtags(text)]
    for match in _READ.finditer(text):
        kind: RunKind = "ruby" if match["ruby"] else "heading"
        found.append((*match.span(), Run(kind=kind, text=match[kind], reading=match["reading"] or "")))
    at = 0
    for start, end, run in sorted(found, key=lambda mark: mark[:2]):
        if start >= at:  # within a heading, an address is a part of it
            yield start, end, run
            at = end
