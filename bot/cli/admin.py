"""dxbot admin: database and users. For the operator at the server; none of these approves or publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli import database
from bot.cli.audit import audit_group
from bot.cli.backup import backup, restore
from bot.cli.console import print_json, tell
from bot.cli.mark import mark_group
from bot.cli.office import office, shell, without_key
from bot.language import say
from bot.workflow.actors import ROLE_LABELS, Role

if TYPE_CHECKING:
    from bot.cli import outputs
    from bot.store.models import User
    from bot.store.notices import Message


@click.group("admin", help=say("データベースと利用者の管理"))
def admin_command() -> None:
    pass


@admin_command.command("migrate")
@click.option("--plan", is_flag=True, help="何をするかを示すだけで、変えない")
def migrate(plan: bool) -> None:
    """データベースをこのプログラムの形にします。配信と画面を全て止め、控えを取ってから実行します。例: dxbot admin migrate"""
    steps: list[str] = []
    ctx = office(database=lambda: steps.extend(database.planned() if plan else database.migrate()))
    for step in steps:
        click.echo(f"  {step}")
    if plan:
        tell("データベースに、上の{count}段階の変更が要ります。まだ変えていません。", count=len(steps))
        return
    if steps:
        from bot.services.records import audit

        audit.note(ctx, shell().person, "migrate", "database", detail="、".join(steps))
    tell("データベースは最新です。")


@admin_command.command("prune")
def prune() -> None:
    """要らなくなった行（期限の切れたログイン、古い知らせなど）を消します。例: dxbot admin prune"""
    ctx = office()
    from bot.services.records import pruning

    gone = pruning.prune(ctx)
    tell(
        "ログイン {sessions}件、知らせ {messages}件、閲覧 {viewings}件、画像 {pictures}件を消しました。",
        sessions=gone.sessions,
        messages=gone.messages,
        viewings=gone.viewings,
        pictures=gone.pictures,
    )


@admin_command.command("invite")
@click.argument("person")
@click.option("--role", type=click.Choice([r.value for r in Role]), help="新しい人の役割")
@click.option("--email", default="", help="知らせを受け取るアドレス")
def invite(person: str, role: str | None, email: str) -> None:
    """人を招待します。PERSON は people.yml の名前。例: dxbot admin invite shimin-leader --role leader

    表示されたアドレスを本人に渡してください。一度だけ、3日の間、パスワードを決められます。パスワードや端末をなくした人は、
    --role を付けずに招待し直します。
    """
    ctx = office()
    from bot.services.people import accounts

    by = shell()
    address = accounts.invite(ctx, by, person, Role(role), email) if role else accounts.invite_again(ctx, by, person)
    if not address:
        tell("{person} の役割は、もう1人の広報担当か運用担当の同意を、画面の「役割の付与」で待っています。", person=person)
        return
    tell("{person} を招待しました。次のアドレスを本人に渡してください。", person=person)
    click.echo(address)


@admin_command.command("setup")
@click.option("--operator", "operator", prompt="運用担当の利用者名（例 unyou-1）", help="利用者と接続先を管理する人")
@click.option("--operator-email", default="", help="運用担当が知らせを受け取るアドレス")
@click.option("--officer", "officer", prompt="広報担当の利用者名（例 kouhou-1）", help="承認する人")
@click.option("--officer-email", default="", help="広報担当が知らせを受け取るアドレス")
def setup(operator: str, operator_email: str, officer: str, officer_email: str) -> None:
    """始めの2人を招待し、次にすることを示します。例: dxbot admin setup --operator unyou-1 --officer kouhou-1"""
    ctx = office()
    from bot.services.people import first_people

    addresses = first_people.invite(ctx, shell(), (operator, operator_email), (officer, officer_email))
    for person, role, address in zip((operator, officer), (Role.OPERATOR, Role.OFFICER), addresses, strict=True):
        label = say(ROLE_LABELS[role])
        tell("{role}の {person} に、次のアドレスを渡してください（3日の間、一度だけ使えます）。", person=person, role=label)
        click.echo(f"    {address}")
    tell("次にすること：")
    for number, step in enumerate(_next_steps(), start=1):
        click.echo(f"  {number}. {step}")


def _next_steps() -> tuple[str, ...]:
    return (
        say("dxbot serve を動かし、2人がそれぞれのアドレスを開いて、パスワードと二つ目の認証を決める"),
        say("dxbot channels の示す設定に、配信先の鍵を書く（docs/accounts/）"),
        say("dxbot doctor で、直すものがなくなるまで確かめる"),
        say("dxbot new --trial で試しの原稿を作り、申請し、広報担当が承認して、出ることを確かめる"),
        say("ほかの人を、運用担当が画面の「利用者」で招待する"),
    )


@admin_command.command("people")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def people(as_json: bool) -> None:
    """利用者の一覧です。例: dxbot admin people"""
    office()
    from bot.services.people.accounts import everyone

    users = everyone()
    if as_json:
        print_json([_person(user) for user in users])
        return
    for user in users:
        last = f"{user.last_login:%Y-%m-%d}" if user.last_login else say("まだログインしていません")
        gone = "" if user.is_active else say("（外した人）")
        click.echo(f"{user.username}  {ROLE_LABELS[Role(user.role)]}  {last}{gone}")


def _person(user: User) -> outputs.User:
    last = user.last_login.isoformat() if user.last_login else None
    return {"person": user.username, "role": user.role, "active": user.is_active, "last_login": last}


@admin_command.command("change-role")
@click.argument("person")
@click.argument("role", type=click.Choice([r.value for r in Role]))
def change_role(person: str, role: str) -> None:
    """役割を変えます。例: dxbot admin change-role shimin-leader officer"""
    ctx = office()
    from bot.services.people import accounts

    if not accounts.change_role(ctx, shell(), person, Role(role)):
        tell("{person} の役割は、もう1人の同意を待っています。", person=person)
        return
    tell("{person} を{role}にしました。", person=person, role=say(ROLE_LABELS[Role(role)]))


@admin_command.command("change-email")
@click.argument("person")
@click.argument("email")
def change_email(person: str, email: str) -> None:
    """知らせを受け取るアドレスを変えます。例: dxbot admin change-email kouhou-1 kouhou-1@example.jp"""
    ctx = office()
    from bot.services.people import accounts

    accounts.change_email(ctx, shell(), person, email)
    tell("{person} のアドレスを変えました。", person=person)


@admin_command.command("notices")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def notices(as_json: bool) -> None:
    """届いていない知らせの一覧です。例: dxbot admin notices"""
    office()
    from bot.services.telling.messages import troubled

    rows = troubled()
    if as_json:
        print_json([_message(row) for row in rows])
        return
    for message in rows:
        target = message.address or say("チャット")
        click.echo(f"{message.id:>4}  {message.created_at:%m-%d %H:%M}  {target}  {message.state}  {message.problem}")
    tell("{count}通の知らせが、届いていないか、届いたか分かりません。", count=len(rows))


def _message(row: Message) -> outputs.Message:
    return {
        "id": row.id,
        "created_at": row.created_at.isoformat(),
        "channel": row.channel,
        "address": row.address,
        "subject": row.subject,
        "state": row.state,
        "attempts": row.attempts,
        "problem": row.problem or None,
    }


@admin_command.command("dismiss")
@click.argument("person")
def dismiss(person: str) -> None:
    """異動や退職の人を外します。その人のログインと鍵は、すぐに使えなくなります。例: dxbot admin dismiss shimin-leader"""
    ctx = office()
    from bot.services.people import accounts

    accounts.dismiss(ctx, shell(), person)
    tell("{person} を外しました。", person=person)


@admin_command.command("new-secret-key")
@click.option("--lost", is_flag=True, help="前の鍵をなくしたとき。読めなくなった二つ目の認証は外れ、本人が登録し直す")
def new_secret_key(lost: bool) -> None:
    """状態の置き場の秘密の鍵を取り替えます。前の鍵で封をしたものは、次に始めたときに封をし直します。

    例: dxbot admin new-secret-key
    """
    ctx = without_key() if lost else office()
    from bot.services.people import key_check

    if lost:
        count = key_check.replace_lost(ctx, shell().person)
        tell("いまの鍵を使います。{count}件の二つ目の認証を外しました。本人に登録し直すよう伝えてください。", count=count)
        return
    key_check.change(ctx, shell().person)
    tell("鍵を取り替えました。dxbot を全て始め直してください。")


admin_command.add_command(audit_group)
admin_command.add_command(backup)
admin_command.add_command(restore)
admin_command.add_command(mark_group)
