"""All rules: every module of this folder that has RULES."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from bot.checks import duplicates, silence
from bot.checks.finding import Finding, from_error
from bot.checks.memory import Entry, Memory
from bot.checks.rule import Rule, Subject
from bot.content.frontmatter import unreadable
from bot.content.library import Library
from bot.errors import ContentError
from bot.render.environment import Templates
from bot.render.variant import ChannelSpec


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    modules = (import_module(f"bot.checks.{m.name}") for m in iter_modules([str(Path(__file__).parent)]))
    found = [rule for module in modules for rule in getattr(module, "RULES", ())]
    return {rule.id: rule for rule in found}


def check_post(subject: Subject) -> list[Finding]:
    """All findings about one post, in the order of the file."""
    found: list[Finding] = []
    for rule in rules().values():
        try:
            found += rule.check(subject, rule)
        except ContentError as e:
            found.append(from_error(e))
    return _in_order(silence.heard(subject, found, rules()))


def check_paths(
    library: Library,
    paths: Iterable[Path],
    specs: tuple[ChannelSpec, ...],
    templates: Templates,
    memory: Memory | None = None,
) -> Iterator[tuple[Path, list[Finding]]]:
    """Each file with its findings; a file that cannot be read never hides the others. Of posts that say the same, the later
    one in the order of `paths` is told. With a `memory`, only what changed is read."""
    seen: dict[tuple[str, str], tuple[Path, Entry]] = {}
    for path in paths:
        try:
            raw = path.read_bytes()
            entry = memory.recall(path, raw) if memory else None
            if entry is None:
                post = library.parse(path, raw)
                entry = _entry(Subject(post, specs, templates, library.city, library.indicators))
                if memory:
                    pictures = [p for picture in post.pictures for p in library.candidates(path, picture.file)]
                    memory.keep(path, raw, pictures, entry)
        except OSError:
            yield path, [from_error(unreadable(path))]
            continue
        except ContentError as e:
            yield path, [from_error(e)]
            continue
        yield path, _in_order([*entry.findings, *duplicates.twice(path, entry, seen)])


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
