"""dxbot picture: a title card for a post that has no photo. Instagram shows nothing without a picture."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.console import tell
from bot.cli.core import Core
from bot.render.plain import SOCIAL, Plain


@click.command("picture", epilog="例: dxbot picture content/posts/2026/11/madoguchi.md")
@click.argument("path", type=click.Path(path_type=Path))
def picture_command(path: Path) -> None:
    """題名を大きく書いた案内の図を content/media/ に作り、原稿に書く行を示します。"""
    from bot.media.cards import title_card

    core = Core()
    post = core.library.read(path)
    title = Plain(SOCIAL).line(post.title)
    city, department = core.library.city.name, post.author.department
    target = core.library.root / "media" / f"{path.stem}.png"
    target.write_bytes(title_card(title, f"施策{post.measure}", f"{city} {department}"))
    tell("{target} を作りました。原稿の images: に次の行を書いてください。", target=target)
    click.echo(
        f"  - {{file: {target.name}, alt: 「{title}」と書いた案内の図。{department}。, people: none, credit: {department}}}"
    )
