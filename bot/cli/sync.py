"""dxbot sync: what leaders committed goes into the queue."""

from __future__ import annotations

import sys

import click

from bot.cli.console import Exit, print_json, tell
from bot.cli.office import office, shell
from bot.language import say


@click.command("sync", epilog="例: dxbot sync --json")
@click.option("--accept-rewritten", is_flag=True, help="ブランチの履歴の書き換えを確かめたうえで、取り込みを再開する")
@click.option("--accept-large", is_flag=True, help="一度に変わるものが多いことを確かめたうえで、取り込む")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def sync_command(accept_rewritten: bool, accept_large: bool, as_json: bool) -> None:
    """原稿の Git リポジトリから、新しい原稿と変わった原稿を取り込み、コミットした人の名前で申請します。"""
    ctx = office()
    from bot.services.handing_in.sync import sync
    from bot.services.handing_in.sync_report import LABELS

    report = sync(ctx, accept_rewritten=shell().person if accept_rewritten else "", accept_large=accept_large)
    if as_json:
        print_json(report.as_json())
    else:
        for item in report.items:
            click.echo(f"{item.path}: {say(LABELS[item.taken])}")
            for f in item.findings:
                click.echo(f"  {f.line}:{f.column}: {f.message}。{f.advice}。[{f.rule}]")
        tell(
            "{commit} まで取り込みました。原稿 {count}件、うち申請できないもの {refused}件。",
            commit=report.commit[:12],
            count=len(report.items),
            refused=report.refused,
        )
    if report.problem:
        click.echo(f"{report.problem}。", err=True)
    sys.exit(Exit.REFUSED if report.refused else Exit.FINE)
