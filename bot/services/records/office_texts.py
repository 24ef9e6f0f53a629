"""The sentences and the hashtags that the office offers: its files' with what it has entered itself laid over them (ADR 44)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.content.hashtag_sets import HashtagSet, load_hashtag_sets
from bot.content.phrases import Phrase, load_phrases
from bot.services.records.context import Context
from bot.store.office_texts import OfficeText


class Kind(StrEnum):
    PHRASE = "phrase"
    HASHTAGS = "hashtags"


FILES: Mapping[Kind, str] = {Kind.PHRASE: "phrases.yml", Kind.HASHTAGS: "hashtags.yml"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is offered under a name: `content` as a form has it, hashtags between blanks. `file` is what the file says, None
    where it says nothing of it; `row` the last that the office said. What is `gone` shows what it was, and is not offered."""

    name: str
    content: str
    file: str | None
    row: OfficeText | None
    gone: bool

    @property
    def number(self) -> int:
        return self.row.id if self.row else 0

    @property
    def changed(self) -> bool:
        """Whether the office's word of it is in force."""
        return self.row is not None and self.row.content is not None


def phrases(ctx: Context) -> tuple[Phrase, ...]:
    """Raises FileError."""
    return tuple(Phrase(label=line.name, text=line.content) for line in _offered(ctx, Kind.PHRASE))


def hashtag_sets(ctx: Context) -> tuple[HashtagSet, ...]:
    """Raises FileError."""
    return tuple(HashtagSet(name=line.name, tags=tuple(line.content.split())) for line in _offered(ctx, Kind.HASHTAGS))


def _offered(ctx: Context, kind: Kind) -> list[Line]:
    return [line for line in lines(ctx, kind) if not line.gone]


def lines(ctx: Context, kind: Kind) -> list[Line]:
    """In the order of the file, then in that in which the office entered them. Raises FileError."""
    return laid(written(ctx, kind), OfficeText.objects.filter(kind=kind).order_by("id"))


def written(ctx: Context, kind: Kind) -> dict[str, str]:
    """Name → content, as the file has it. Raises FileError."""
    path = ctx.config.shared_dir / FILES[kind]
    if kind == Kind.PHRASE:
        return {phrase.label: phrase.text for phrase in load_phrases(path)}
    return {one.name: " ".join(one.tags) for one in load_hashtag_sets(path)}


def laid(file: Mapping[str, str], rows: Iterable[OfficeText]) -> list[Line]:
    """`rows` in the order in which they were said."""
    last: dict[str, OfficeText] = {}
    was = dict(file)
    for row in rows:
        last[row.name] = row
        was[row.name] = row.content or was.get(row.name, "")
    names = dict.fromkeys((*file, *last))
    return [line for name in names if (line := _line(name, file.get(name), last.get(name), was[name])).content]


def _line(name: str, file: str | None, row: OfficeText | None, was: str) -> Line:
    if row is None or row.content is None:
        return Line(name=name, content=file or was, file=file, row=row, gone=file is None)
    return Line(name=name, content=row.content or was, file=file, row=row, gone=not row.content)
