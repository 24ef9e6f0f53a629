"""dxbot admin backup, restore: the whole installation in one file."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.account import require_service_account
from bot.cli.console import tell
from bot.cli.office import office, shell
from bot.cli.private import private_files
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import NotAllowed
from bot.language import say
from bot.registry import load

if TYPE_CHECKING:
    from bot.services.records.backup import Manifest

_A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("backup")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="書き出すファイルかフォルダ")
@click.option("--keep", type=click.IntRange(1), help="フォルダに書き出すとき、新しい方からこの数だけ残す")
@click.option("--recipient", "recipients", multiple=True, help="age の公開鍵（age1…）で封をする。何度も書ける")
def backup(output: Path, keep: int | None, recipients: tuple[str, ...]) -> None:
    """動かしたまま、データベース・鍵・校了した紙面・取り込みの状態の控えを1つのファイルに取ります。

    例: dxbot admin backup -o /backup --keep 14 --recipient age1…
    """
    if keep and not output.is_dir():
        raise click.BadParameter(say("--keep は、-o にフォルダを指定したときに使えます"))
    ctx = office()
    from bot.services.records import audit
    from bot.services.records import backup as copies

    with private_files():
        target = copies.back_up(ctx.config, output, ctx.clock.now(), _settings(), recipients)
    audit.note(ctx, shell().person, audit.EXPORTED, f"backup:{target.name}")
    tell("{target} に控えを取りました（{size:.1f} MB）。", target=target, size=target.stat().st_size / 1e6)
    if keep and (gone := copies.rotate(output, keep)):
        tell("古い控え{gone}件を消しました。", gone=gone)


@click.command("restore")
@click.argument("file", type=_A_FILE)
@click.option("--identity", type=_A_FILE, help="封を開く age の秘密鍵のファイル")
@click.option("--check", is_flag=True, help="控えが完全かどうかを確かめるだけで、何も変えない")
@click.option("--over", is_flag=True, help="控えより新しい状態があっても、控えに戻す")
def restore(file: Path, identity: Path | None, check: bool, over: bool) -> None:
    """控えを、空の置き場か、控えより古い置き場に戻します。dxbot を全て止めてから実行してください。

    いまあるものは消さず、状態の置き場の before-restore-… に移します。戻したあとは、全ての配信が止まったまま始まります。
    例: dxbot admin restore /backup/dxbot-20261201-033000.tar
    """
    config, now = load(), SystemClock().now()
    require_service_account(config)
    from bot.services.records import backup as copies

    with private_files():
        config.var_dir.mkdir(parents=True, exist_ok=True)
        with copies.opened(config, file, identity) as (copy, manifest):
            tell(
                "控えは完全です（{time} のもの、{count}ファイル）。",
                time=copies.said(config, manifest.made_at),
                count=len(manifest.files),
            )
            if check:
                return
            _require_older(config, manifest, over)
            aside = copies.put_back(config, copy, manifest, now)
    _tell(config, manifest, aside, file)


def _require_older(config: Config, manifest: Manifest, over: bool) -> None:
    from bot.services.records import backup as copies

    here = copies.newest_here(config)
    if here is None or over or (manifest.entry_at and here[2] <= datetime.fromisoformat(manifest.entry_at)):
        return
    raise NotAllowed(
        "there is something newer",
        summary=say(
            "ここには控えより新しい状態があります（ここは {here} まで、控えは {copy} まで）。何も変えていません",
            here=copies.said(config, here[2]),
            copy=copies.said(config, manifest.entry_at) if manifest.entry_at else "-",
        ),
        next_step="それでも控えに戻すときは --over を付けてください。いまの状態は消さずに別に置きます",
    )


def _tell(config: Config, manifest: Manifest, aside: Path | None, file: Path) -> None:
    ctx = office(config)
    from bot.services.records import audit

    audit.note(ctx, shell().person, "restore", f"backup:{file.name}", manifest.made_at)
    if aside:
        tell("いままでの状態は {aside} に移しました。", aside=aside)
    missing = [name for name in manifest.settings if name not in _settings()]
    if missing:
        tell("控えを取ったときにあり、いまはない設定：{names}", names="、".join(missing))
    tell("戻しました。dxbot run か dxbot serve を始めると、全ての配信を止めたまま、出ているものを配信先で探します。")
    tell("終わったら、画面の「保留」で停止を解除し、一つずつ見直してください。")


def _settings() -> tuple[str, ...]:
    """By name only."""
    return tuple(sorted(name for name, value in os.environ.items() if value and name.startswith(("DXBOT_", "DATABASE_URL"))))
