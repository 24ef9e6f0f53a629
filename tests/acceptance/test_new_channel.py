"""A new channel is a new folder and nothing else: a copy of the program with one folder more, and the contract run on it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.office import write_post
from tests.tree import copied

TOY = Path(__file__).parent / "toy_channel"
_LEAST_STORIES = 75  # of the contract, for one channel


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The program, as it stands, with the toy's folder dropped in."""
    program = copied(tmp_path / "program")
    shutil.copytree(TOY, program / "bot" / "channels" / "toy", ignore=shutil.ignore_patterns("__pycache__"))
    return program


def contract(tree: Path, wanted: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/channels", "-k", wanted]
    return subprocess.run(command, cwd=tree, capture_output=True, encoding="utf-8", timeout=300, check=False)


def test_a_dropped_in_folder_is_a_channel_that_keeps_the_contract(tree: Path) -> None:
    done = contract(tree, "toy")
    assert done.returncode == 0, done.stdout + done.stderr
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    assert int(passed) >= _LEAST_STORIES
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=tree, capture_output=True, encoding="utf-8", check=False
    )
    assert linted.returncode == 0, linted.stdout


def test_a_dropped_in_channel_is_checked_rendered_previewed_and_offered(tree: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "desk", program=tree)
    post = write_post(shell.content, channels="toy, x")
    checked = shell.run("check", post)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "おもちゃのひな型：書かない窓口（見本）" in shell.run("render", post, "--channel", "toy").stdout
    assert shell.run("preview", post, "-o", tmp_path / "a.html").returncode == 0
    assert 'class="post toy-look"' in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "toy" in re.findall(r"[a-z]+", next(iter(re.findall(r"channels: (.+)", new_post(shell)))))
    assert "DXBOT_TOY_TOKEN（_FILE）  おもちゃの鍵　未設定" in shell.run("channels").stdout
    assert "export DXBOT_TOY_BASE_URL='http://127.0.0.1:8001'" in shell.run("sandbox", "--env").stdout


def new_post(shell: Shell) -> str:
    made = shell.run("new", "題名", "--author", "shimin-leader")
    return Path(made.stdout.strip()).read_text(encoding="utf-8")


def test_a_channel_that_counts_no_pictures_when_it_reads_back_is_told_so(tree: Path) -> None:
    module = tree / "bot" / "channels" / "toy" / "sender.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace(" and note.pictures == len(outgoing.media)", ""), encoding="utf-8")
    done = contract(tree, "toy and picture_count")
    assert done.returncode == 1
    assert "配信先「toy」の find() が画像の枚数を見ていません" in done.stdout
