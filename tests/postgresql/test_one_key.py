"""Machines that share a database share the secret key: one that makes its own is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.config import ROOT
from bot.services.people import key_check
from tests.office import Office


def test_a_second_machine_without_the_key_is_refused_with_what_to_do(office: Office, tmp_path: Path) -> None:
    key_check.require(office.ctx)
    env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")} | office.env
    env |= {"DXBOT_VAR_DIR": str(tmp_path / "other")}
    command = [sys.executable, "-m", "bot", "admin", "people"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 2
    assert "DXBOT_SECRET_KEY_FILE" in done.stderr
    assert not (tmp_path / "other" / "secret_key").exists()
