"""What a rule is, and what it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from bot.checks.cache import stamp
from bot.checks.finding import Finding, Level
from bot.checks.spans import Span, spans
from bot.content.people import City
from bot.content.picture_limits import PictureLimit
from bot.content.post import Picture, Post
from bot.content.words import Word
from bot.errors import MediaError, Place
from bot.media import charts, images
from bot.render.bundle import parts
from bot.render.environment import Templates
from bot.render.variant import ChannelSpec, Part
from bot.strategy.indicators import Indicator
from bot.text.likeness import canonical
from bot.text.tokens.days import Clock, Day, clocks, days

if TYPE_CHECKING:
    from bot.schedule.rules import Rules


_NUMBER = re.compile(r"[\d元]\d*")  # 令和元年 has a number, too


@dataclass(frozen=True, kw_only=True)
class SentText:
    """A text on one channel, in canonical form: as it went out, with where it can be seen; or as another post is to say it,
    whose title is `planned` then ("" for what is out). `day` is None where it has no time yet."""

    text: str
    day: date | None
    url: str = ""
    planned: str = ""


@dataclass(frozen=True)
class Timetable:
    """The schedule as it stands at `now` (aware). `read` is called for the first post that wishes for a time: to read the
    rules, and the holidays with them, takes a moment that most runs do not need."""

    now: datetime
    read: Callable[[], Rules]

    @cached_property
    def rules(self) -> Rules:
        """Raises ConfigError when they cannot be read."""
        return self.read()


@dataclass(frozen=True)
class Subject:
    """One post under check, with what its channels will show.

    `sent`: what other posts said on each channel of late, or are to say. `timetable`: None where nobody asks whether the wished
    time can be met. `words`: the city's own list. `picture_limits`: until when a picture may be shown, by its path."""

    post: Post
    specs: tuple[ChannelSpec, ...]
    templates: Templates
    city: City
    indicators: Mapping[str, Indicator]
    sent: Mapping[str, Sequence[SentText]] = field(default_factory=dict)
    timetable: Timetable | None = None
    words: tuple[Word, ...] = ()
    picture_limits: Mapping[Path, Sequence[PictureLimit]] = field(default_factory=dict)

    @cached_property
    def texts(self) -> Mapping[str, tuple[Part, ...]]:
        """The parts of each wanted channel. Raises TemplateError."""
        return {s.key: parts(self.post, s, self.templates, self.city) for s in self.wanted}

    @cached_property
    def canonical(self) -> tuple[tuple[ChannelSpec, str], ...]:
        """What each channel that publishes would show, part by part, in canonical form. Raises TemplateError."""
        return tuple((s, canonical(part.text)) for s in self.wanted if s.publishes for part in self.texts[s.key])

    @cached_property
    def prose(self) -> tuple[Span, ...]:
        """The running text, gathered once for all rules."""
        return tuple(spans(self.post))

    @cached_property
    def whole(self) -> str:
        """All of it, a line for each span: for a quick look whether a rule has anything to do."""
        return "\n".join(span.text for span in self.prose)

    @cached_property
    def letters(self) -> frozenset[str]:
        """The characters of the whole text: what begins with another one does not stand in it."""
        return frozenset(self.whole)

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Each two characters that stand beside each other in it: gathered once, so that a rule with a hundred words asks a
        set, and does not look through the text for each."""
        return frozenset(map("".join, pairwise(self.whole)))

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Where in the whole text a number begins. Found once: an expression that begins with a number would be tried at
        every character, by each of a dozen rules."""
        return tuple(match.start() for match in _NUMBER.finditer(self.whole))

    @cached_property
    def days(self) -> tuple[tuple[Span, Day], ...]:
        """The days in it, each with the span in which it stands."""
        return tuple((span, day) for span in self._numbered for day in days(span.text))

    @cached_property
    def clocks(self) -> tuple[tuple[Span, Clock], ...]:
        """The times of the day in it, each with its span."""
        return tuple((span, clock) for span in self._numbered for clock in clocks(span.text))

    @cached_property
    def _numbered(self) -> tuple[Span, ...]:
        return tuple(span for span in self.prose if _NUMBER.search(span.text)) if self.numbers else ()

    @cached_property
    def headers(self) -> tuple[images.Header | MediaError, ...]:
        """Those of the pictures, each opened once for all rules, or what is wrong with it."""
        return tuple(_header(picture) for picture in self.post.pictures)

    @cached_property
    def wanted(self) -> tuple[ChannelSpec, ...]:
        return tuple(s for s in self.specs if s.key in self.post.channels)

    @cached_property
    def senders(self) -> tuple[ChannelSpec, ...]:
        """The wanted channels that send at a time; the paper has its issues."""
        return tuple(s for s in self.wanted if s.publishes)

    def place_of(self, *keys: str) -> Place:
        """The place of the first of these front matter keys that the author wrote."""
        source = self.post.source
        return next((source.places[k] for k in keys if k in source.places), source.place_of("title"))


def _header(picture: Picture) -> images.Header | MediaError:
    if picture.chart is not None:
        return images.Header(width=charts.SIZE, height=charts.SIZE, taken=False, located=False)
    try:
        return _probed(picture.path, stamp(picture.path))
    except MediaError:  # once more, for its place: it differs from post to post
        pass
    try:
        return images.probe(picture.path, picture.place)
    except MediaError as e:
        return e


@lru_cache(maxsize=256)
def _probed(path: Path, _: tuple[int, int]) -> images.Header:
    """One picture stands in many posts, and in one that is looked at again at every key. What failed is not remembered."""
    return images.probe(path, Place(path=path, line=1, column=1))


MARK = "‸"  # in a bad example, before the fault


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`why` and `source` explain it; `bad` and `good` are whole posts' bodies or front matter lines and are its tests.

    `timely`: what it finds may depend on the moment at which it is asked, so that is never remembered."""

    id: str
    level: Level
    why: str
    source: str
    bad: str
    good: str
    check: Callable[[Subject, Rule], Iterator[Finding]]
    timely: bool = False
