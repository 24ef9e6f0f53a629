"""dxbot picture: a title card for a post that has no photo (Instagram shows nothing without a picture), or a chart."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.console import tell
from bot.cli.core import Core
from bot.errors import FileError, Place
from bot.language import say
from bot.render.plain import SOCIAL, Plain
from bot.strategy import charts
from bot.values.node import nearest


@click.command("picture", epilog="例: dxbot picture content/posts/2026/11/madoguchi.md")
@click.argument("what")
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), help="図を書くフォルダ（書かなければ out）")
def picture_command(what: str, folder: Path | None) -> None:
    """WHAT が原稿なら、題名を大きく書いた案内の図を content/media/ に作り、原稿に書く行を示します。

    WHAT が content/strategy/charts.yml の図の名前なら、その図を PNG と SVG で書き、原稿に書く行と説明を示します。
    """
    core = Core()
    if Path(what).suffix == ".md":
        _card(core, Path(what))
    else:
        _chart(core, what, folder or Path("out"))


def _card(core: Core, path: Path) -> None:
    from bot.media.cards import title_card

    post = core.library.read(path)
    title = Plain(SOCIAL).line(post.title)
    city, department = core.library.city.name, post.author.department
    target = core.library.root / "media" / f"{path.stem}.png"
    target.write_bytes(title_card(title, f"施策{post.measure}", f"{city} {department}"))
    tell("{target} を作りました。原稿の images: に次の行を書いてください。", target=target)
    click.echo(
        f"  - {{file: {target.name}, alt: 「{title}」と書いた案内の図。{department}。, people: none, credit: {department}}}"
    )


def _chart(core: Core, key: str, folder: Path) -> None:
    from bot.media import charts as drawn

    known = core.library.charts
    if key not in known:
        raise FileError(
            "no such chart",
            summary=say("「{key}」という図はありません", key=key[:40]),
            next_step=nearest(key, known) if known else "content/strategy/charts.yml に書いてください",
            place=Place(path=core.library.charts_file),
        )
    chart = known[key]
    svg, png = drawn.svg(chart), drawn.png(chart)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{key}.png").write_bytes(png)
    tell("{target} を作りました。原稿の images: に次の行を書いてください。", target=folder / f"{key}.png")
    click.echo(f"  - {{chart: {key}}}")
    tell("画像の説明：{alt}", alt=charts.alt(chart))
