"""How commands speak: Japanese (or English), one sentence for an error, exit codes."""

from __future__ import annotations

import json
import os
import sys
from enum import IntEnum
from typing import Any, NoReturn, TextIO

import click

from bot.errors import BotError, ConfigError, ContentError
from bot.language import say
from bot.trouble import FileTrouble, MachineTrouble


class Exit(IntEnum):
    FINE = 0
    REFUSED = 1
    WRONG_USE = 2
    TROUBLE = 3  # of this machine or its database: the same again may go well
    FAULT = 70  # of the program itself (EX_SOFTWARE of sysexits.h)


def tell(japanese: str, /, **parts: object) -> None:
    """One line on standard output, in the language of this installation."""
    click.echo(say(japanese, **parts))


def announce(japanese: str, /, **parts: object) -> None:
    """`tell` for processes that stay: where nobody takes their words any more, their work goes on."""
    try:
        tell(japanese, **parts)
    except OSError:
        drop(sys.stdout)


def warn(japanese: str, /, **parts: object) -> None:
    """Beside the output, which another program may read. Whether anybody takes it is no matter."""
    try:
        click.echo(say(japanese, **parts), err=True)
    except OSError:
        drop(sys.stderr)


def drop(stream: TextIO | None) -> None:
    """Nobody takes what is written there: let it go nowhere, what waits in its buffer included."""
    if stream is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):  # a stream of a test's, or one that is closed
        return
    finally:
        os.close(nowhere)


def print_json(value: Any) -> None:
    """One JSON document on standard output, UTF-8, nothing else."""
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")
    sys.stdout.buffer.flush()


def explain(error: BotError) -> str:
    """One line: where, what, what to do."""
    where = f"{error.place}: " if isinstance(error, ContentError) else ""
    return where + say("{summary}。{next_step}。", summary=error.summary, next_step=error.next_step)


def fail(error: BotError) -> NoReturn:
    warn("{sentence}", sentence=explain(error))
    sys.exit(_code(error))


def _code(error: BotError) -> Exit:
    if isinstance(error, MachineTrouble | FileTrouble):
        return Exit.TROUBLE
    return Exit.WRONG_USE if isinstance(error, ConfigError) else Exit.REFUSED
