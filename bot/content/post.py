"""A Post: one Markdown file, read and validated. Everything downstream is made from this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from bot.content.correction import Correction
from bot.content.crop import Crop, Focus
from bot.content.document import Document, Inline
from bot.errors import Place
from bot.strategy.charts import Chart

Achievement = Literal["done", "partly", "not_yet"]
People = Literal["none", "unidentifiable", "consented"]
Role = Literal["leader", "trainee"]


@dataclass(frozen=True, kw_only=True)
class Author:
    """An entry of content/people.yml. `emails` tell whose a commit is; the name is shown only if `public`.
    `submits_for` are the people whose posts this one may hand in too. `role` is what the file asks for, None
    of those who stand there for their names: officers and operators."""

    key: str
    name: str
    department: str
    role: Role | None
    emails: tuple[str, ...] = ()
    public: bool = False
    submits_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image named in the front matter. `path` is where the file lies; `file` is as the author wrote it. `focus` is what
    stays where a channel cuts, `crops` what is cut for one channel alone. A chart is drawn from readings: its `file` is its
    name, its `path` the file that defines it, its `alt` is written from the readings."""

    file: str
    path: Path
    alt: str
    place: Place
    people: People = "none"
    consent: str = ""
    credit: str = ""
    chart: Chart | None = None
    focus: Focus | None = None
    crops: Mapping[str, Crop] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Series:
    """Which of several posts that come in order this one is: `part` counts from 1."""

    name: str
    part: int


@dataclass(frozen=True, kw_only=True)
class Override:
    """What one channel replaces. `text` replaces all, as it stands; `title`, `lead` and `body` replace a part and are parsed
    like the post's own, ruby and figures included. `options` are the channel's own keys."""

    text: str | None = None
    title: tuple[Inline, ...] | None = None
    lead: tuple[Inline, ...] | None = None
    body: Document | None = None
    hashtags: tuple[str, ...] | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The file as read: decoded, line ends normalised to \\n, without BOM. `places` maps a front matter key
    (dotted, e.g. `images.0.alt`) to the position of its value."""

    path: Path
    text: str
    places: Mapping[str, Place]

    def place(self, offset: int) -> Place:
        """Line and column of a character offset."""
        before = self.text[:offset]
        return Place(path=self.path, line=before.count("\n") + 1, column=offset - (before.rfind("\n") + 1) + 1)

    def offset(self, place: Place) -> int:
        """The character at a line and column."""
        start = 0
        for _ in range(place.line - 1):
            start = self.text.index("\n", start) + 1
        return start + place.column - 1

    def place_of(self, key: str) -> Place:
        return self.places.get(key) or Place(path=self.path)


@dataclass(frozen=True, kw_only=True)
class Post:
    """`identity` is the front matter's `id`, or the path below the posts' folder: what makes two files the same post.
    `correction`: it is a new version of what is out. Times are aware. `publish` and `slot` are alternatives; with neither, the
    next free slot is taken, before others where it is `important`. `tags` are for the office and not shown. An `emergency` text
    is of no measure, and goes out as soon as it is approved."""

    identity: str
    title: tuple[Inline, ...]
    author: Author
    measure: str
    achievement: Achievement
    channels: tuple[str, ...]
    document: Document
    source: Source
    reason: str = ""
    next: str = ""
    publish: datetime | None = None
    slot: str = ""
    expires: datetime | None = None
    hashtags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    emergency: bool = False
    series: Series | None = None
    important: bool = False
    link: str = ""
    contact: str = ""
    pictures: tuple[Picture, ...] = ()
    indicators: tuple[str, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
    correction: Correction | None = None

    @property
    def files(self) -> tuple[Picture, ...]:
        """The pictures that lie in files of their own."""
        return tuple(p for p in self.pictures if p.chart is None)

    def override(self, channel: str) -> Override:
        return self.overrides.get(channel) or Override()
