"""What a wheel brings that Git does not keep."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import polib

from bot.config import ROOT

CATALOGUE = Path("bot/locale/en/LC_MESSAGES/django.po")


def test_a_wheel_made_from_what_git_keeps_speaks_english(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "bot", tree / "bot", ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tree)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(tree)], check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        (tmp_path / "django.mo").write_bytes(packed.read(CATALOGUE.with_suffix(".mo").as_posix()))
    compiled = {e.msgid: e.msgstr for e in polib.mofile(str(tmp_path / "django.mo"))}
    assert compiled == {e.msgid: e.msgstr for e in polib.pofile(str(ROOT / CATALOGUE)) if e.msgstr}
