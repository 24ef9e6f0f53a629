"""make bench: how long things take, as ratios to something known, measured in turn in one run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from bot.config import ROOT
from tests.bench import pages

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


def main() -> None:
    check = [sys.executable, "-m", "bot", "check", str(POST)]
    imports = [sys.executable, "-c", "import markdown, yaml, jinja2"]
    ours, theirs, ratio = in_turn(check, imports)
    rows = [("dxbot check（原稿1件） ÷ import markdown, yaml, jinja2", ours, theirs, ratio, 2.5)]
    rows += pages.rows()
    print(f"{'what':<58}{'ours':>9}{'other':>9}{'ratio':>8}{'bound':>8}")
    for what, a, b, r, bound in rows:
        print(f"{what:<58}{a:>8.3f}s{b:>8.3f}s{r:>8.2f}{bound:>8.1f}{'' if r < bound else '  OVER'}")
    sys.exit(any(r >= bound for *_, r, bound in rows))


if __name__ == "__main__":
    main()
