"""dxbot admin: database and users. For the operator at the server; none of these approves or publishes."""

from __future__ import annotations

import click

from bot.cli.console import say, tr
from bot.cli.office import office, set_up
from bot.workflow.actors import ROLE_LABELS, Actor, Role


@click.group("admin", help=tr("データベースと利用者の管理", "Database and users"))
def admin_command() -> None:
    pass


@admin_command.command("migrate")
def migrate() -> None:
    """データベースを最新の形にします。例: dxbot admin migrate"""
    set_up()
    say("データベースは最新です。", "The database is up to date.")


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

    at_server = _at_server()
    address = (
        accounts.invite(ctx, at_server, person, Role(role), email) if role else accounts.invite_again(ctx, at_server, person)
    )
    if not address:
        say(
            f"{person} の役割は、もう1人の広報担当か運用担当の同意を、画面の「役割の付与」で待っています。",
            f"{person} needs another officer's or operator's consent, in the web site.",
        )
        return
    say(f"{person} を招待しました。次のアドレスを本人に渡してください。", f"{person} invited. Hand over this address:")
    click.echo(address)


@admin_command.command("people")
def people() -> None:
    """利用者の一覧です。例: dxbot admin people"""
    office()
    from bot.services.people.accounts import everyone

    for user in everyone():
        last = f"{user.last_login:%Y-%m-%d}" if user.last_login else tr("まだログインしていません", "never signed in")
        gone = "" if user.is_active else tr("（外した人）", " (dismissed)")
        click.echo(f"{user.username}  {ROLE_LABELS[Role(user.role)]}  {last}{gone}")


@admin_command.command("change-role")
@click.argument("person")
@click.argument("role", type=click.Choice([r.value for r in Role]))
def change_role(person: str, role: str) -> None:
    """役割を変えます。例: dxbot admin change-role shimin-leader officer"""
    ctx = office()
    from bot.services.people import accounts

    if not accounts.change_role(ctx, _at_server(), person, Role(role)):
        say(f"{person} の役割は、もう1人の同意を待っています。", f"{person}'s role waits for another person's consent.")
        return
    say(f"{person} を{ROLE_LABELS[Role(role)]}にしました。", f"{person} is {role} now.")


@admin_command.command("change-email")
@click.argument("person")
@click.argument("email")
def change_email(person: str, email: str) -> None:
    """知らせを受け取るアドレスを変えます。例: dxbot admin change-email kouhou-1 kouhou-1@example.jp"""
    ctx = office()
    from bot.services.people import accounts

    accounts.change_email(ctx, _at_server(), person, email)
    say(f"{person} のアドレスを変えました。", f"{person}'s address changed.")


@admin_command.command("notices")
def notices() -> None:
    """届いていない知らせの一覧です。例: dxbot admin notices"""
    office()
    from bot.services.telling.messages import troubled

    rows = troubled()
    for message in rows:
        target = message.address or tr("チャット", "webhook")
        click.echo(f"{message.id:>4}  {message.created_at:%m-%d %H:%M}  {target}  {message.state}  {message.problem}")
    say(f"{len(rows)}通の知らせが、届いていないか、届いたか分かりません。", f"{len(rows)} messages not surely delivered.")


@admin_command.command("dismiss")
@click.argument("person")
def dismiss(person: str) -> None:
    """異動や退職の人を外します。その人のログインと鍵は、すぐに使えなくなります。例: dxbot admin dismiss shimin-leader"""
    ctx = office()
    from bot.services.people import accounts

    accounts.dismiss(ctx, _at_server(), person)
    say(f"{person} を外しました。", f"{person} dismissed.")


def _at_server() -> Actor:
    """Whoever has a shell on the server: an operator without a name of their own."""
    return Actor(person="(サーバー)", role=Role.OPERATOR)


@admin_command.group("audit", help=tr("操作の記録", "The audit log"))
def audit_group() -> None:
    pass


@audit_group.command("verify")
@click.option("--expect", default="", help="前に控えた照合番号")
def verify(expect: str) -> None:
    """操作の記録が書き換えられていないか確かめます。例: dxbot admin audit verify"""
    office()
    from bot.services.records import audit

    last = audit.verify(expect)
    say("操作の記録に書き換えはありません。", "The audit log is whole.")
    if last is not None:
        say(f"{last.id}番までの照合番号 {last.hash}", f"entry {last.id}, hash {last.hash}")
