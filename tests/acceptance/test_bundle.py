"""The checker's bundle on a PC that has nothing else: no packages, no network, and no Python where one could be put in."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.config import ROOT
from tests.office import write_content, write_post
from tools import bundle


def build(*platform: str) -> zipfile.ZipFile:
    """Without a Python inside: nothing is fetched from where it is published."""
    code = "import sys; from tools import bundle; bundle._PYTHONS = {}; print(bundle.build(*sys.argv[1:] or ['']))"
    command = [sys.executable, "-c", code, *platform]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert "使う PC に Python 3.11 が要ります" in done.stderr
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
        packed.extractall(tmp_path)  # noqa: S202 our own
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
    assert run("--version").stdout.startswith("dxbot ")
    listed = re.findall(r"^  (\w+)", run("--help").stdout.partition("命令:")[2], re.MULTILINE)
    assert listed == ["new", "check", "explain", "schema", "render", "preview", "export", "import", "channels"]
    for command in (("explain",), ("render", good), ("channels", "--json")):
        assert run(*command).returncode == 0
    refused = run("submit", good)
    assert refused.returncode == 2
    assert "入っていません" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_bundle_for_windows_brings_what_only_windows_lacks() -> None:
    with build("win_amd64") as packed:
        names = {n.partition("/")[2] for n in packed.namelist()}
    assert {"dxbot.cmd", "lib/tzdata/zoneinfo/Asia/Tokyo", "lib/colorama/__init__.py"} <= names
    assert any(n.startswith("lib/PIL/_imaging.cp311-win") for n in names)
    assert not [n for n in names if n.endswith((".so", ".exe")) or n.startswith(("lib/bin/", "lib/Scripts/"))]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published Python in small: a program at its place that is the tests' own, in an archive at an address."""
    inside = tmp_path / "python" / "bin" / "python3.11"
    inside.parent.mkdir(parents=True)
    inside.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    inside.chmod(0o755)
    packed = tmp_path / "published" / "python.tar.gz"
    packed.parent.mkdir()
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(tmp_path / "python", "python")
    known = {"linux_x86_64": (packed.name, hashlib.sha256(packed.read_bytes()).hexdigest())}
    monkeypatch.setattr(bundle, "ROOT", tmp_path)  # where archives are kept
    monkeypatch.setattr(bundle, "_BUILDS", f"{packed.parent.as_uri()}/")
    monkeypatch.setattr(bundle, "_PYTHONS", known)
    return packed


def test_a_python_travels_inside_and_is_the_one_that_runs(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    bundle.add_python(folder, "manylinux_2_28_x86_64")
    own = folder / "python" / "bin" / "python3.11"
    own.chmod(0o644)  # as some programs unpack a zip
    (folder / "dxbot").write_text(bundle._UNIX, encoding="utf-8")
    (folder / "bot").mkdir()
    (folder / "bot" / "__init__.py").touch()
    (folder / "bot" / "__main__.py").write_text("import sys; print('runs', sys.argv[1:])", encoding="utf-8")
    command = ["sh", str(folder / "dxbot"), "check", "a b"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout == "runs ['check', 'a b']\n", done.stderr


def test_an_archive_that_is_not_the_known_one_is_never_taken(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(archive.read_bytes() + b"more")
    with pytest.raises(SystemExit, match="照合値が違います"):
        bundle.add_python(tmp_path / "bundle", "manylinux_2_28_x86_64")
    assert not (tmp_path / "bundle").exists()


def test_where_none_can_be_had_a_sentence_says_so(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive.unlink()
    bundle.add_python(tmp_path / "bundle", "manylinux_2_28_x86_64")
    said = capsys.readouterr().err
    assert "取り寄せられません" in said
    assert "Python 3.11 が要ります" in said
    assert not (tmp_path / "bundle").exists()
