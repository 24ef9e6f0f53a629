"""The search for what nothing uses finds it."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest

from bot.config import ROOT


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("bot", "templates", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def found(tree: Path) -> list[str]:
    return list(runpy.run_path(str(tree / "tools" / "unused.py"))["unused"]())


def test_nothing_is_unused_and_what_is_gets_named(tree: Path) -> None:
    assert found(tree) == []
    clock = tree / "bot" / "clock.py"
    clock.write_text(clock.read_text(encoding="utf-8") + "\n\ndef nobody_calls_me() -> None:\n    pass\n", encoding="utf-8")
    (line,) = found(tree)
    assert "clock.py" in line
    assert "nobody_calls_me" in line
