"""The checker's bundle on a PC that has Python 3.11 and nothing else: no packages, no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.config import ROOT
from tests.office import write_content, write_post


def build(*platform: str) -> zipfile.ZipFile:
    command = [sys.executable, "tools/bundle.py", *platform]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(done.stdout.strip())


def cut_off() -> Sequence[str]:
    """In front of a command: without any network, where this machine's kernel lets us."""
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode == 0:
        return (unshare, "-rn")
    pytest.skip("the network cannot be taken away here (unshare -rn)")


@pytest.mark.skipif(sys.platform == "win32", reason="takes the network away as Linux does")
def test_the_bundle_checks_and_previews_with_no_packages_and_no_network(tmp_path: Path) -> None:
    network = cut_off()
    with build() as packed:
        packed.extractall(tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    desk = tmp_path / "dxbot-checker"
    write_content(desk / "content")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        env = {"PATH": "/usr/bin:/bin", "PYTHON": str(tmp_path / "bare" / "bin" / "python"), "LC_ALL": "C.UTF-8"}
        command = [*network, "sh", str(desk / "dxbot"), *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False)

    good = write_post(desk / "content", body="見本です 😀 https://example.jp/a 。\n")
    done = run("check", good)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    bad = write_post(desk / "content", "bad", extra="x: {text: " + "あ" * 141 + "}")
    assert f"{bad}:9:" in run("check", bad).stdout
    found = run("check", "--json")  # with the shared files
    assert (found.returncode, found.stderr) == (1, "")
    assert run("schema").returncode == 0
    assert run("preview", good, "-o", tmp_path / "preview.html").returncode == 0
    assert "data:image/jpeg" in (tmp_path / "preview.html").read_text(encoding="utf-8")
    assert run("new", "題名", "--author", "shimin-leader").returncode == 0
    assert run("export", good, "-o", tmp_path / "a.zip").returncode == 0
    assert run("import", tmp_path / "a.zip", "--replace").returncode == 0
    refused = run("submit", good)
    assert refused.returncode == 2
    assert "入っていません" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_bundle_for_windows_brings_what_only_windows_lacks() -> None:
    with build("win_amd64") as packed:
        names = {n.partition("/")[2] for n in packed.namelist()}
    assert {"dxbot.cmd", "lib/tzdata/zoneinfo/Asia/Tokyo", "lib/colorama/__init__.py"} <= names
    assert any(n.startswith("lib/PIL/_imaging.cp311-win") for n in names)
    assert not [n for n in names if n.endswith(".so")]
