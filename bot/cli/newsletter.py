"""dxbot newsletter build: the column's files."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.console import tr
from bot.cli.office import office


@click.group("newsletter", help=tr("新聞広報のコラムを作る", "The newsletter column"))
def newsletter_command() -> None:
    pass


@newsletter_command.command("build", epilog="例: dxbot newsletter build --issue 2026-12 -o out")
@click.option("--issue", help="号（2026-12）。書かなければ次の号")
@click.option("-o", "directory", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
def build_command(issue: str | None, directory: Path) -> None:
    """承認された原稿から、校正刷り（.pdf）・組み見本（.html）・行数の報告（-fit.json）・流し込み原稿（.txt）・
    InDesign のタグ付きテキスト（-indesign.txt）・縦書きの Word ファイル（.docx）・読むための横書きの文章
    （-article.html）・試験的な IDML（-trial.idml）を作ります。載せる順と目安の行数は schedules/newsletter.yml に書きます。"""
    ctx = office()
    from bot.services.newsletter import build_issue

    for path in build_issue(ctx, issue, directory):
        click.echo(path)
