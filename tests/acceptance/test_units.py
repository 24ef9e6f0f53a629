"""What `make units` puts on a server: systemd finds no fault in it, confines it, and hands keys over as files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import ROOT

SERVICES = ("dxbot", "dxbot-web", "dxbot-watch", "dxbot-backup", "dxbot-sandbox")
MOST_EXPOSED = 2.0  # of 10, as systemd-analyze counts


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the root of a server, with this program in the place of an installed one."""
    root = tmp_path_factory.mktemp("server")
    _make_units(root)
    (root / "usr/lib/dxbot/bin").mkdir()
    _script(root / "usr/lib/dxbot/bin/dxbot", f'cd "{ROOT}"; exec "{sys.executable}" -m bot "$@"')
    return root


def _make_units(root: Path) -> None:
    where = [f"PREFIX={root}/usr", f"SYSCONFDIR={root}/etc"]
    subprocess.run(["make", "-s", "units", *where], cwd=ROOT, env=os.environ | {"MAKEFLAGS": ""}, check=True)


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def _analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """systemd's own judge. Without one the test is skipped, but not where everything must run (DXBOT_REQUIRE_ALL=1)."""
    if shutil.which("systemd-analyze") is None:
        missing = "no systemd-analyze on this machine: install the package systemd"
        if os.environ.get("DXBOT_REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    command = ["systemd-analyze", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)


def test_systemd_finds_no_fault_in_the_units(server: Path) -> None:
    units = sorted((server / "etc/systemd/system").glob("dxbot*.*[er]"))
    assert {unit.stem for unit in units} == set(SERVICES)
    done = _analyze("verify", "--man=no", *units)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little_but_its_work(server: Path, name: str) -> None:
    told = _analyze("security", "--offline=true", server / f"etc/systemd/system/{name}.service").stdout
    exposed = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert exposed
    assert float(exposed[1]) <= MOST_EXPOSED


def test_a_key_in_the_folder_reaches_dxbot_as_a_file_and_no_environment(server: Path, tmp_path: Path) -> None:
    (tmp_path / "key_DXBOT_X_ACCESS_TOKEN").write_text("a-key-that-nobody-sees\n", encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(tmp_path), "DXBOT_VAR_DIR": str(tmp_path)}
    start = server / "usr/lib/dxbot/start"
    shown = subprocess.run([start, "channels"], env=env, capture_output=True, encoding="utf-8", check=True).stdout
    assert re.search(r"DXBOT_X_ACCESS_TOKEN（_FILE）.*　設定済み", shown)
    assert re.search(r"DXBOT_X_CONSUMER_KEY（_FILE）.*　未設定", shown)
    _script(server / "usr/lib/dxbot/bin/printenv", "exec env")
    inside = start.read_text(encoding="utf-8").replace("bin/dxbot", "bin/printenv")
    seen = subprocess.run(["sh", "-c", inside], env=env, capture_output=True, encoding="utf-8", check=True).stdout
    assert f"DXBOT_X_ACCESS_TOKEN_FILE={tmp_path}/key_DXBOT_X_ACCESS_TOKEN" in seen
    assert "a-key-that-nobody-sees" not in seen


def test_root_becomes_the_service_and_shows_no_key_of_its_own(server: Path, tmp_path: Path) -> None:
    _script(tmp_path / "id", "echo root")
    _script(tmp_path / "systemd-run", 'printf "%s\\n" "$@"')
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SUDO_USER": "tanaka",
        "DXBOT_TOKEN": "a-key-that-nobody-sees",
        "DXBOT_TOKEN_FILE": "/root/my key",
    }
    command = [server / "usr/bin/dxbot", "pause", "--reason", "誤りの 報告"]
    asked = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=True).stdout.splitlines()
    assert asked[-4:] == [f"{server}/usr/lib/dxbot/start", "pause", "--reason", "誤りの 報告"]
    assert {"--property=User=dxbot", "--setenv=SUDO_USER=tanaka"} <= set(asked)
    assert "--property=LoadCredential=key_DXBOT_TOKEN:/root/my key" in asked
    assert "a-key-that-nobody-sees" not in "".join(asked)


def test_the_services_own_account_is_sent_to_root_and_anybody_else_is_a_leader(server: Path, tmp_path: Path) -> None:
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    _script(tmp_path / "id", "echo dxbot")
    done = subprocess.run([server / "usr/bin/dxbot", "queue"], env=env, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "sudo dxbot queue のように" in done.stderr
    _script(tmp_path / "id", "echo tanaka")
    shown = subprocess.run([server / "usr/bin/dxbot", "explain", "--help"], env=env, capture_output=True, check=True).stdout
    assert shown


def test_what_the_city_wrote_is_not_overwritten_by_the_next_version(server: Path) -> None:
    own = server / "etc/dxbot/dxbot.env"
    own.write_text("DXBOT_SITE_URL=https://dx.city.example.jp\n", encoding="utf-8")
    _make_units(server)
    assert own.read_text(encoding="utf-8") == "DXBOT_SITE_URL=https://dx.city.example.jp\n"
    assert oct((server / "etc/dxbot/keys").stat().st_mode)[-3:] == "700"
