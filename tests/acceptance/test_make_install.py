"""`make install` as the guide types it: what a server gets, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree import copied


@pytest.mark.skipif(sys.platform == "win32", reason="a server of a city is a Debian")
def test_a_server_gets_the_program_with_its_parts_and_none_of_what_built_it(tmp_path: Path) -> None:
    tree, root = copied(tmp_path / "tree"), tmp_path / "server"
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXBOT_")} | {"MAKEFLAGS": ""}
    for _ in range(2):  # an upgrade is the same command
        order = ["make", "-s", "install", f"DESTDIR={root}", f"PYTHON={sys.executable}"]
        done = subprocess.run(order, cwd=tree, env=env, capture_output=True, encoding="utf-8", check=False, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
    bin_ = root / "usr/local/lib/dxbot/bin"
    told = subprocess.run([bin_ / "python", "-m", "bot", "--version"], cwd=tmp_path, env=env, capture_output=True, check=True)
    assert told.stdout.startswith(b"dxbot ")
    assert (bin_ / "dxbot").read_text(encoding="utf-8").startswith("#!/usr/local/lib/dxbot/bin/python")
    for part, there in (("procrastinate", True), ("psycopg", True), ("polib", False)):
        found = subprocess.run([bin_ / "python", "-c", f"import {part}"], cwd=tmp_path, check=False, capture_output=True)
        assert (found.returncode == 0) is there, part
    assert not (tree / "build" / "wheel").exists()
