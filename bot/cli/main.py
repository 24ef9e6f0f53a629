"""dxbot: the command group. Each command's module is loaded only when it is used, so that `check` stays quick."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from bot.cli.console import Exit, fail, tr
from bot.errors import BotError

# command → module of this package, and one line of help (Japanese, English)
_COMMANDS: dict[str, tuple[str, str, str]] = {
    "new": ("new", "ひな型から原稿を作る", "Write a post from the template"),
    "picture": ("picture", "原稿の題名や指標から画像を作る", "Make a picture for a post"),
    "check": ("check", "原稿を点検する", "Check posts"),
    "explain": ("check", "点検の決まりを説明する", "Explain a rule"),
    "render": ("render", "配信先ごとの掲載文を見る", "Show what each channel would get"),
    "preview": ("preview", "配信先ごとの見た目を1つのファイルで見る", "See every channel in one HTML file"),
    "export": ("package", "原稿と画像を zip にまとめる", "Pack a post and its pictures"),
    "import": ("package", "zip で届いた原稿を調べて置く", "Check a parcel and put it in its place"),
    "submit": ("queue", "原稿を申請する", "Hand posts in"),
    "sync": ("sync", "原稿の Git リポジトリから取り込む", "Take what leaders committed"),
    "queue": ("queue", "承認待ちの一覧", "The approval queue"),
    "confirm": ("queue", "研修中の職員の原稿を確認する", "Confirm a trainee's post"),
    "approve": ("queue", "申請を承認する", "Approve a submission"),
    "return": ("queue", "申請を差し戻す", "Return a submission"),
    "withdraw": ("queue", "申請を取り下げる", "Withdraw a submission"),
    "schedule": ("deliveries", "配信の予定", "What goes out when"),
    "reschedule": ("deliveries", "配信の時刻を変える", "Move a delivery"),
    "cancel": ("deliveries", "配信を取り消す", "Cancel a delivery"),
    "deliveries": ("deliveries", "配信の記録", "Deliveries and their states"),
    "decide": ("deliveries", "結果の分からない配信を決着させる", "Settle a delivery in doubt"),
    "threads": ("threads", "途中で止まったスレッドを決着させる", "Threads of which only a part is out"),
    "run": ("run", "配信を動かす", "Run the publisher"),
    "web": ("run", "画面を動かす", "Run the web site"),
    "serve": ("run", "画面と配信を一つで動かす", "Web site and publisher in one"),
    "channels": ("channels", "配信先の一覧と、それぞれの設定", "Channels and their settings"),
    "sandbox": ("sandbox", "練習用サーバーを動かす", "Run the sandbox"),
    "pause": ("pause", "配信を止める", "Stop publishing"),
    "resume": ("pause", "停止を解除する", "End a stop"),
    "blackout": ("blackout", "配信を止める期間を入れる", "Times in which nothing goes out"),
    "newsletter": ("newsletter", "新聞広報のコラムを作る", "The newsletter column"),
    "demo": ("demo", "最初から最後までを練習用サーバーで試す", "The whole road on the sandbox"),
    "admin": ("admin", "管理（データベース・利用者）", "Database and users"),
}


class LazyGroup(click.Group):
    """Lists all commands, loads one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, ja, en = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"bot.cli.{module}"), f"{cmd_name}_command")
        command.short_help = tr(ja, en)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table alone: `dxbot --help` loads no command."""
        with formatter.section(tr("命令", "Commands")):
            formatter.write_dl([(name, tr(ja, en)) for name, (_, ja, en) in _COMMANDS.items()])


@click.command(
    cls=LazyGroup, help=tr("デジタル行政の取組を、承認を経て市民に届けます。", "Publish what the city achieved, once approved.")
)
def cli() -> None:
    pass


def main() -> None:
    """The program. An expected problem is one sentence and an exit code; never a traceback."""
    try:
        cli()
    except BotError as e:
        fail(e)
    except ModuleNotFoundError as e:  # the checker's bundle has no database and no platform
        click.echo(
            tr(f"この命令に要る部品（{e.name}）が、ここには入っていません。", f"{e.name} is not installed here."), err=True
        )
        sys.exit(Exit.WRONG_USE)
