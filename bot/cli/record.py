"""dxbot record, verify: the public record of one post, the register of a year, and whether a record is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.console import Exit, tell
from bot.cli.office import office, shell
from bot.language import say

if TYPE_CHECKING:
    from bot.services.records.context import Context
    from bot.workflow.actors import Actor

_OWN_LIST = "office-only/possible-names.csv"  # in a folder of its own: the copy is handed out, this is not


@click.command("record", epilog="例: dxbot record 12 -o out、dxbot record --year 2026 -o out")
@click.argument("number", type=int, required=False)
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="書き出すフォルダ")
@click.option("--redacted", is_flag=True, help="職員の氏名を伏せた写しを、理由を付けて作る")
@click.option(
    "--year",
    type=click.IntRange(1990, 2200),
    help="この年度の目録（register.csv）と、移管の時期が来ているもの（transfer.csv）を作る",
)
def record_command(number: int | None, folder: Path, redacted: bool, year: int | None) -> None:
    """申請（番号）の原稿の記録を、公文書として書き出します。版の全て、判断、出た文、画像、削除、訂正が入ります。

    record.pdf（PDF/A-3a。データを添付）は、dxbot[report] を入れた機械で作れます。
    """
    if (number is None) == (year is None):
        raise click.UsageError(say("申請の番号か --year の、どちらか1つを書いてください"))
    ctx = office()
    actor = shell()
    from bot.services.pages import printed_record, printed_report, record_files

    if year is not None:
        found = {"register.csv": record_files.register(ctx, actor, year).encode()}
        if late := record_files.due(ctx, actor):
            found["transfer.csv"] = record_files.transfer(ctx, actor).encode()
    else:
        found, late = record_files.files(ctx, actor, number or 0, redacted=redacted), []
        if (why := printed_report.lacking()) is None:
            found[printed_record.NAME] = printed_record.as_pdf(ctx, found)
        else:
            click.echo(
                say("{why}。データと HTML だけを書き出します。{next_step}", why=why.summary, next_step=why.next_step), err=True
            )
    for path in record_files.write(found, folder):
        click.echo(path)
    if redacted and number is not None:
        _list_possible_names(ctx, actor, number, folder)
    if late:
        tell("移管の時期が来ている年度：{years}", years="、".join(map(str, late)))


def _list_possible_names(ctx: Context, actor: Actor, number: int, folder: Path) -> None:
    from bot.services.pages import record_files, record_redaction

    rows = record_files.to_look_at(ctx, actor, number)
    (path,) = record_files.write({_OWN_LIST: record_redaction.as_csv(rows).encode()}, folder)
    tell(
        "氏名かもしれず、伏せていない所が{count}か所あります。{path} を見て、渡す前に確かめてください（この一覧は渡しません）",
        count=len(rows),
        path=path,
    )


@click.command("verify", epilog="例: dxbot verify out/record.pdf --key 3b6a27bc…")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", default="", help="市が公表している公開鍵（16進）")
def verify_command(file: Path, key: str) -> None:
    """記録（record.pdf か record.json）が封をした時のままかどうかを、配信のプログラムを使わずに確かめます。"""
    from bot import record_check

    try:
        found = record_check.check(file, key)
    except record_check.NotWhole as e:
        click.echo(str(e), err=True)
        raise SystemExit(Exit.REFUSED) from None
    for line in found:
        click.echo(line)
