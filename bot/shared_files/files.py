"""The files that all posts share, looked at as one set: a change of them is good as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import may_exist
from bot.content.hashtag_sets import load_hashtag_sets
from bot.content.people import load_city, load_people
from bot.content.phrases import load_phrases
from bot.content.words import load_words
from bot.disaster import table
from bot.errors import FileError
from bot.language import say
from bot.newsletter import profile
from bot.schedule import rules, yearly
from bot.shared_files.forms import FORMS
from bot.shared_files.kinds import MOST, slips
from bot.strategy import charts, indicators, intake, plan, recommendations
from bot.strategy.plan import Measure
from bot.values.document import load
from bot.values.node import Origin, nearest

SCHEDULES, STRATEGY = "schedules", "strategy"
# Files, and folders of which all belongs to the set.
ROOTS = ("people.yml", "city.yml", "phrases.yml", "hashtags.yml", "words.yml", STRATEGY, SCHEDULES)
_PLAN, _ADVICE, _FIGURES, _CHARTS = (f"{STRATEGY}/{name}.yml" for name in ("plan", "recommendations", "indicators", "charts"))
_OPTIONAL = (
    *("phrases.yml", "hashtags.yml", "words.yml", _PLAN, _ADVICE, _FIGURES, _CHARTS),
    *("schedules/newsletter.yml", "schedules/disaster.yml", "schedules/yearly.yml"),
)


def is_shared(path: str) -> bool:
    """True if this path, relative to the content folder, is one of the set."""
    return path in ROOTS or path.startswith((f"{STRATEGY}/", f"{SCHEDULES}/"))


def is_rule(path: Path, schedules: Path) -> bool:
    """True for a file without which nothing goes out."""
    return path.parent == schedules and path.name in rules.FILES


def entries(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where that cannot be asked, of which the readers of its files tell."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def problems(content: Path, schedules: Path | None, zone: ZoneInfo, channels: Collection[str]) -> list[FileError]:
    """All that is wrong with the files of these folders. None: the schedules are not looked at."""
    return _Set(content=content, schedules=schedules, zone=zone, channels=channels).problems()


@dataclass(frozen=True, kw_only=True)
class _Set:
    content: Path
    schedules: Path | None
    zone: ZoneInfo
    channels: Collection[str]

    def problems(self) -> list[FileError]:
        formal = {name: self._formal(name) for name in FORMS if self._is_there(name)}
        found = [error for errors in formal.values() for error in errors]
        # What the values must say together is asked where each can be read, or one slip would be told twice.
        spoilt = {name for name, errors in formal.items() if errors}
        sense = [e for names, read in self._readers() if not spoilt & set(names) for e in _slip(read)]
        return [*found, *sense, *self._strangers()]

    def _path(self, name: str) -> Path | None:
        if name.startswith(SCHEDULES):
            return self.schedules / Path(name).name if self.schedules else None
        return self.content / name

    def _is_there(self, name: str) -> bool:
        path = self._path(name)
        return path is not None and (name not in _OPTIONAL or may_exist(path))

    def _formal(self, name: str) -> list[FileError]:
        path = self._path(name)
        assert path is not None  # noqa: S101 _is_there
        try:
            root = load(path)
        except FileError as e:
            return [e]
        found = slips(root, FORMS[name], self.zone, self.channels)
        return found if len(found) < MOST else [*found, *_slip(partial(_more, path, found[-1]))]

    def _readers(self) -> Iterator[tuple[tuple[str, ...], Callable[[], object]]]:
        """Each with the files that it reads."""
        yield ("people.yml",), partial(load_people, self.content / "people.yml")
        yield ("city.yml",), partial(load_city, self.content / "city.yml", self.channels)
        yield ("phrases.yml",), partial(load_phrases, self.content / "phrases.yml")
        yield ("hashtags.yml",), partial(load_hashtag_sets, self.content / "hashtags.yml")
        yield ("words.yml",), partial(load_words, self.content / "words.yml")
        yield (_FIGURES,), partial(indicators.load, self.content / _FIGURES)
        yield (_FIGURES,), self._sources
        yield (_CHARTS, _FIGURES), self._charts
        yield (_PLAN, _FIGURES), self._plan
        yield (_ADVICE, _PLAN, _FIGURES), self._recommendations
        if self.schedules:
            names = tuple(f"{SCHEDULES}/{name}" for name in rules.FILES)
            yield names, partial(rules.load, self.schedules, self.zone, self.channels)
            if may_exist(paper := self.schedules / "newsletter.yml"):
                yield ("schedules/newsletter.yml",), partial(profile.load, paper)
            if may_exist(dangers := self.schedules / table.FILE):
                yield ("schedules/disaster.yml",), partial(table.load, dangers)
            if may_exist(every_year := self.schedules / yearly.FILE):
                yield ("schedules/yearly.yml",), partial(yearly.load, every_year)

    def _sources(self) -> None:
        """Each number that was taken from a published file has that file beside it."""
        path = self.content / _FIGURES
        for figure in indicators.load(path).values():
            if lost := next((r for r in figure.readings if not intake.kept_well(path.parent, r)), None):
                Origin(path=path).fail(
                    0,
                    0,
                    "source file",
                    say(
                        "「{name}」の元のファイル {file} がないか、取り込んだものと違います",
                        name=figure.name,
                        file=lost.source_file[:90],
                    ),
                    "strategy/sources に元のファイルを戻すか、dxbot indicators で取り込み直してください",
                )

    def _charts(self) -> object:
        return charts.load(self.content / _CHARTS, indicators.load(self.content / _FIGURES))

    def _plan(self) -> Mapping[str, Measure]:
        figures = indicators.load(self.content / _FIGURES)
        reach = [key for key, figure in figures.items() if figure.kind == indicators.REACH]
        return plan.load(self.content / _PLAN, tuple(figures), reach)

    def _recommendations(self) -> object:
        measures, figures = plan.load(self.content / _PLAN), indicators.load(self.content / _FIGURES)
        return recommendations.load(self.content / _ADVICE, tuple(measures), tuple(figures))

    def _strangers(self) -> Iterator[FileError]:
        """Files of settings that nobody reads. `blackout.yml` for `blackouts.yml` would be a rule that is void in silence."""
        for folder in filter(None, (self.content / STRATEGY, self.schedules)):
            known = [Path(n).name for n in FORMS if n.startswith(SCHEDULES if folder == self.schedules else STRATEGY)]
            for path in (f for f in entries(folder) if f.suffix in (".yml", ".yaml") and f.name not in known):
                yield from _slip(partial(_unread, path, known))


def _slip(read: Callable[[], object]) -> list[FileError]:
    try:
        read()
    except FileError as e:
        return [e]
    return []


def _more(path: Path, last: FileError) -> None:
    Origin(path=path).fail(
        last.place.line - 1,
        0,
        "more slips",
        "直すところが多いため、ここまでを示しました",
        "直してから、もう一度確かめてください",
    )


def _unread(path: Path, known: Collection[str]) -> None:
    advice = f"{nearest(path.name, known)}。要らないファイルは消してください"
    Origin(path=path).fail(0, 0, "unknown file", f"「{path.name[:40]}」という設定ファイルはありません", advice)
