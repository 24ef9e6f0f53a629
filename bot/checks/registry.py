"""All rules: every module of this folder that has RULES."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from bot.checks import duplicates
from bot.checks.finding import Finding, from_error
from bot.checks.rule import Rule, SeenPost, Subject
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
    return sorted(set(found), key=lambda f: (f.line, f.column, f.rule))


def check_paths(
    library: Library, paths: Iterable[Path], specs: tuple[ChannelSpec, ...], templates: Templates
) -> Iterator[tuple[Path, list[Finding]]]:
    """Each file with its findings; a file that cannot be read never hides the others. Of posts that say the same, the later
    one in the order of `paths` is told."""
    seen: dict[tuple[str, str], SeenPost] = {}
    for path in paths:
        try:
            post = library.read(path)
        except ContentError as e:
            yield path, [from_error(e)]
            continue
        subject = Subject(post, specs, templates, library.city, library.indicators, seen=seen)
        yield path, check_post(subject)
        with suppress(ContentError):  # told already
            duplicates.keep(subject, seen)
