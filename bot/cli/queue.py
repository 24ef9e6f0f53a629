"""dxbot submit, queue, confirm, approve, return, withdraw: the approval queue from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from bot.cli.check import line
from bot.cli.console import Exit, explain, print_json, tell, warn
from bot.cli.office import me, office
from bot.cli.office import refused as record_refusal
from bot.content.library import named
from bot.errors import BotError, NotAllowed
from bot.language import say

if TYPE_CHECKING:
    from bot.cli import outputs
    from bot.store.models import Submission


@click.command("submit", epilog="例: dxbot submit content/posts/2026/11/madoguchi.md")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def submit_command(paths: tuple[Path, ...]) -> None:
    """原稿を申請します。フォルダなら、その中の全てです。一つに問題があっても、ほかの原稿は申請されます。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.approval.submit import NotReady, submit
    from bot.services.delivery.replanning import plan_of

    posts, refused = named(paths), False
    if not posts:
        warn("そのフォルダに原稿（.md）はありません。")
        sys.exit(Exit.REFUSED)
    for path in posts:
        try:
            submission = submit(ctx, actor, path)
        except BotError as e:
            refused = True
            if isinstance(e, NotAllowed):
                record_refusal(e)
            click.echo(f"{path}: {explain(e)}", err=True)
            for finding in e.findings if isinstance(e, NotReady) else ():
                click.echo(line(finding), err=True)
            continue
        if plan := plan_of(ctx, submission):
            tell("{path}: 承認済みです（番号 {id}）。配信の予定：{plan}", path=path, id=submission.id, plan=plan)
        else:
            tell("{path}: 申請しました（番号 {id}）。", path=path, id=submission.id)
    sys.exit(Exit.REFUSED if refused else Exit.FINE)


@click.command("queue", epilog="例: dxbot queue --json")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def queue_command(as_json: bool) -> None:
    """承認を待っている申請の一覧です。"""
    office()
    from bot.services.approval.review import waiting

    found = list(waiting())
    rows = [_row(s) for s in found]
    if as_json:
        print_json(rows)
        return
    for row, submission in zip(rows, found, strict=True):
        title = submission.told_title
        click.echo(f"{row['id']:>4}  {row['state_label']}  {row['department']}  {title}  [{row['digest'][:8]}]")
    tell("{count}件が承認を待っています。", count=len(rows))


def _row(submission: Submission) -> outputs.Submission:
    from bot.workflow.states import LABELS, SubmissionState

    return {
        "id": submission.id,
        "post": submission.identity,
        "path": submission.path,
        "title": submission.title,
        "author": submission.author,
        "department": submission.department,
        "state": submission.state,
        "state_label": LABELS[SubmissionState(submission.state)],
        "submitted_at": submission.submitted_at.isoformat(),
        "digest": submission.digest,
    }


@click.command("confirm", epilog="例: dxbot confirm 12")
@click.argument("number", type=int)
def confirm_command(number: int) -> None:
    """研修中の職員の原稿を、リーダーとして確認します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.approval import review

    review.confirm(ctx, actor, number, review.readable_by(ctx, actor, number).digest)
    tell("申請 {number} を確認しました。", number=number)


@click.command("approve", epilog="例: dxbot approve 12")
@click.argument("number", type=int)
@click.option("--digest", help="見た内容の照合番号（先頭の数文字でよい）。違っていれば承認しません")
@click.option(
    "--late", type=click.Choice(["now", "next"]), help="希望の時刻を過ぎているとき：すぐに出す（now）、次の空き枠（next）"
)
def approve_command(number: int, digest: str | None, late: Literal["now", "next"] | None) -> None:
    """申請を承認します。承認した内容だけが、そのまま配信されます。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.approval import review

    submission = review.readable_by(ctx, actor, number)
    seen = submission.digest if digest is None or submission.digest.startswith(digest) else digest
    deliveries = review.approve(ctx, actor, number, seen, review.Terms(late=late or ""))
    tell("申請 {number}「{title}」を承認しました。", number=number, title=submission.title)
    for delivery in deliveries:
        due = delivery.due_at.astimezone(ctx.config.timezone)
        click.echo(f"  {due:%Y-%m-%d %H:%M}  {ctx.spec(delivery.channel).label}  {say('配信番号')} {delivery.id}")


@click.command("return", epilog='例: dxbot return 12 --reason "数値の時点を書いてください"')
@click.argument("number", type=int)
@click.option("--reason", required=True, help="書いた人に伝える理由")
def return_command(number: int, reason: str) -> None:
    """申請を差し戻します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.approval import review

    review.return_(ctx, actor, number, reason)
    tell("申請 {number} を差し戻しました。", number=number)


@click.command("withdraw", epilog="例: dxbot withdraw 12")
@click.argument("number", type=int)
def withdraw_command(number: int) -> None:
    """申請を取り下げます。まだ出ていない配信は取り消され、出ているものは名前を示します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.approval import withdrawing

    click.echo(withdrawing.withdraw(ctx, actor, number).told)
