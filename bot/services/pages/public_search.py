"""Searching the public site by an index beside its pages: Pagefind, which cuts Japanese into words (extra `report`)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from bot.errors import ConfigError

FOLDER = "pagefind"  # in the site; all of it is Pagefind's
_PARTS = ("pagefind", "pagefind_bin_extended")


def is_available() -> bool:
    return all(find_spec(part) for part in _PARTS)


def index(site: Path) -> None:
    """Anew, of the pages that are there. Raises ConfigError."""
    shutil.rmtree(site / FOLDER, ignore_errors=True)
    done = subprocess.run(  # noqa: S603 a program that came with us, and a folder of the operator's
        [sys.executable, "-m", "pagefind", "--site", str(site), "--output-subdir", FOLDER],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        shutil.rmtree(site / FOLDER, ignore_errors=True)  # a half index would pass for one
        raise ConfigError(
            f"pagefind: {done.stderr[-500:]}",
            summary="検索の索引を作れませんでした",
            next_step="ほかのページはできています。ディスクの空きと、フォルダーに書けることを確かめてください",
        )
