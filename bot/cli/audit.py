"""dxbot admin audit: the audit log, its signed days, and the key that signs them."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.console import tell
from bot.cli.office import office, shell
from bot.language import say

_KEYS = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("audit", help=say("操作の記録"))
def audit_group() -> None:
    pass


@audit_group.command("verify")
@click.option("--expect", default="", help="前に控えた照合番号")
@click.option("--public-key", "files", type=_KEYS, multiple=True, help="この機械の鍵のほかに信じる公開鍵（前の鍵など）")
@click.option("--copies", type=click.Path(exists=True, file_okay=False, path_type=Path), help="外に出た署名の文のあるフォルダ")
def verify(expect: str, files: tuple[Path, ...], copies: Path | None) -> None:
    """操作の記録が書き換えられていないか、一日ごとの署名まで確かめます。例: dxbot admin audit verify"""
    ctx = office()
    from bot.services.records import audit, days, signing, stamps

    keys = days.trusted(ctx) | {signing.from_pem(file) for file in files}
    last = audit.verify(expect)
    checked = days.verify(ctx, keys)
    stamped = stamps.verify(ctx)
    same = days.compare(copies) if copies else 0
    tell("操作の記録に書き換えはありません。")
    if last is not None:
        tell("{id}番までの照合番号 {hash}", id=last.id, hash=last.hash)
    if checked.newest is not None:
        tell("署名のある日は{days}日分、{day} まで。", days=checked.days, day=checked.newest.day)
    if stamped:
        tell("時刻の証明は{stamped}日分、署名の文に合っています。", stamped=stamped)
    if copies:
        tell("外の控え{same}日分と同じです。", same=same)
    if checked.open_days:
        tell("終わった日のうち{open_days}日分に、まだ署名がありません。", open_days=checked.open_days)


@audit_group.command("key")
def key() -> None:
    """署名を確かめるための公開鍵を出します。市の外の人にも渡せます。例: dxbot admin audit key > audit.pem"""
    ctx = office()
    from bot.services.records import days, signing

    for public in days.trusted(ctx):
        click.echo(signing.as_pem(public), nl=False)
        return
    tell("鍵はまだありません。最初の一日が終わると作られます。")


@audit_group.command("heads")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="書き出すフォルダ")
def heads(output: Path) -> None:
    """一日ごとの署名を、日付.txt と 日付.sig（時刻の証明は 日付.tsr）に書き出します。例: dxbot admin audit heads -o 署名"""
    office()
    from bot.services.records import days, stamps

    files = days.as_files()
    output.mkdir(parents=True, exist_ok=True)
    for name, data in (files | stamps.as_files()).items():
        (output / name).write_bytes(data)
    tell("{output} に{value}日分を書き出しました。", output=output, value=len(files) // 2)


@audit_group.command("new-key")
def new_key() -> None:
    """署名の鍵を作り直します。前の鍵は名前を変えて残ります。例: dxbot admin audit new-key"""
    ctx = office()
    from bot.services.records import days, signing

    click.echo(signing.as_pem(days.new_key(ctx, shell().person)), nl=False)


@audit_group.command("protect")
def protect() -> None:
    """記録を守る仕掛け（トリガー）を入れ直します。データベースの持ち主だけができます。例: dxbot admin audit protect"""
    ctx = office()
    from bot.services.records import days

    days.protect(ctx, shell().person)
    tell("入れ直しました。dxbot admin audit verify で確かめてください。")
