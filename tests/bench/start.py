"""How long a command takes from its start to its end."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from bot.config import ROOT

RUNS = 11
POST = ROOT / "content" / "posts" / "2026" / "11" / "mynumber.md"


def seconds(command: Sequence[str]) -> float:
    """Wall time of a whole process."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"DXBOT_VAR_DIR": folder}
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=env)
        return time.perf_counter() - start


def in_turn(ours: Sequence[str], other: Sequence[str]) -> tuple[float, float, float]:
    """Medians of both, and the median of the ratios, pair by pair, so that a machine that drifts drifts for both."""
    seconds(ours), seconds(other)
    pairs = [(seconds(ours), seconds(other)) for _ in range(RUNS)]
    mine, theirs = zip(*pairs, strict=True)
    return statistics.median(mine), statistics.median(theirs), statistics.median(a / b for a, b in pairs)


def check() -> tuple[str, float, float, float]:
    """dxbot check on one post beside the import of the libraries that it cannot do without: seconds, seconds, ratio."""
    ours = [sys.executable, "-m", "bot", "check", str(POST)]
    imports = [sys.executable, "-c", "import markdown, yaml, jinja2"]
    return ("dxbot check（原稿1件） ÷ import markdown, yaml, jinja2（秒）", *in_turn(ours, imports))
