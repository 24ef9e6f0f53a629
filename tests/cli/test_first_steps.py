"""The first steps at the server: two people, and a post that shows that the city can post."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from tests.cli.shell import Shell


def test_setup_invites_two_people_and_says_what_comes_next(shell: Shell) -> None:
    done = shell.run("admin", "setup", "--operator", "unyou-1", "--officer", "kouhou-1", "--officer-email", "k@example.jp")
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"http://127\.0\.0\.1:8000/account/invited/\d+-\S+/", done.stdout)) == 2
    assert "dxbot doctor" in done.stdout
    people = shell.run("admin", "people").stdout
    assert "unyou-1  運用担当" in people
    assert "kouhou-1  広報担当" in people


def test_setup_makes_no_third_and_no_two_roles_of_one(shell: Shell) -> None:
    alone = shell.run("admin", "setup", "--operator", "a", "--officer", "a")
    assert (alone.returncode, "同じ名前" in alone.stderr) == (1, True)
    assert shell.run("admin", "setup", "--operator", "a", "--officer", "b").returncode == 0
    again = shell.run("admin", "setup", "--operator", "c", "--officer", "d")
    assert (again.returncode, "もう登録されています" in again.stderr) == (1, True)
    assert "c  " not in shell.run("admin", "people").stdout


def test_a_trial_is_a_post_like_any_other(shell: Shell) -> None:
    made = shell.run("new", "--trial", "--author", "shimin-leader", "--measure", "2-1")
    assert made.returncode == 0, made.stderr
    path = Path(made.stdout.strip())
    assert "channels: [x, instagram, facebook]" in path.read_text(encoding="utf-8")
    Image.new("RGB", (800, 800), "white").save(shell.content / "media" / "trial.png")
    picture = "images: [{file: trial.png, alt: 投稿の確認と書いた図, people: none}]"
    path.write_text(path.read_text(encoding="utf-8").replace("images: []", picture), encoding="utf-8")
    checked = shell.run("check", path)
    assert checked.returncode == 0, checked.stdout
    token = shell.token("shimin-leader", "leader")
    assert shell.run("submit", path, DXBOT_TOKEN=token).returncode == 0
    assert "投稿の確認" in shell.run("queue", DXBOT_TOKEN=token).stdout
