"""The one command that runs the main job, as a newcomer runs it; and again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from bot.config import ROOT
from bot.sandbox import server
from tests.sandbox_client import SandboxClient


def run_demo(folder: Path) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") and k != "DJANGO_SETTINGS_MODULE"}
    env = inherited | {"DXBOT_VAR_DIR": str(folder / "var")}
    command = [sys.executable, "-m", "bot", "demo", "-o", str(folder / "out")]
    return subprocess.run(command, capture_output=True, env=env, cwd=ROOT, timeout=120, check=False, encoding="utf-8")


def test_the_demo_publishes_every_sample_post_once_and_a_second_run_nothing_more(tmp_path: Path) -> None:
    first = run_demo(tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    seen = _timelines(tmp_path)
    samples = len(list((ROOT / "content" / "posts").rglob("*.md")))
    assert samples >= 8
    assert Counter(p["channel"] for p in seen) == {"x": samples, "instagram": samples, "facebook": samples}
    assert all(p["media"] and all(m["alt"] for m in p["media"]) for p in seen)
    files = {p.suffix for p in (tmp_path / "out").iterdir()}
    assert {".txt", ".docx"} <= files

    second = run_demo(tmp_path)
    assert second.returncode == 0, second.stdout + second.stderr
    assert _timelines(tmp_path) == seen


def _timelines(folder: Path) -> list[dict[str, object]]:
    with server.create(folder / "var" / "demo" / "sandbox") as sandbox:
        return SandboxClient(sandbox.base_url).posts()


def test_the_sample_posts_have_no_error_and_no_warning() -> None:
    done = subprocess.run([sys.executable, "-m", "bot", "check"], capture_output=True, cwd=ROOT, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    assert "直すところ 0件、確かめるところ 0件" in done.stdout
