"""dxbot record and verify: the record of a post in a folder, and whether it is whole."""

from __future__ import annotations

from pathlib import Path

from tests.cli.shell import Shell
from tests.cli.test_thread_commands import Desk


def test_a_record_is_written_and_one_changed_byte_is_named(shell: Shell, tmp_path: Path) -> None:
    desk, out = Desk(shell), tmp_path / "out"
    assert shell.run("record", "1", "-o", str(out)).returncode == 0
    whole = shell.run("verify", str(out / "record.json"))
    assert (whole.returncode, whole.stderr) == (0, "")
    raw = (out / "record.json").read_bytes()
    (out / "record.json").write_bytes(raw.replace("お話を聞いて".encode(), "お話を聞かず".encode(), 1))
    changed = shell.run("verify", str(out / "record.json"))
    assert changed.returncode == 1
    assert "バイト目" in changed.stderr
    assert shell.run("record", "--year", "2030", "-o", str(out)).returncode == 0
    assert (out / "register.csv").read_text("utf-8-sig").startswith("分類,名称,移管者,移管の時期")
    assert shell.run("record", "-o", str(out)).returncode == 2
    assert desk.number == "1"


def test_takedown_is_begun_by_one_and_signed_by_another(shell: Shell) -> None:
    desk = Desk(shell)
    token = desk._tokens
    begun = shell.run("takedown", "1", "--reason", "誤り", DXBOT_TOKEN=token["kouhou"])
    assert (begun.returncode, "2件の削除を始めました" in begun.stdout) == (0, True)
    own = shell.run("sign", "1", DXBOT_TOKEN=token["kouhou"])
    assert own.returncode == 1
    assert "決めた本人" in own.stderr
    assert shell.run("sign", "1", DXBOT_TOKEN=token["kouhou-2"]).returncode == 0


def test_a_redacted_copy_comes_with_a_list_in_a_folder_of_its_own(shell: Shell, tmp_path: Path) -> None:
    desk, out = Desk(shell), tmp_path / "out"
    ran = shell.run("record", desk.number, "-o", str(out), "--redacted")
    assert ran.returncode == 0
    assert "渡す前に確かめてください" in ran.stdout
    listed = (out / "office-only" / "possible-names.csv").read_text(encoding="utf-8")
    assert listed.startswith("\ufeff部分,番号,項目,語,前後の文,残した理由")
