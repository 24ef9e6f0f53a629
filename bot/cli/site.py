"""dxbot site build: the public site as files."""

from __future__ import annotations

from html import escape
from pathlib import Path

import click

from bot.cli.console import tell
from bot.cli.office import office
from bot.errors import NotInstalled
from bot.language import say
from bot.strategy import charts
from bot.strategy.indicators import Indicator


@click.group("site", help=say("市民向けの公開サイトを作る"))
def site_command() -> None:
    pass


@site_command.command("build", epilog="例: dxbot site build -o 公開サイト")
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="書くフォルダー")
def build_command(folder: Path) -> None:
    """掲載された投稿・施策・指標・公式アカウントのページを、ファイルで作ります。二度目からは、変わったものだけを書きます。

    フォルダーの中身を市のウェブサーバーに置くと公開されます。置く前に、ファイルのまま開いて見られます。
    """
    ctx = office()
    from bot.services.pages import public_site

    made = public_site.build(ctx, folder, chart)
    for name in made.written:
        click.echo(say("書いた　{name}", name=name))
    for name in made.removed:
        click.echo(say("消した　{name}", name=name))
    tell(
        "{written}件を書き、{removed}件を消しました。{unchanged}件は変わっていません。",
        **_counts(made.written, made.removed, made.unchanged),
    )
    if not made.searchable:
        tell("検索のページは作っていません（dxbot[report] の部品が要ります）。年度と施策の一覧はあります。")
    if not ctx.config.public_url:
        tell("DXBOT_PUBLIC_URL（公開サイトのアドレス）がないため、新着（Atom・JSON Feed）とサイトマップは作っていません。")


def chart(indicator: Indicator) -> str:
    """Its line as a picture with words for those who do not see it; "" without the part that draws."""
    from bot.media import charts as drawn

    if (found := charts.of_indicator(indicator)) is None:
        return ""
    try:
        picture = drawn.svg(found)
    except NotInstalled:
        return ""
    return picture.replace("<svg ", f'<svg role="img" aria-label="{escape(charts.alt(found))}" ', 1)


def _counts(written: tuple[str, ...], removed: tuple[str, ...], unchanged: int) -> dict[str, int]:
    return {"written": len(written), "removed": len(removed), "unchanged": unchanged}
