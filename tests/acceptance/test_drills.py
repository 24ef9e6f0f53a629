"""An operator practises: a restore and the platforms' troubles, on an installation that must not feel it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import ROOT


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An installation whose settings name a mail server that does not exist; nothing is to be told to anybody."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") and k != "DJANGO_SETTINGS_MODULE"}
    (tmp_path / "var").mkdir()
    own = {"DXBOT_VAR_DIR": str(tmp_path / "var"), "DXBOT_SMTP_SERVER": "127.0.0.1:9", "TMPDIR": str(tmp_path)}
    return inherited | own | {"DXBOT_MARK_DIR": str(tmp_path / "var")}


def drill(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=ROOT, capture_output=True, check=False, timeout=300, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "二重に出たもの：0件　見失ったもの：0件" in done.stdout
    return done.stdout


def require_untouched(folder: Path) -> None:
    """Neither the installation nor the place where it was practised has anything left of it."""
    assert [path.name for path in folder.iterdir()] == ["var"]
    assert list((folder / "var").iterdir()) == []


def test_a_restore_is_practised_with_the_commands_that_an_operator_types(env: dict[str, str], tmp_path: Path) -> None:
    said = drill(env, "-m", "bot", "drill", "restore")
    planned = int(re.findall(r"配信の予定は(\d+)件", said)[0])
    assert planned > 8
    assert re.findall(r"掲示には(\d+)件|出ていた(\d+)件|掲示は(\d+)件のまま", said) == [
        (str(planned), "", ""),
        ("", str(planned), ""),
        ("", "", str(planned)),
    ]
    assert "$ dxbot admin backup -o" in said
    assert "$ dxbot admin restore" in said
    assert "控えから戻したデータベースで始めました" in said  # why it stands still
    require_untouched(tmp_path)


def test_each_trouble_of_a_platform_is_shown_as_the_pages_will_say_it(env: dict[str, str], tmp_path: Path) -> None:
    said = drill(env, "-m", "bot", "drill", "faults")
    assert len(re.findall(r"^   \S+ → ", said, re.MULTILINE)) == 24
    assert "保留　配信先の認証が切れています。この配信先を止めました" in said
    assert "要判断　" in said
    require_untouched(tmp_path)
