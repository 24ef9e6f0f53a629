"""How commands speak: Japanese (or English), one sentence for an error, exit codes."""

from __future__ import annotations

import json
import sys
from enum import IntEnum
from typing import Any, NoReturn

import click

from bot.errors import BotError, ConfigError, ContentError
from bot.language import say


class Exit(IntEnum):
    FINE = 0
    REFUSED = 1
    WRONG_USE = 2


def tell(japanese: str, /, **parts: object) -> None:
    """One line on standard output, in the language of this installation."""
    click.echo(say(japanese, **parts))


def warn(japanese: str, /, **parts: object) -> None:
    """Beside the output, which another program may read."""
    click.echo(say(japanese, **parts), err=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, UTF-8, nothing else."""
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")
    sys.stdout.buffer.flush()


def explain(error: BotError) -> str:
    """One line: where, what, what to do."""
    where = f"{error.place}: " if isinstance(error, ContentError) else ""
    return where + say("{summary}。{next_step}。", summary=error.summary, next_step=error.next_step)


def fail(error: BotError) -> NoReturn:
    click.echo(explain(error), err=True)
    sys.exit(Exit.WRONG_USE if isinstance(error, ConfigError) else Exit.REFUSED)
