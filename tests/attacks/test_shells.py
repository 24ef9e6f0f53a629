"""Somebody has a shell on the server. It is the service account's, or it does nothing; and what it did is told."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import account
from bot.options import Secret
from bot.services.people import accounts
from bot.services.records import audit
from bot.services.telling import kinds, notices
from bot.store.models import AuditEntry, User
from bot.store.notices import Bookmark, Notice
from bot.workflow.actors import Role, at_server
from tests.cli.shell import Shell
from tests.office import Office

ME = pwd.getpwuid(os.geteuid()).pw_name
SOMEBODY = "daemon"


@pytest.fixture
def shell(office: Office, tmp_path: Path) -> Shell:
    """On the test's own database."""
    made = Shell(tmp_path / "shell")
    made.env["DXBOT_VAR_DIR"] = os.environ["DXBOT_VAR_DIR"]
    return made


READING = [["queue"], ["deliveries", "--json"], ["schedule"], ["admin", "people"], ["admin", "notices"], ["blackout", "list"]]
ACTING = [["sync"], ["admin", "invite", "eve", "--role", "operator"], ["admin", "audit", "verify"], ["run", "--once"]]


@pytest.mark.parametrize("command", [*READING, *ACTING], ids=" ".join)
def test_another_system_user_reads_and_does_nothing(shell: Shell, tmp_path: Path, command: list[str]) -> None:
    own, before = tmp_path / "own", User.objects.count()
    done = shell.run(*command, DXBOT_SERVICE_USER=SOMEBODY, DXBOT_VAR_DIR=str(own))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{SOMEBODY}）だけです。いまの利用者は {ME} です" in done.stderr
    assert f"sudo -u {SOMEBODY} " in done.stderr
    assert "Traceback" not in done.stderr
    assert not own.exists()
    assert User.objects.count() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another user")
@pytest.mark.parametrize("mine", ["folder", "database"])
def test_root_is_not_the_service_account(tmp_path: Path, mine: str) -> None:
    """Its files would shut the service out, and its acts would bear no person's name."""
    shell = Shell(tmp_path)
    var = Path(shell.env["DXBOT_VAR_DIR"])
    shell.env.pop("DATABASE_URL", None)
    assert shell.run("admin", "people").returncode == 0
    os.chown(var if mine == "folder" else var / "dxbot.sqlite3", pwd.getpwnam(SOMEBODY).pw_uid, -1)
    before = sorted(path.name for path in var.iterdir())
    done = shell.run("admin", "people")
    assert (done.returncode, f"sudo -u {SOMEBODY}" in done.stderr) == (1, True), done.stderr
    assert sorted(path.name for path in var.iterdir()) == before


def test_what_the_shell_does_bears_the_system_users_name(shell: Shell) -> None:
    assert shell.run("admin", "invite", "kouhou", "--role", "officer").returncode == 0
    assert shell.run("admin", "change-role", "kouhou", "auditor").returncode == 0
    assert shell.run("admin", "dismiss", "kouhou").returncode == 0
    made = AuditEntry.objects.order_by("id").values_list("verb", "actor", "object")
    assert [(verb, name) for verb, _, name in made] == [
        (verb, "user:kouhou") for verb in ("add_user", "change_role", "dismiss")
    ]
    assert {by for _, by, _ in made} == {at_server(account.name()).person}
    assert all(by.startswith(f"(サーバー:{ME}") for _, by, _ in made)


def test_who_became_the_service_account_is_named_if_the_system_knows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "no-such-user\n(自動)")
    assert "no-such-user" not in account.name()
    if account._logged_in() == "":  # no log-in of the system's own above this process
        monkeypatch.setenv("SUDO_USER", SOMEBODY)
        assert account.name() == f"{ME}、操作した人 {SOMEBODY}"


def told(office: Office) -> dict[str, str]:
    ctx = replace(office.ctx, config=replace(office.ctx.config, smtp_server="127.0.0.1:9", webhook_url=Secret("http://a")))
    while notices.take_in(ctx):
        pass
    return {n.address: n.line for n in Notice.objects.filter(kind=kinds.Kind.SHELL, due_at__lte=office.clock.now())}


def test_every_operator_and_the_chat_hear_at_once_of_what_a_shell_changed(office: Office) -> None:
    last = AuditEntry.objects.order_by("-id").first()
    Bookmark.objects.update(entry=last.id if last else 0)
    for person, role in (("unyou-1", Role.OPERATOR), ("unyou-2", Role.OPERATOR), ("kouhou", Role.OFFICER)):
        User.objects.create(username=person, role=role, email=f"{person}@example.jp")
    mallory = at_server("dxbot、操作した人 mallory")
    for act in (
        lambda: accounts.invite(office.ctx, mallory, "eve", Role.OFFICER),
        lambda: accounts.change_role(office.ctx, mallory, "kouhou", Role.AUDITOR),
        lambda: accounts.invite_again(office.ctx, mallory, "kouhou"),
        lambda: accounts.change_email(office.ctx, mallory, "kouhou", ""),
        lambda: accounts.dismiss(office.ctx, mallory, "kouhou"),
    ):
        Notice.objects.all().delete()
        act()
        heard = told(office)
        assert set(heard) == {"unyou-1@example.jp", "unyou-2@example.jp", ""}
        assert all("mallory" in line for line in heard.values())


def test_a_refused_try_or_a_copy_disturbs_nobody(office: Office) -> None:
    User.objects.create(username="unyou-1", role=Role.OPERATOR, email="unyou-1@example.jp")
    for verb in (audit.REFUSED, audit.EXPORTED, audit.IMPORTED):
        audit.note(office.ctx, at_server("dxbot").person, verb, "post:1")
    assert told(office) == {}
