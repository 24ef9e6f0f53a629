"""dxbot export, dxbot import: a post between networks that do not meet."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from bot.checks import registry
from bot.cli.check import line
from bot.cli.console import Exit, tell, warn
from bot.cli.office import note
from bot.config import SQLITE
from bot.content.library import read_all
from bot.content.post import Post
from bot.errors import ContentError
from bot.registry import load
from bot.services.approval.timetable import every_wish
from bot.services.handing_in import package
from bot.services.records.context import Context, context


@click.command("export", epilog="例: dxbot export 01KAQ7D2M9 -o 原稿.zip")
@click.argument("post")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="書き出す先（書かなければ 原稿の名前.zip）")
def export_command(post: str, output: Path | None) -> None:
    """原稿1つとその画像を zip にまとめます。POST は原稿の id か、ファイルの場所です。"""
    library = context(load()).library
    path = Path(post)
    found = library.read(path) if path.suffix == ".md" else _by_identity(list(read_all(library)), post)
    note("export", f"post:{found.identity}")
    target = output or Path(f"{found.source.path.stem}.zip")
    target.write_bytes(package.pack(found))
    tell("{target} を作りました。", target=target)


def _by_identity(posts: list[Post | ContentError], identity: str) -> Post:
    for post in posts:
        if isinstance(post, Post) and post.identity == identity:
            return post
    warn("id が「{identity}」の原稿はありません。id かファイルの場所を書いてください。", identity=identity)
    sys.exit(Exit.REFUSED)


@click.command("import", epilog="例: dxbot import 原稿.zip")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="同じ id の原稿があれば置き換える")
def import_command(file: Path, replace: bool) -> None:
    """zip で届いた原稿を調べてから置き、点検します。おかしなところがあれば何も置きません。"""
    ctx = context(load())
    folder = ctx.library.posts_dir / f"{datetime.now(ctx.config.timezone):%Y/%m}"
    target = _unpack(ctx, file, folder, replace)
    click.echo(target)
    ((_, findings),) = registry.check_paths(ctx.library, [target], ctx.specs, ctx.templates, wishes=every_wish(ctx))
    for finding in findings:
        click.echo(line(finding))


def _unpack(ctx: Context, file: Path, folder: Path, replace: bool) -> Path:
    """On a desk anybody may; where the office is, it is somebody's act, who then may not approve the post (ADR 20)."""
    if not (ctx.config.database_url or (ctx.config.var_dir / SQLITE).exists()):
        return package.unpack(ctx, file, folder, replace=replace)
    from bot.cli.office import me, office

    here = office(ctx.config)
    from bot.services.handing_in import commits

    return commits.receive(here, me(here), file, folder, replace=replace)
