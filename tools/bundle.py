"""Make the checker's bundle: a folder and a zip for a PC that has Python 3.11 and no network.

    python tools/bundle.py [win_amd64 | manylinux_2_28_x86_64]

Libraries are those of requirements.lock, with its hashes; without a platform they are this machine's.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What check, explain, schema, new, preview, render, export and import load.
_LIBRARIES = (
    *(
        "annotated-types",
        "budoux",
        "click",
        "colorama",
        "jinja2",
        "jpholiday",
        "markdown",
        "markupsafe",
        "pillow",
        "pydantic",
        "pydantic-core",
        "pyyaml",
        "regex",
        "setuptools",
    ),
    *("twitter-text-parser", "typing-extensions", "typing-inspection", "tzdata"),
)
_UNIX = """#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here/lib:$here" exec "${PYTHON:-python3.11}" -m bot "$@"
"""
_WINDOWS = """@echo off
setlocal
set "PYTHONPATH=%~dp0lib;%~dp0"
set PYTHONUTF8=1
py -3.11 -m bot %*
"""


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


def build(platform: str) -> Path:
    """The zip, in build/."""
    folder = ROOT / "build" / "-".join(filter(None, ("dxbot-checker", platform)))
    shutil.rmtree(folder, ignore_errors=True)
    install(folder / "lib", platform)
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
