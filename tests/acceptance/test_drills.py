"""An operator practises: a restore and the platforms' troubles, on an installation that must not feel it."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
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


def drill(env: dict[str, str], *arguments: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=cwd, capture_output=True, check=False, timeout=300, encoding="utf-8"
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


def test_a_restore_that_is_practised_in_the_citys_folder_leaves_its_database_alone(env: dict[str, str], tmp_path: Path) -> None:
    """Every command reads the folder's `.env`, the ones that the drill types as well."""
    city, kept = tmp_path / "city", tmp_path / "city" / "kept.sqlite3"
    shutil.copytree(ROOT / "content", city / "content")
    with closing(sqlite3.connect(kept)) as database:
        database.execute("CREATE TABLE what_the_city_has (post TEXT)")
    before = kept.read_bytes()
    settings = city / ".env"
    settings.write_text(_EARNEST.format(city=city), encoding="utf-8")
    settings.chmod(0o600)
    (city / "key").write_text("a key of the city's", encoding="utf-8")
    said = drill(env, "-m", "bot", "drill", "restore", cwd=city)
    assert "いまはない設定" not in said
    assert kept.read_bytes() == before
    assert sorted(path.name for path in city.iterdir()) == [".env", "content", "kept.sqlite3", "key"]


# As an office has it that must not hear of a practice: none of this may be read, written, or asked.
_EARNEST = """DATABASE_URL=sqlite:///{city}/kept.sqlite3
DXBOT_VAR_DIR={city}/var
DXBOT_CONTENT_REPOSITORY=https://git.city.example.jp/koho/content.git
DXBOT_CONTENT_TOKEN_FILE={city}/key
DXBOT_REQUIRE_SIGNED=true
DXBOT_SECRET_KEY_FILE={city}/key
DXBOT_AUDIT_KEY_FILE={city}/key
DXBOT_WEBHOOK_URL=http://127.0.0.1:9/chat
DXBOT_WEBHOOK_SECRET_FILE={city}/key
DXBOT_SMTP_USER=dxbot
DXBOT_SMTP_PASSWORD_FILE={city}/key
DXBOT_JMA_BASE_URL=http://127.0.0.1:9/jma
DXBOT_OIDC_ROLES=dx-koho=officer
DXBOT_INSTAGRAM_DRIVER=private
DXBOT_INSTAGRAM_PRIVATE_SESSION_FILE={city}/key
DXBOT_MONTHLY_CAP_USD=1
"""
