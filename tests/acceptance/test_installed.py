"""dxbot from a wheel or a source distribution, in an empty folder and an environment of its own, without a clone."""

from __future__ import annotations

import json
import os
import signal
import site
import socket
import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import polib
import pytest
import requests

from bot.config import ROOT
from bot.sandbox import server
from tests.sandbox_client import SandboxClient
from tests.tree import copied

CATALOGUES = ("en/LC_MESSAGES/django", "ja/LC_MESSAGES/click")
_SDIST = "import sys; from setuptools import build_meta; print(build_meta.build_sdist(sys.argv[1]))"


def call(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel(source: Path, folder: Path) -> Path:
    """Built without an index: setuptools and polib are those of the tests."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    call(*pip, "--wheel-dir", folder, source, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel, and the one that pip makes of the source distribution; both from what Git keeps."""
    folder = tmp_path_factory.mktemp("dist")
    tree = copied(folder / "tree")
    for name in ("wheel", "sdist"):
        (folder / name).mkdir()
    call(sys.executable, "-c", _SDIST, folder, cwd=tree)
    (packed,) = folder.glob("*.tar.gz")
    return {"wheel": wheel(tree, folder / "wheel"), "sdist": wheel(packed, folder / "sdist"), "packed": packed}


def files(package: Path) -> dict[str, int]:
    with zipfile.ZipFile(package) as packed:
        return {i.filename: i.CRC for i in packed.infolist() if not i.filename.endswith("RECORD")}


def test_a_wheel_brings_what_lies_beside_the_sources(packages: dict[str, Path], tmp_path: Path) -> None:
    names = files(packages["wheel"])
    for folder in ("content", "schedules", "templates"):
        for path in (p for p in (ROOT / folder).rglob("*") if p.is_file()):
            assert f"bot/shipped/{path.relative_to(ROOT).as_posix()}" in names
    for catalogue in CATALOGUES:
        with zipfile.ZipFile(packages["wheel"]) as packed:
            (tmp_path / "compiled.mo").write_bytes(packed.read(f"bot/locale/{catalogue}.mo"))
        compiled = {e.msgid: e.msgstr for e in polib.mofile(str(tmp_path / "compiled.mo"))}
        assert compiled == {e.msgid: e.msgstr for e in polib.pofile(str(ROOT / "bot" / "locale" / f"{catalogue}.po"))}


def test_a_source_distribution_makes_the_same_wheel(packages: dict[str, Path]) -> None:
    assert files(packages["sdist"]) == files(packages["wheel"])
    with tarfile.open(packages["packed"]) as packed:
        assert {"LICENSE", "NOTICE", "requirements.lock"} <= {n.partition("/")[2] for n in packed.getnames()}


@dataclass(frozen=True)
class Machine:
    """An environment of its own, with the libraries of the tests below it, and a home."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """Of a machine that knows neither us nor Japanese."""
        path = os.pathsep.join((str(self.folder / "venv" / "bin"), os.environ["PATH"]))
        return {"PATH": path, "HOME": str(self.folder), "LC_ALL": "C", "COLUMNS": "200"}

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.folder / "venv" / "bin" / "dxbot"), *arguments]
        return subprocess.run(
            command, cwd=folder, env=self.env, capture_output=True, encoding="utf-8", timeout=180, check=False
        )

    @property
    def program(self) -> Path:
        (found,) = (self.folder / "venv" / "lib").glob("*/site-packages/bot")
        return found

    def everything(self) -> dict[str, int]:
        """The installed files, by their times."""
        paths = (p for p in self.program.rglob("*") if p.is_file() and p.suffix != ".pyc")
        return {str(p.relative_to(self.program)): p.stat().st_mtime_ns for p in paths}


@pytest.fixture(params=["wheel", "sdist"])
def machine(packages: dict[str, Path], tmp_path: Path, request: pytest.FixtureRequest) -> Machine:
    venv = tmp_path / "venv"
    call(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    pip = [sys.executable, "-m", "pip", "--python", venv / "bin" / "python", "install", "--quiet", "--no-deps", "--no-index"]
    call(*pip, packages[request.param], cwd=tmp_path)
    made = Machine(tmp_path)
    # After pip, which would take the tests' own dxbot for an older version. A path in such a file brings its packages alone:
    # the editable dxbot there is a path in another such file, which is not read.
    (made.program.parent / "libraries.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="the scripts of an environment lie elsewhere there")
def test_a_city_begins_with_an_installed_package_alone(machine: Machine, tmp_path: Path) -> None:
    before = machine.everything()
    empty = tmp_path / "empty"
    empty.mkdir()
    assert machine.run(empty, "--version").stdout.startswith("dxbot ")
    lost = machine.run(empty, "check")
    assert lost.returncode == 2
    assert "dxbot init" in lost.stderr
    done = machine.run(empty, "init", "市役所 dx", "--name", "七尾市")
    assert (done.returncode, done.stderr) == (0, "")
    city = empty / "市役所 dx"
    checked = machine.run(city, "check", "--json")
    assert (checked.returncode, json.loads(checked.stdout)) == (0, [])

    shown = machine.run(city, "demo")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    with server.create(city / "var" / "demo" / "sandbox") as sandbox:
        posts = SandboxClient(sandbox.base_url).posts()
    assert {p["channel"] for p in posts} == {"x", "instagram", "facebook"}
    assert all("七尾市" in p["text"] and "金沢" not in p["text"] for p in posts)
    assert any((city / "out").glob("*.pdf"))
    assert not list((city / "content" / "posts").rglob("*.md"))

    (city / "templates" / "web").mkdir()
    (city / "templates" / "web" / "404.html").write_text("七尾市のページはありません", encoding="utf-8")
    serve(machine, city)
    assert machine.everything() == before


def serve(machine: Machine, city: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(machine.folder / "venv" / "bin" / "dxbot"), "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=city, env=machine.env, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        login = answer(f"{base}/login/")
        assert login.status_code == 200
        assert "七尾市" in login.text
        assert requests.get(f"{base}/static/site.css", timeout=60).status_code == 200
        assert requests.get(f"{base}/nothing/", timeout=60).text == "七尾市のページはありません"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def answer(address: str) -> requests.Response:
    deadline = time.monotonic() + 30
    while True:
        try:
            return requests.get(address, timeout=60)
        except requests.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
