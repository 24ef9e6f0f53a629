"""The templates that turn a Post into a channel's text: Jinja2, sandboxed, and an unknown name is an error; and HTML without
Django."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot import folders
from bot.config import ROOT
from bot.errors import Place, TemplateError
from bot.language import say

CHANNELS = ROOT / "bot" / "channels"  # the folders of the channels, each with its own templates (ADR 0013)


POSTS, CORRECTIONS = "posts", "corrections"  # folders of a city's templates; a channel's own are post.txt and correction.txt


def template(directory: Path, channel: str, folder: str = POSTS) -> Path:
    """The file of a channel's template: the city's `posts/<channel>.txt`, or else the one in the channel's folder; that of its
    corrections in the same way."""
    citys = os.path.join(directory, folder, f"{channel}.txt")  # noqa: PTH118 asked for before every sending
    return Path(citys) if os.path.isfile(citys) else _channels_own(channel, folder)  # noqa: PTH113


@lru_cache
def _channels_own(channel: str, folder: str) -> Path:
    return CHANNELS / channel / f"{folder.removesuffix('s')}.txt"


class Templates:
    """Texts by the channels' templates; `directory` holds what a city has put in their place, file by file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # A city writes its own templates; one that reaches for Python's inside must be refused, not run.
        self._environment = ImmutableSandboxedEnvironment(
            # What a city's template includes lies beside it, or is one of the program's.
            loader=jinja2.ChoiceLoader(
                [jinja2.FileSystemLoader([directory, directory / POSTS]), jinja2.FunctionLoader(_load_own)]
            ),
            # A misspelt name would print nothing, and nobody would miss it in an approved text.
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # plain text for a network, not HTML
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(self, channel: str, context: dict[str, Any], folder: str = POSTS) -> str:
        """The channel's text, or that of its corrections: without trailing spaces, at most one empty line in a row. Raises
        TemplateError."""
        name = f"{folder}/{channel}.txt"
        try:
            rendered = self._environment.get_template(name).render(context)
        except jinja2.TemplateNotFound:
            raise self._error(name, 1, "", "ひな型がありません") from None
        except jinja2.TemplateSyntaxError as e:
            raise self._error(e.name or name, e.lineno, "", "ひな型の書き方に誤りがあります") from None
        except (
            jinja2.UndefinedError,
            SecurityError,
            TypeError,
            ValueError,
            ArithmeticError,
            LookupError,
        ) as e:
            missing = re.search(r"'([^']+)' is undefined", str(e))
            line = next(
                (f.lineno or 1 for f in reversed(traceback.extract_tb(e.__traceback__)) if f.filename.endswith(".txt")),
                1,
            )
            word = missing[1] if missing else ""
            raise self._error(
                name, line, word, say("ひな型の「{word}」は使えない名前です", word=word) if word else "ひな型を実行できません"
            ) from None
        # An optional part of a template leaves empty lines where it is not used.
        lines = "\n".join(line.rstrip() for line in rendered.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", lines).strip()

    def _error(self, name: str, line: int, word: str, summary: str) -> TemplateError:
        folder, _, file = name.rpartition("/")
        path = template(self._directory, file.removesuffix(".txt"), folder or POSTS)
        column = 1
        if word and path.is_file():
            shown = path.read_text(encoding="utf-8").split("\n")
            column = max(shown[line - 1].find(word) + 1, 1) if line <= len(shown) else 1
        return TemplateError(
            f"template {name}: {summary}",
            summary=summary,
            next_step="このファイルを直してください",
            place=Place(path=path, line=line, column=column),
        )


def _load_own(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Jinja's form of a template that the city has not replaced: source, file, whether it is still the same."""
    folder, _, channel = name.removesuffix(".txt").rpartition("/")
    file = _channels_own(channel, folder or POSTS)
    if not file.is_file():
        return None
    read_at = file.stat().st_mtime_ns
    return file.read_text(encoding="utf-8"), str(file), lambda: file.is_file() and file.stat().st_mtime_ns == read_at


def html(directory: Path, name: str, context: dict[str, Any]) -> str:
    """A page of `directory` or else of the program, which may include how the channels look; everything put into it is
    escaped."""
    return pages(directory).get_template(name).render(context)


def pages(directory: Path) -> jinja2.Environment:
    """For those who fill many pages: a template is read once."""
    places = folders.templates(directory)
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([*places, *(place / "web" for place in places), CHANNELS]),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
