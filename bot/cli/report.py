"""dxbot report achievement: what was achieved, what was not, why, and what comes next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.console import explain, print_json, tell, warn
from bot.cli.office import office
from bot.language import say

if TYPE_CHECKING:
    from bot.services.pages.achievement import Item, Report


@click.group("report", help=say("何ができて、何がまだかの報告を作る"))
def report_command() -> None:
    pass


@report_command.command("achievement", epilog="例: dxbot report achievement --year 2026 -o out")
@click.option("--year", type=click.IntRange(1990, 2200), help="年度（4月から翌年3月）。投稿はこの年度のものだけを数える")
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), help="HTML・PDF・CSV・JSON を書くフォルダ")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def achievement_command(year: int | None, folder: Path | None, as_json: bool) -> None:
    """提言と施策のそれぞれについて、達成状況・理由・次の一手・指標・市民に伝えた投稿を並べます。

    達成状況は content/strategy の plan.yml と recommendations.yml に、指標は indicators.yml に書きます。
    """
    ctx = office()
    from bot.services.pages import achievement_files
    from bot.services.pages.achievement import report

    found = report(ctx, year)
    if as_json:
        print_json(achievement_files.data(found))
    elif folder:
        written, lacking = achievement_files.write(found, folder)
        for path in written:
            click.echo(path)
        for sentence in dict.fromkeys(explain(e) for e in lacking):
            warn("{sentence}", sentence=sentence)
    else:
        _print(found)


def _print(found: Report) -> None:
    for heading, items in ((say("提言"), found.recommendations), (say("施策"), found.measures)):
        click.echo(f"\n{heading}")
        for item in items:
            _line(item)
    if found.untold:
        tell("まだ市民に伝えていない施策：{names}", names="、".join(f"{m.key} {m.name}" for m in found.untold))


def _line(item: Item) -> None:
    said = item.assessment
    click.echo(f"  {item.label}  {item.key} {item.name}")
    for what, text in ((say("理由"), said.reason), (say("次の一手"), said.next)):
        if text:
            click.echo(f"      {what}：{text}")
    for shown in item.shown:
        click.echo(f"      {shown.indicator.name} {shown.text}")
    for told in item.told:
        click.echo(f"      「{told.title}」 {'、'.join(name for name, _ in told.where)}")
