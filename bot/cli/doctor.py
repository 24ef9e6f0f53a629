"""dxbot doctor: everything that can be looked at before something goes wrong."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from bot.cli.console import Exit, print_json, tell
from bot.cli.exams import accounts, content, database, machine, reach, settings
from bot.cli.exams.exam import Exam, Result, State, examine, problem
from bot.cli.exams.installation import Installation
from bot.errors import BotError
from bot.language import say

# In this order they are told; a new one is one line more.
EXAMS = (
    Exam(
        name="settings",
        label="設定の値",
        why="読めない値があると、どの命令も始まりません。",
        look=settings.values,
    ),
    Exam(
        name="names",
        label="設定の名前",
        why="名前を書き間違えた設定は、書いていないのと同じです。",
        look=settings.names,
    ),
    Exam(
        name="training",
        label="練習モード",
        why="練習のつもりの本番も、本番のつもりの練習も、避けられます。",
        look=settings.training,
    ),
    Exam(
        name="user", label="実行した利用者", why="ほかの利用者が作ったファイルは、dxbot が読めなくなります。", look=machine.user
    ),
    Exam(
        name="modes", label="状態の置き場", why="ログインや署名の鍵、まだだれも見ていない原稿があります。", look=machine.modes
    ),
    Exam(
        name="disk", label="ディスクの空き", why="記録を書けないものは、二重に出さないために、出しません。", look=machine.disk
    ),
    Exam(name="keys", label="ログインの鍵", why="鍵がないと、だれも入れません。", look=machine.keys),
    Exam(name="fonts", label="フォント", why="カードの画像と紙面を作るのに使います。", look=machine.fonts),
    Exam(name="clock", label="時計", why="配信は、このコンピューターの時計で出ます。", look=machine.clock),
    Exam(name="database", label="データベース", why="承認も予定も記録も、ここにあります。", look=database.reachable),
    Exam(
        name="guards",
        label="操作の記録の守り",
        why="記録を直せないことが、だれが何をしたかの証拠になります。",
        look=database.guarded,
    ),
    Exam(name="people", label="利用者の登録", why="承認する人と、利用者を管理する人が要ります。", look=database.people),
    Exam(
        name="content",
        label="共通のファイル",
        why="読めないファイルがある間は、それを使う配信が止まります。",
        look=content.shared,
    ),
    Exam(name="remote", label="原稿のリポジトリ", why="原稿はここから届きます。", look=content.remote),
    Exam(
        name="disasters",
        label="気象庁の電文",
        why="地震や警報のとき、だれも席にいなくても配信が止まるためです。",
        look=reach.agency,
    ),
    Exam(name="site", label="画面のアドレス", why="招待や知らせに入ります。", look=settings.site),
    Exam(
        name="proxy",
        label="手前のサーバー",
        why="ログインの回数制限と記録は、相手のアドレスを頼りにします。",
        look=settings.proxy,
    ),
    Exam(name="stamps", label="時刻の証明", why="操作の記録がいつのものか、市の外の人にも示せます。", look=settings.stamps),
    Exam(name="log-in", label="庁内の認証", why="職員はここからログインします。", look=reach.log_in),
    Exam(name="pictures", label="画像のアドレス", why="Instagram は画像を自分で取りに来ます。", look=reach.pictures),
    Exam(name="mail", label="知らせのメール", why="出せなかったとき、すぐに伝える道です。", look=reach.post_box),
    Exam(name="chat", label="知らせのチャット", why="出せなかったとき、すぐに伝える道です。", look=reach.chat),
    Exam(
        name="accounts",
        label="接続",
        why="鍵の持ち主・権限・期限を、最初の投稿の前に、何も変えない問い合わせで確かめます。",
        look=accounts.accounts,
    ),
)
_PROGRAM = Exam(name="program", label="プログラム", why="これでは、どの命令も始まりません。", look=lambda _: ())
_MARKS = {State.FINE: "○", State.HEED: "！", State.BAD: "×"}


@click.command("doctor", epilog="例: dxbot doctor　dxbot doctor --json")
@click.option("--json", "as_json", is_flag=True, help="JSON で表示する")
def doctor_command(as_json: bool) -> None:
    """設定・接続先・時計・データベースなどを、何も変えずに診断し、直し方を示します。直すものがあれば終了コード 1 です。"""
    results = _results()
    if as_json:
        print_json([_as_json(result) for result in results])
    else:
        _show(results)
    wrong = any(result.told.state is State.BAD for result in results)
    sys.exit(Exit.REFUSED if wrong else Exit.FINE)


def _results() -> list[Result]:
    try:
        return list(examine(EXAMS, Installation(os.environ)))
    except BotError as e:  # a channel's folder that is no whole one: nothing starts
        return [Result(exam=_PROGRAM, told=problem(e))]


def _show(results: list[Result]) -> None:
    for result in results:
        told = result.told
        where = say(result.exam.label) + (f"（{told.about}）" if told.about else "")
        click.echo(f"{_MARKS[told.state]} {where}：{told.seen}")
        if told.state is not State.FINE:
            tell("    なぜ　　：{why}", why=say(result.exam.why))
            tell("    すること：{todo}", todo=told.todo)
    bad, heed = (sum(result.told.state is state for result in results) for state in (State.BAD, State.HEED))
    tell("直すもの {bad}件、確かめるもの {heed}件です。", bad=bad, heed=heed)


def _as_json(result: Result) -> dict[str, Any]:
    told = result.told
    return {
        "check": result.exam.name,
        "label": say(result.exam.label),
        "about": told.about,
        "state": told.state,
        "seen": told.seen,
        "why": say(result.exam.why),
        "todo": told.todo,
    }
