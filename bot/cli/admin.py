"""dxbot admin: database and users. For the operator at the server; none of these approves or publishes."""

from __future__ import annotations

import click

from bot.cli.console import say, tr
from bot.cli.office import office, set_up
from bot.workflow.actors import Role


@click.group("admin", help=tr("データベースと利用者の管理", "Database and users"))
def admin_command() -> None:
    pass


@admin_command.command("migrate")
def migrate() -> None:
    """データベースを最新の形にします。例: dxbot admin migrate"""
    set_up()
    say("データベースは最新です。", "The database is up to date.")


@admin_command.command("add-user")
@click.argument("person")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True)
@click.password_option(help="12文字以上")
def add_user(person: str, role: str, password: str) -> None:
    """利用者を加えます。PERSON は people.yml の名前。例: dxbot admin add-user shimin-leader --role leader"""
    ctx = office()
    from bot.services.accounts import add_user as add

    add(ctx, person, Role(role), password)
    say(f"{person} を加えました。", f"{person} added.")


@admin_command.group("audit", help=tr("操作の記録", "The audit log"))
def audit_group() -> None:
    pass


@audit_group.command("verify")
def verify() -> None:
    """操作の記録が書き換えられていないか確かめます。例: dxbot admin audit verify"""
    office()
    from bot.errors import WorkflowError
    from bot.services.audit import first_broken

    if (broken := first_broken()) is not None:
        raise WorkflowError(
            f"audit entry {broken.id} does not fit",
            summary=f"操作の記録の{broken.id}番が書き換えられています",
            next_step="控えと比べ、経緯を調べてください",
        )
    say("操作の記録に書き換えはありません。", "The audit log is whole.")
