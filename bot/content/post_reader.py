"""Reads one post: its front matter key by key, then its body. All that is wrong with it is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast, get_args

from bot.content.correction import KINDS, MOST, Correction, Way
from bot.content.crop import read_crops, read_focus
from bot.content.document import Document, Inline, Text, leaves, without_breaks
from bot.content.inlines import LineEnds
from bot.content.markup import Reader
from bot.content.picture_files import chosen
from bot.content.post import Achievement, Author, Override, People, Picture, Post, Series, Source
from bot.content.source_text import SourceText, of_value
from bot.errors import ContentError, MediaError
from bot.language import say
from bot.strategy import charts
from bot.values.node import Node

if TYPE_CHECKING:
    from bot.content.library import Library

MAX_PICTURES = 20
LONGEST_SERIES, MOST_PARTS = 60, 999
_REQUIRED = ("title", "author", "measure", "achievement", "channels")
_OPTIONAL = (
    *("id", "reason", "next", "publish", "slot", "expires", "hashtags", "tags", "emergency", "link", "contact", "images"),
    *("indicators", "correction", "series", "important"),
)
_PICTURE_KEYS = ("file", "alt", "people", "consent", "credit", "chart", "focus", "crop")
_CHART_KEYS = ("chart", "credit")
_OVERRIDE_KEYS = ("text", "title", "lead", "body", "hashtags")
_LAST_SECOND = timedelta(days=1, seconds=-1)  # `expires` with a date alone lasts through that day
_OUTLOOK = "reason: に理由を、next: に次にどうするかを書いてください"
_T = TypeVar("_T")
_IDENTITY = re.compile(r"[0-9A-Za-z_-]{4,40}")


class PostReader:
    """One file's front matter and body on their way to a Post."""

    def __init__(self, library: Library, source: Source, root: Node, body_at: int) -> None:
        self.library, self.source, self.body_at = library, source, body_at
        self.reader = Reader(library.indicators, source.place)
        self.root, self.gaps, known = root, list[ContentError](), (*_REQUIRED, *_OPTIONAL, *library.channels)
        self.entries, strangers = root.sorted_out(known)
        for name in strangers:
            self._take(partial(name.is_unknown, known))
        self.emergency = bool(self._given("emergency", lambda node: node.flag(), False))

    def _take(self, read: Callable[[], _T]) -> _T:
        """What is read; what is wrong with it is kept, and the reading goes on. Of a post with a gap nothing is made."""
        try:
            return read()
        except ContentError as e:
            self.gaps.append(e)
            return cast(_T, None)

    def _needed(self, key: str, read: Callable[[Node], _T]) -> _T:
        return self._take(lambda: read(self._entry(key)))

    def _entry(self, key: str) -> Node:
        if key not in self.entries:
            told = say("「{key}」がありません", key=key), say("先頭の設定に {key}: を書いてください", key=key)
            self.root.fail_for(key, *told)
        return self.entries[key]

    def _given(self, key: str, read: Callable[[Node], _T], absent: _T) -> _T:
        return self._take(lambda: read(self.entries[key])) if key in self.entries else absent

    def post(self) -> Post:
        """Raises the first of the file's gaps, with the others."""
        made, gaps = self._read(), sorted(self.gaps, key=lambda gap: (gap.place.line, gap.place.column))
        if gaps:
            gaps[0].others = tuple(gaps[1:])
            raise gaps[0]
        return made

    def _achievement(self) -> Achievement:
        """An emergency's text tells of no measure."""
        if self.emergency and "achievement" not in self.entries:
            return "done"
        return self._needed("achievement", lambda node: cast(Achievement, node.choice(get_args(Achievement))))

    def _read(self) -> Post:
        achievement = self._achievement()
        if achievement in ("partly", "not_yet"):
            self._require_reason()
        # Two wishes for one time: to choose between them would be a guess.
        if "publish" in self.entries and "slot" in self.entries:
            self._take(
                partial(self.entries["slot"].fail, "「publish」と「slot」は同時に書けません", "どちらか1つにしてください")
            )
        zone = self.library.zone
        return Post(
            identity=self._take(self._identity),
            title=self._needed("title", self._title),
            author=self._needed("author", self._author),
            measure=self._given("measure", self._measure, "") if self.emergency else self._needed("measure", self._measure),
            achievement=achievement,
            reason=self._take(partial(self._sentence, "reason")),
            next=self._take(partial(self._sentence, "next")),
            channels=self._needed("channels", self._channels),
            publish=self._given("publish", lambda node: node.moment(zone), None),
            slot=self._text("slot"),
            expires=self._given("expires", lambda node: node.moment(zone, _LAST_SECOND), None),
            hashtags=self._given("hashtags", _tags, ()),
            tags=self._given("tags", _tags, ()),
            emergency=self.emergency,
            series=self._given("series", _series, None),
            important=bool(self._given("important", lambda node: node.flag(), False)),
            link=self._take(self._link),
            contact=self._take(partial(self._sentence, "contact")),
            pictures=self._take(self._pictures),
            indicators=self._take(self._indicators),
            correction=self._given("correction", self._correction, None),
            overrides={key: self._take(partial(self._override, key)) for key in self.library.channels if key in self.entries},
            document=self._take(self._body),
            source=self.source,
        )

    def _require_reason(self) -> None:
        for key in ("reason", "next"):
            if not self._text(key).strip():
                summary = say("達成していない施策には「{key}」が要ります", key=key)
                self._take(partial(self.entries["achievement"].fail_for, key, summary, _OUTLOOK))

    def _text(self, key: str) -> str:
        return self._given(key, Node.text, "") or ""

    def _identity(self) -> str:
        if "id" in self.entries:
            identity = self.entries["id"].required_text()
            if not _IDENTITY.fullmatch(identity):
                self.entries["id"].fail("「id」に使えない文字があります", "dxbot new が書いた id をそのまま使ってください")
            return identity
        path = self.source.path.resolve()
        posts = self.library.posts_dir.resolve()
        # Without an id the path is the identity (ADR 8).
        return path.relative_to(posts).as_posix() if path.is_relative_to(posts) else path.name

    def _author(self, node: Node) -> Author:
        author = self.library.people.get(node.text())
        return author or node.fail(
            say("「{value}」という職員は登録されていません", value=node.text()[:40]),
            "content/people.yml にある名前を書いてください",
        )

    def _measure(self, node: Node) -> str:
        """A number of plan.yml, if that file knows any."""
        known = self.library.measures
        number = node.required_text()
        if known and number not in known:
            node.fail(
                say("「{number}」という番号の施策は登録されていません", number=number[:40]),
                say(
                    "{names} のどれかにするか、content/strategy/plan.yml に書き足してください",
                    names="・".join(list(known)[:20]),
                ),
            )
        return number

    def _channels(self, node: Node) -> tuple[str, ...]:
        offered = self.library.offered
        chosen = tuple(n.choice(offered) for n in node.items())
        if not chosen or len(set(chosen)) != len(chosen):
            node.fail(
                "「channels」が空か、同じ配信先が2回書かれています",
                say("[{names}] から選んで書いてください", names=", ".join(offered)),
            )
        return chosen

    def _link(self) -> str:
        link = self._text("link").strip()
        if link and not re.fullmatch(r"https?://[!-~]+", link):
            self.entries["link"].fail("「link」がアドレスの形ではありません", "https:// から始まるアドレスを書いてください")
        return link

    def _indicators(self) -> tuple[str, ...]:
        if "indicators" not in self.entries:
            return ()
        known = tuple(self.library.indicators)
        return tuple(n.choice(known) for n in self.entries["indicators"].items())

    def _located(self, node: Node, value: str) -> SourceText:
        """`value` is what the node says; the answer says where in the file, too."""
        return of_value(self.source.text, self.source.offset(node.place), value)

    def _title(self, node: Node) -> tuple[Inline, ...]:
        title = self._line(node)
        shown = "".join(leaf.text if isinstance(leaf, Text) else "字" for leaf in leaves(without_breaks(title)))
        # Blanks, or the mark at which a headline may break: nobody would read anything.
        return (
            title if shown.strip() else node.fail(say("「{name}」に言葉がありません", name=node.name), "題名を書いてください")
        )

    def _line(self, node: Node, ends: LineEnds = "join") -> tuple[Inline, ...]:
        return self.reader.line(self._located(node, node.required_text()), ends)

    def _sentence(self, key: str) -> str:
        return self._plain(self.entries[key]) if key in self.entries else ""

    def _plain(self, node: Node) -> str:
        return self.reader.plain(self._located(node, node.text())) if node.text().strip() else ""

    def _body(self) -> Document:
        body = SourceText(self.source.text[self.body_at :], range(self.body_at, len(self.source.text)))
        if not body.text.strip():
            raise ContentError(
                "empty body",
                summary="本文がありません",
                next_step="--- の下に本文を書いてください",
                place=self.source.place(self.body_at),
                rule="content.empty-body",
            )
        return self.reader.document(body)

    def _pictures(self) -> tuple[Picture, ...]:
        nodes = self.entries["images"].items() if "images" in self.entries else ()
        # No channel takes more than ten, and each is opened to be checked (ADR 21).
        if len(nodes) > MAX_PICTURES:
            nodes[MAX_PICTURES].fail(f"画像が多すぎます（上限は {MAX_PICTURES}枚）", "要らない画像を外してください")
        return tuple(self._take(partial(self._picture, n)) for n in nodes)

    def _picture(self, node: Node) -> Picture:
        entries = node.mapping(_PICTURE_KEYS)
        if "chart" in entries:
            return self._chart(entries)
        for key in ("file", "alt"):
            if key not in entries:
                advice = "file: にファイル名、alt: に画像の説明を書いてください"
                node.fail_for(f"{node.key}.{key}", say("画像に「{key}」がありません", key=key), advice)
        people = cast(People, self._take(lambda: entries["people"].choice(get_args(People)) if "people" in entries else "none"))
        consent = entries["consent"].text() if "consent" in entries else ""
        # A picture of a person needs a record that they agreed.
        if people == "consented" and not consent:
            summary, advice = "同意を得た人が写る画像には「consent」が要ります", "consent: に同意の記録の番号を書いてください"
            self._take(partial(node.fail_for, f"{node.key}.consent", summary, advice))
        return Picture(
            file=entries["file"].text(),
            path=self._take(partial(self._picture_path, entries["file"])),
            alt=self._take(lambda: entries["alt"].required_text() and self._plain(entries["alt"])),
            place=entries["file"].place,
            people=people,
            consent=consent,
            credit=self._plain(entries["credit"]) if "credit" in entries else "",
            focus=self._take(lambda: read_focus(entries["focus"]) if "focus" in entries else None),
            crops=self._take(lambda: read_crops(entries["crop"], self.library.channels) if "crop" in entries else {}),
        )

    def _chart(self, entries: Mapping[str, Node]) -> Picture:
        for key in entries:
            if key not in _CHART_KEYS:
                entries[key].fail(
                    say("図に「{key}」は書けません", key=key), "図と、その説明は、指標から作ります。chart: だけを書いてください"
                )
        known = self.library.charts
        chart = known[entries["chart"].choice(tuple(known))]
        return Picture(
            file=chart.key,
            path=self.library.charts_file,
            alt=charts.alt(chart),
            place=entries["chart"].place,
            credit=self._plain(entries["credit"]) if "credit" in entries else "",
            chart=chart,
        )

    def _picture_path(self, node: Node) -> Path:
        name = node.required_text()
        found = chosen(self.library.candidates(self.source.path, name), name)
        if isinstance(found, Path):
            return found
        raise MediaError(
            "picture is missing",
            summary=found.summary,
            next_step=found.next_step,
            place=node.place,
            rule="media.missing",
            field=node.key,
        )

    def _override(self, channel: str) -> Override:
        options = self.library.channels[channel]
        entries = self.entries[channel].mapping((*_OVERRIDE_KEYS, *options))
        return Override(
            text=self._as_it_stands(entries["text"]) if "text" in entries else None,
            title=self._title(entries["title"]) if "title" in entries else None,
            lead=self._line(entries["lead"], "prose") if "lead" in entries else None,
            body=self._document(entries["body"]) if "body" in entries else None,
            hashtags=_tags(entries["hashtags"]) if "hashtags" in entries else None,
            options={
                key: entries[key].flag() if kind is bool else self._plain(entries[key])
                for key, kind in options.items()
                if key in entries
            },
        )

    def _document(self, node: Node) -> Document:
        return self.reader.document(self._located(node, node.required_text()))

    def _as_it_stands(self, node: Node) -> str:
        return self.reader.figures(self._located(node, node.required_text())).rstrip("\n")

    def _correction(self, node: Node) -> Correction:
        named = ("kind", "wrong", "right")
        entries = node.mapping((*named, *self.library.channels), required=named)
        wrong, right = (entries[key].required_text() for key in ("wrong", "right"))
        for key, text in (("wrong", wrong), ("right", right)):
            if len(text) > MOST or "\n" in text:
                entries[key].fail(
                    say("「{key}」が長すぎます", key=key), say("改行なしで、{most}字までで書いてください", most=MOST)
                )
        return Correction(
            kind=entries["kind"].choice(KINDS),
            wrong=wrong,
            right=right,
            ways={key: Way(entries[key].choice(list(Way))) for key in self.library.channels if key in entries},
        )


def _series(node: Node) -> Series:
    entries = node.mapping(("name", "part"), required=("name", "part"))
    name = entries["name"].required_text()
    if len(name) > LONGEST_SERIES or "\n" in name:
        entries["name"].fail("連載の名前が長すぎます", say("改行なしで、{most}字までで書いてください", most=LONGEST_SERIES))
    return Series(name=name, part=entries["part"].integer(1, MOST_PARTS))


def _tags(node: Node) -> tuple[str, ...]:
    """Without their #, which the rendering writes."""
    return tuple(_tag(n) for n in node.items())


def _tag(node: Node) -> str:
    return node.required_text().lstrip("#＃") or node.fail("ハッシュタグに「#」しかありません", "# の後に言葉を書いてください")
