"""Make the checker's bundle: a folder and a zip for a PC that has no network.

    python tools/bundle.py [win_amd64 | manylinux_2_28_x86_64]

Libraries are those of requirements.lock, with its hashes; without a platform they are this machine's. A Python travels inside
where its archive can be had: from build/downloads, or from where it is published. Else the PC must have Python 3.11.
"""

from __future__ import annotations

import hashlib
import platform as machine
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What check, explain, schema, new, preview, render, export and import load.
_LIBRARIES = (
    *(
        "annotated-types",
        "budoux",
        "click",
        "colorama",
        "defusedxml",
        "jinja2",
        "jpholiday",
        "markdown",
        "markupsafe",
        "pillow",
        "pydantic",
        "pydantic-core",
        "python-dotenv",
        "pyyaml",
        "regex",
    ),
    *("typing-extensions", "typing-inspection", "tzdata"),
)
_UNIX = """#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
own="$here/python/bin/python3.11"
if [ -f "$own" ]; then
    [ -x "$own" ] || chmod u+x "$own"
else
    own=python3.11
fi
PYTHONPATH="$here/lib:$here" exec "${PYTHON:-$own}" -m bot "$@"
"""
_WINDOWS = """@echo off
setlocal
set "PYTHONPATH=%~dp0lib;%~dp0"
set PYTHONUTF8=1
if exist "%~dp0python\\python.exe" (
    "%~dp0python\\python.exe" -m bot %*
) else (
    py -3.11 -m bot %*
)
"""
# python-build-standalone's builds of CPython 3.11, relocatable, with the hash by which each is known.
_BUILDS = "https://github.com/astral-sh/python-build-standalone/releases/download/20261021/"
_PYTHONS = {
    "win_amd64": (
        "cpython-3.11.17+20261021-x86_64-pc-windows-msvc-install_only_stripped.tar.gz",
        "7222d3245519b9f2e786b085af65a3fac06dffa1ddfbe27821ad9b75f2d98c62",
    ),
    "linux_x86_64": (
        "cpython-3.11.17+20261021-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
        "224ca8be2d28841e7a382a27c51e74f4ed0aabe249a79294684e782363165948",
    ),
}
_PATIENCE = 60.0  # seconds without a byte


def locked(lock: str) -> str:
    """The lock's entries of our libraries, each with its hashes; without conditions, which pip would take to ask of the machine
    that makes the bundle, not of the one that it is for."""
    lock = re.sub(r" ; .*?(?= \\$)", "", lock, flags=re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    return "".join(e for e in entries if re.split(r"[=\[ ;]", e, maxsplit=1)[0] in _LIBRARIES)


def install(target: Path, platform: str) -> None:
    where = ["--platform", platform, "--python-version", "3.11", "--implementation", "cp"] if platform else []
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "requirements.txt")
        wanted.write_text(locked((ROOT / "requirements.lock").read_text(encoding="utf-8")), encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(target)]
        options = ["--only-binary=:all:", "--no-deps", "--require-hashes", "-r", str(wanted)]
        subprocess.run([*pip, *where, *options], check=True)  # noqa: S603
    for launchers in ("bin", "Scripts"):  # pip's, which hold the path of the Python that made the bundle
        shutil.rmtree(target / launchers, ignore_errors=True)


def add_python(folder: Path, platform: str) -> None:
    """A Python for the platform into `folder`, or a sentence why there is none. Ends the program where an archive is not the
    known one: what does not fit its hash never reaches a PC."""
    name, expected = _PYTHONS.get(_kind(platform), ("", ""))
    archive = ROOT / "build" / "downloads" / name
    if not name or not (archive.is_file() or _fetched(_BUILDS + name.replace("+", "%2B"), archive)):
        sys.stderr.write("Python は一式に入っていません。使う PC に Python 3.11 が要ります。\n")
        return
    if hashlib.sha256(archive.read_bytes()).hexdigest() != expected:
        sys.exit(f"{archive} の照合値が違います。消してから、もう一度お試しください。")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")


def _kind(platform: str) -> str:
    if platform.startswith("manylinux") and platform.endswith("x86_64"):
        return "linux_x86_64"
    return platform or f"{sys.platform}_{machine.machine()}".lower().replace("win32_", "win_")


def _fetched(address: str, target: Path) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".part")
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer, half.open("wb") as file:  # noqa: S310
            shutil.copyfileobj(answer, file)
    except OSError as e:
        sys.stderr.write(f"{address} を取り寄せられません（{e}）。\n")
        half.unlink(missing_ok=True)
        return False
    half.replace(target)
    return True


def _say_who(library: Path) -> None:
    """So that `dxbot --version` knows: nothing is installed here."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    info = library / f"dxbot-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: dxbot\nVersion: {version}\n", encoding="utf-8")


def build(platform: str) -> Path:
    """The zip, in build/."""
    folder = ROOT / "build" / "-".join(filter(None, ("dxbot-checker", platform)))
    shutil.rmtree(folder, ignore_errors=True)
    install(folder / "lib", platform)
    _say_who(folder / "lib")
    add_python(folder, platform)
    for part in ("bot", "templates", "schedules"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    samples = shutil.ignore_patterns("posts", "media")  # the leader's own go there
    shutil.copytree(ROOT / "content", folder / "content", ignore=samples)
    for empty in ("posts", "media"):
        (folder / "content" / empty).mkdir()
    (folder / "dxbot").write_text(_UNIX, encoding="utf-8", newline="\n")
    (folder / "dxbot").chmod(0o755)
    (folder / "dxbot.cmd").write_text(_WINDOWS, encoding="utf-8", newline="\r\n")
    for paper in ("LICENSE", "NOTICE", "docs/leader.md", "docs/writing.md"):
        shutil.copy(ROOT / paper, folder)
    return Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))


if __name__ == "__main__":
    sys.stdout.write(f"{build(sys.argv[1] if len(sys.argv) > 1 else '')}\n")
