"""The templates that turn a Post into a channel's text: Jinja2, sandboxed, and an unknown name is an error; and HTML without
Django."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import Place, TemplateError


class Templates:
    """Texts from `templates/posts/<channel>.txt`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "posts"
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader(self.directory),
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # plain text for a network, not HTML
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(self, channel: str, context: dict[str, Any]) -> str:
        """The channel's text: without trailing spaces, at most one empty line in a row. Raises TemplateError."""
        name = f"{channel}.txt"
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
                name, line, word, f"ひな型の「{word}」は使えない名前です" if word else "ひな型を実行できません"
            ) from None
        lines = "\n".join(line.rstrip() for line in rendered.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", lines).strip()

    def _error(self, name: str, line: int, word: str, summary: str) -> TemplateError:
        path = self.directory / name
        column = 1
        if word and path.is_file():
            shown = path.read_text(encoding="utf-8").split("\n")
            column = max(shown[line - 1].find(word) + 1, 1) if line <= len(shown) else 1
        return TemplateError(
            f"template {name}: {summary}",
            summary=summary,
            next_step="templates/posts/ のファイルを直してください",
            place=Place(path=path, line=line, column=column),
        )


def html(directory: Path, name: str, context: dict[str, Any]) -> str:
    """A page of `directory`, which may include the web site's parts for the channels; everything put into it is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([directory, directory / "web"]),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(context)
