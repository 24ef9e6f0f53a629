"""dxbot: the command group. Each command's module is loaded only when it is used, so that `check` stays quick."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import click

from bot import trouble
from bot.cli import environment, words
from bot.cli.console import Exit, drop, fail, warn
from bot.errors import BotError, ConfigError, NotAllowed
from bot.language import say

# command → module of this package, and one line of help
_COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "市のフォルダを作る"),
    "new": ("new", "ひな型から原稿を作る"),
    "picture": ("picture", "原稿の題名や指標から画像を作る"),
    "check": ("check", "原稿を点検する"),
    "explain": ("check", "点検の決まりを説明する"),
    "schema": ("schema", "共通のファイルの書き方を編集ソフト向けに出す"),
    "render": ("render", "配信先ごとの掲載文を見る"),
    "preview": ("preview", "配信先ごとの見た目を1つのファイルで見る"),
    "export": ("package", "原稿と画像を zip にまとめる"),
    "import": ("package", "zip で届いた原稿を調べて置く"),
    "submit": ("queue", "原稿を申請する"),
    "sync": ("sync", "原稿の Git リポジトリから取り込む"),
    "queue": ("queue", "承認待ちの一覧"),
    "confirm": ("queue", "研修中の職員の原稿を確認する"),
    "approve": ("queue", "申請を承認する"),
    "return": ("queue", "申請を差し戻す"),
    "withdraw": ("queue", "申請を取り下げる"),
    "schedule": ("deliveries", "配信の予定"),
    "reschedule": ("deliveries", "配信の時刻を変える"),
    "cancel": ("deliveries", "配信を取り消す"),
    "deliveries": ("deliveries", "配信の記録"),
    "decide": ("deliveries", "結果の分からない配信を決着させる"),
    "threads": ("threads", "途中で止まったスレッドを決着させる"),
    "takedown": ("takedown", "出ている投稿を配信先から消す"),
    "sign": ("takedown", "ほかの人が決めた削除に署名する"),
    "run": ("run", "配信を動かす"),
    "web": ("run", "画面を動かす"),
    "serve": ("run", "画面と配信を一つで動かす"),
    "doctor": ("doctor", "いまの設定と接続先を調べる"),
    "watch": ("watch", "配信が動いているかを見張る"),
    "channels": ("channels", "配信先の一覧と、それぞれの設定"),
    "sandbox": ("sandbox", "練習用サーバーを動かす"),
    "pause": ("pause", "配信を止める"),
    "resume": ("pause", "停止を解除する"),
    "blackout": ("blackout", "配信を止める期間を入れる"),
    "newsletter": ("newsletter", "新聞広報のコラムを作る"),
    "indicators": ("indicators", "公表された表から指標の値を取り込む"),
    "report": ("report", "何ができて、何がまだかの報告を作る"),
    "record": ("record", "公文書としての記録を書き出す"),
    "verify": ("record", "記録が書き換わっていないか確かめる"),
    "site": ("site", "市民向けの公開サイトを作る"),
    "demo": ("demo", "最初から最後までを練習用サーバーで試す"),
    "drill": ("drill", "障害と復旧の訓練をする"),
    "admin": ("admin", "管理（データベース・利用者）"),
}


# These need neither a database nor a platform: the checker's bundle holds what they load, and no more.
_ALONE = frozenset({"new", "check", "explain", "schema", "render", "preview", "channels", "export", "import"})


class LazyGroup(click.Group):
    """Lists all commands, loads one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Those that work here."""
        whole = find_spec("django") is not None
        return [name for name in _COMMANDS if whole or name in _ALONE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, purpose = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"bot.cli.{module}"), f"{cmd_name}_command")
        command.short_help = say(purpose)
        return words.translate(command)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """click suggests from what is loaded already, which here is nothing."""
        if not args[0].startswith("-") and args[0] not in _COMMANDS:
            raise words.unknown(args[0], self, ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotAllowed as e:
            # Loaded by the commands that use the database alone: the others have no log to write to.
            if (office := sys.modules.get("bot.cli.office")) is not None:
                office.refused(e)
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table alone: `dxbot --help` loads no command."""
        with formatter.section(say("命令")):
            formatter.write_dl([(name, say(_COMMANDS[name][1])) for name in self.list_commands(ctx)])


@click.command(cls=LazyGroup, help=say("デジタル行政の取組を、承認を経て市民に届けます。"))
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=words.show_version, help=say("版を示す"))
def cli() -> None:
    pass


def main() -> None:
    """The program. Whatever goes wrong is one sentence and an exit code; never a traceback."""
    try:
        _run()
    except BotError as e:
        fail(e)
    except Exception as e:
        drop(sys.stdout)  # what nobody took would be tried again at the very end
        known = _incomplete(e) or trouble.of(e) or trouble.of_file(e)
        fail(known) if known else _confess(e)


def _incomplete(error: Exception) -> ConfigError | None:
    """The checker's bundle has no database and no platform, and PostgreSQL needs more than SQLite."""
    lacking = next((e for e in trouble.causes(error) if isinstance(e, ModuleNotFoundError)), None)
    if lacking is None:
        return None
    return ConfigError(
        f"no module {lacking.name}",
        summary=say("この命令に要る部品（{name}）が、ここには入っていません", name=lacking.name),
        next_step="PostgreSQL には requirements-distributed.lock の部品が要ります。点検だけの包みなら、本体を使ってください",
    )


def _run() -> None:
    """Also what stands in the buffer at the end must have been taken, or a file that was written is not whole."""
    environment.adopt()
    words.speak()
    words.translate(cli)
    try:
        cli()
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()


def _confess(error: Exception) -> NoReturn:
    """A fault of ours. Its words may hold a text or a key: people see where it was, and the rest is kept beside the state."""
    place = next((f for f in reversed(traceback.extract_tb(error.__traceback__)) if "bot" in Path(f.filename).parts), None)
    warn(
        "想定外の誤り（{name}）で止まりました。{kept}運用担当者に知らせてください。",
        name=f"{type(error).__name__} {Path(place.filename).name}:{place.lineno}" if place else type(error).__name__,
        kept=_kept(error),
    )
    sys.exit(Exit.FAULT)


def _kept(error: Exception) -> str:
    """A sentence that names the file with the traceback; nothing where none could be written."""
    from bot.registry import load

    try:
        path = load().var_dir / "fault.txt"
        path.touch(mode=0o600)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except (OSError, BotError):
        return ""
    return say("くわしいことは {path} にあります。", path=path)
