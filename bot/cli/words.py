"""click's own words, in the language of this installation: its sentences by a catalogue, its placeholders one by one."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from importlib import metadata

import click

from bot.language import LOCALES, english

_DOMAIN = "click"  # locale/ja/LC_MESSAGES/click.po
_KINDS = {"text": "文字", "integer": "数", "path": "場所", "file": "ファイル", "directory": "フォルダ"}


def speak() -> None:
    """For the whole process, by gettext's own means: click asks gettext for each of its sentences, and gettext asks the
    environment for the language."""
    if not english():
        gettext.bindtextdomain(_DOMAIN, str(LOCALES))
        gettext.textdomain(_DOMAIN)
        os.environ["LANGUAGE"] = "ja"


def version() -> str:
    return metadata.version("dxbot")


def translate(command: click.Command) -> click.Command:
    """The command with all below it: what click writes in capitals, and does not translate."""
    if english():
        return command
    for each in _all(command):
        each.options_metavar = "[オプション]"
        if isinstance(each, click.Group):
            each.subcommand_metavar = "命令 [引数]..."
        for parameter in each.params:
            kind = _KINDS.get(parameter.type.name)
            if isinstance(parameter, click.Option) and parameter.metavar is None and kind and not parameter.is_flag:
                parameter.metavar = kind
    return command


def _all(command: click.Command) -> Iterator[click.Command]:
    yield command
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _all(below)


def unknown(name: str, group: click.Group, ctx: click.Context) -> click.UsageError:
    """With the nearest that there are."""
    return click.exceptions.NoSuchCommand(name, possibilities=group.list_commands(ctx), ctx=ctx)


def show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"dxbot {version()}")
        ctx.exit()
