"""dxbot check on a thousand posts: beside parsing them alone, beside itself after one change, beside textlint."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.checks import registry
from bot.checks.cache import Cache, basis_of
from bot.cli.core import Core
from bot.config import ROOT
from bot.registry import load
from tests.bench.start import seconds
from tests.office import write_content

POSTS, RUNS = 1000, 3
PRESET = ("textlint@14", "textlint-rule-preset-ja-technical-writing@10")
Row = tuple[str, float, float, float]
_FRONT = """---
id: 01TEST{number:05}
title: 書かない窓口の{number}件目（見本）
author: shimin-leader
measure: 1-1
achievement: done
channels: [x, instagram, facebook, newsletter]
images: [{{file: red.png, alt: 赤い四角の見本, people: none}}]
slot: lunch
---
"""


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        content = Path(folder) / "content"
        _fill(content)
        core = Core(load({"DXBOT_CONTENT_DIR": str(content), "DXBOT_VAR_DIR": str(Path(folder) / "var")}))
        paths = core.library.paths()
        pairs = [
            (_time(lambda: _check(core, paths)), _time(lambda: [core.library.read(p) for p in paths])) for _ in range(RUNS)
        ]
        yield _middle(f"dxbot check（{POSTS:,}原稿） ÷ 読み取りだけ（秒）", pairs)
        yield _after_one_change(core, paths)
        yield from _textlint(content, Path(folder))


def _fill(content: Path) -> None:
    """Posts as long as a real one, with the sample posts' prose."""
    write_content(content)
    prose = [p.read_text(encoding="utf-8").split("---\n", 2)[2] for p in sorted((ROOT / "content" / "posts").rglob("*.md"))]
    plain = ["\n".join(line for line in text.split("\n") if "{{" not in line) for text in prose]
    for number in range(POSTS):
        body = f"{number}件目のお知らせです（見本）。\n{plain[number % len(plain)]}"
        (content / "posts" / f"{number:05}.md").write_text(_FRONT.format(number=number) + body, encoding="utf-8")


def _check(core: Core, paths: list[Path], cache: Cache | None = None) -> None:
    found = list(registry.check_paths(core.library, paths, core.specs, core.templates, cache))
    assert not any(f.level == "error" for _, findings in found for f in findings), found[0]


def _after_one_change(core: Core, paths: list[Path]) -> Row:
    def run() -> None:
        cache = Cache(core.config.var_dir / "checks.json", basis_of(core.basis()))
        _check(core, paths, cache)
        cache.save()

    first = _time(run)
    paths[0].write_text(paths[0].read_text(encoding="utf-8") + "\n書き足しました。\n", encoding="utf-8")
    second = _time(run)
    return f"dxbot check：1件変えた2回目 ÷ 初め（{POSTS:,}原稿、秒）", second, first, second / first


def _textlint(content: Path, folder: Path) -> Iterator[Row]:
    """As whole processes, on the same files; left out where npm cannot install it."""
    home = folder / "textlint"
    home.mkdir()
    (home / "package.json").write_text("{}", encoding="utf-8")
    (home / ".textlintrc.json").write_text(json.dumps({"rules": {"preset-ja-technical-writing": True}}), encoding="utf-8")
    try:
        subprocess.run(["npm", "install", "--silent", *PRESET], cwd=home, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        print("textlint は、npm で入れられないため比べていません。", file=sys.stderr)
        return
    command = [
        str(home / "node_modules" / ".bin" / "textlint"),
        "--config",
        str(home / ".textlintrc.json"),
        str(content / "posts"),
    ]
    ours = [sys.executable, "-m", "bot", "check"]
    os.environ["DXBOT_CONTENT_DIR"] = str(content)
    try:
        mine = seconds(ours)
    finally:
        del os.environ["DXBOT_CONTENT_DIR"]
    theirs = _time(lambda: subprocess.run(command, cwd=home, check=False, capture_output=True))
    yield f"dxbot check ÷ textlint（preset-ja-technical-writing、{POSTS:,}原稿、秒）", mine, theirs, mine / theirs


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _middle(what: str, pairs: list[tuple[float, float]]) -> Row:
    ours, other = zip(*pairs, strict=True)
    return what, statistics.median(ours), statistics.median(other), statistics.median(a / b for a, b in pairs)
