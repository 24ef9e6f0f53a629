"""The project's own files, as Git keeps them."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.config import ROOT

_NOT_KEPT = (".git", ".venv*", "__pycache__", "*.mo", "var", "out", "build", "mutants", "*.egg-info", ".*_cache", ".hypothesis")


def copied(to: Path) -> Path:
    """What is not committed yet is among them."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*_NOT_KEPT))
    return to
