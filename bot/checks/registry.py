"""All rules: every module of this folder that has RULES."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from bot.checks import duplicates, suppressions
from bot.checks.cache import Cache, Entry
from bot.checks.finding import SETTINGS, Finding, at, from_error, from_errors, from_settings
from bot.checks.rule import Rule, Subject, Timetable
from bot.content.frontmatter import unreadable
from bot.content.library import Library
from bot.errors import ConfigError, ContentError, FileError
from bot.render.environment import Templates
from bot.render.variant import ChannelSpec

_WISHES = ("publish", "slot", "expires")


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    modules = (import_module(f"bot.checks.{m.name}") for m in iter_modules([str(Path(__file__).parent)]))
    found = [rule for module in modules for rule in getattr(module, "RULES", ())]
    return {rule.id: rule for rule in found}


@dataclass(frozen=True)
class Wishes:
    """Of which files the wished time is looked at, and by which timetable."""

    timetable: Timetable
    asks: Callable[[Path], bool]


def check_post(subject: Subject) -> list[Finding]:
    """All findings about one post, in the order of the file."""
    found: list[Finding] = []
    for rule in rules().values():
        try:
            found += rule.check(subject, rule)
        except ContentError as e:
            found.append(from_error(e))
        except ConfigError as e:  # a wish that cannot be looked at is not fulfilled either
            found.append(at(subject.place_of(*_WISHES), SETTINGS, "error", e.summary, e.next_step))
    return _in_order(suppressions.applied(subject, found, rules()))


def check_paths(
    library: Library,
    paths: Iterable[Path],
    specs: tuple[ChannelSpec, ...],
    templates: Templates,
    cache: Cache | None = None,
    wishes: Wishes | None = None,
) -> Iterator[tuple[Path, list[Finding]]]:
    """Each file with its findings; a file that cannot be read never hides the others. Of posts that say the same, the later
    one in the order of `paths` is told. With a `cache`, only what changed is read, save for what `wishes` asks: that is never
    remembered."""
    seen: dict[tuple[str, str], tuple[Path, Entry]] = {}
    for path in paths:
        try:
            raw = path.read_bytes()
            entry = cache.recall(path, raw) if cache else None
            table = wishes.timetable if wishes and wishes.asks(path) else None
            if entry is None or table:
                post = library.parse(path, raw)
                subject = Subject(post, specs, templates, library.city, library.indicators, words=library.words)
            if entry is None:
                entry = _entry(subject)
                if cache:
                    files = subject.post.pictures
                    pictures = [p for f in files for p in (*library.candidates(path, f.file), f.path)]
                    cache.keep(path, raw, pictures, entry)
            found = _with_time(replace(subject, timetable=table), entry.findings) if table else entry.findings
        except OSError:
            yield path, [from_error(unreadable(path))]
            continue
        except ContentError as e:
            yield path, from_errors(e)
            continue
        yield path, _in_order([*found, *duplicates.twice(path, entry, seen)])


def _with_time(subject: Subject, remembered: Iterable[Finding]) -> Iterator[Finding]:
    """With what only the moment shows, which the author can answer like the rest."""
    return suppressions.applied(subject, [*remembered, *_of_time(subject)], rules())


def _of_time(subject: Subject) -> list[Finding]:
    """A schedule that cannot be read is told at its own place."""
    found: list[Finding] = []
    for rule in (rule for rule in rules().values() if rule.timely):
        try:
            found += rule.check(subject, rule)
        except FileError as e:
            found.append(from_settings(e))
        except ContentError as e:  # a template at fault: what else was found of the post stands
            found.append(from_error(e))
    return found


def _entry(subject: Subject) -> Entry:
    title = subject.place_of("title")
    findings = tuple(check_post(subject))
    try:
        texts = tuple((spec.label, sha256(text.encode()).hexdigest()) for spec, text in subject.canonical)
    except ContentError:  # told already
        texts = ()
    return Entry(findings=findings, texts=texts, title=(title.line, title.column), publish=subject.post.publish)


def _in_order(found: Iterable[Finding]) -> list[Finding]:
    return sorted(set(found), key=lambda f: (f.line, f.column, f.rule))
