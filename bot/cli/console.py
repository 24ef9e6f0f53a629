"""How commands speak: Japanese (or English), one sentence for an error, exit codes."""

from __future__ import annotations

import json
import os
import sys
from enum import IntEnum
from typing import Any, NoReturn

import click

from bot.errors import BotError, ConfigError, ContentError


class Exit(IntEnum):
    FINE = 0
    REFUSED = 1
    WRONG_USE = 2


def english() -> bool:
    return os.environ.get("DXBOT_LANG") == "en"


def tr(ja: str, en: str) -> str:
    """The words for people in the language they asked for."""
    return en if english() else ja


def say(ja: str, en: str) -> None:
    click.echo(tr(ja, en))


def tell(ja: str, en: str) -> None:
    """Beside the output, which another program may read."""
    click.echo(tr(ja, en), err=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, UTF-8, nothing else."""
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")
    sys.stdout.buffer.flush()


def explain(error: BotError) -> str:
    """One line: where, what, what to do."""
    where = f"{error.place}: " if isinstance(error, ContentError) else ""
    return where + tr(f"{error.summary}。{error.next_step}。", f"{error.message}.")


def fail(error: BotError) -> NoReturn:
    click.echo(explain(error), err=True)
    sys.exit(Exit.WRONG_USE if isinstance(error, ConfigError) else Exit.REFUSED)
