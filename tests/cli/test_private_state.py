"""The state belongs to the account that runs dxbot: whatever it finds open it shuts, or it does not start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.config import ROOT
from tests.cli.shell import Shell


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(stat.S_IMODE(path.lstat().st_mode)) for path in (folder, *folder.iterdir())}


def test_a_new_state_is_readable_by_its_owner_alone(shell: Shell) -> None:
    done = shell.run("admin", "migrate")
    var = Path(shell.env["DXBOT_VAR_DIR"])
    assert (done.returncode, done.stderr) == (0, "")
    wanted = {"var": "0o700", "dxbot.sqlite3": "0o600", "dxbot.sqlite3.migrating": "0o600", "secret_key": "0o600"}
    assert modes(var) == wanted


def test_a_state_that_others_could_read_is_shut_and_that_is_said(shell: Shell) -> None:
    shell.run("admin", "migrate")
    var = Path(shell.env["DXBOT_VAR_DIR"])
    (var / "issues").mkdir()
    for path in (var, *var.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    done = shell.run("queue", "--json")
    assert "ほかの利用者が読めないようにしました" in done.stderr
    assert "ほかの利用者" not in done.stdout
    assert set(modes(var).values()) == {"0o700", "0o600"}
    assert shell.run("queue", "--json").stderr == ""


def test_a_database_elsewhere_is_shut_as_well(shell: Shell, tmp_path: Path) -> None:
    database = tmp_path / "elsewhere.sqlite3"
    database.touch(mode=0o644)
    shell.run("admin", "migrate", DATABASE_URL=f"sqlite:///{database}")
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_place_that_belongs_to_all_is_no_place_for_the_state(shell: Shell, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    done = shell.run("admin", "migrate", DXBOT_VAR_DIR=str(shared))
    assert done.returncode == 2
    assert f"状態の置き場 {shared} を、この計算機のほかの利用者が読めます" in done.stderr
    assert list(shared.iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_state_of_another_account_that_all_can_read_is_refused() -> None:
    code = (
        "import os, sys; from pathlib import Path; from bot.cli.private import keep_private; theirs = Path(sys.argv[1]);"
        "os.setgid(65534); os.setuid(65534); keep_private(theirs)"
    )
    with TemporaryDirectory() as theirs:
        Path(theirs).chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", code, theirs], capture_output=True, encoding="utf-8", cwd=ROOT, check=False
        )
        assert "not ours to change" in done.stderr
        assert stat.S_IMODE(Path(theirs).stat().st_mode) == 0o777
