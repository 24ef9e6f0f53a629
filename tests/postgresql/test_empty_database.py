"""A database that DATABASE_URL names and that is empty: a first day, or a mistyped address. Only a person knows which."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from bot.config import ROOT

OWNER = os.environ.get("DATABASE_URL", "")


@pytest.fixture
def empty() -> Iterator[str]:
    with psycopg.connect(OWNER, autocommit=True) as owner:
        owner.execute("CREATE DATABASE nothing_yet")
    yield f"{OWNER.rpartition('/')[0]}/nothing_yet"
    with psycopg.connect(OWNER, autocommit=True) as owner:
        owner.execute("DROP DATABASE nothing_yet WITH (FORCE)")


def _run(address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    env = os.environ | {"DATABASE_URL": address}
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=False, env=env, timeout=120)


def test_an_empty_database_is_filled_only_where_somebody_says_so(empty: str) -> None:
    refused = _run(empty, "run", "--once")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "DATABASE_URL のデータベースは空です" in refused.stderr
    assert _run(empty, "admin", "migrate").returncode == 0
    assert _run(empty, "run", "--once").returncode == 0
