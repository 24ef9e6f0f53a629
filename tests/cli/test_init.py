"""A city's own folder: what it begins with, what it overrides, and whose `.env` is read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.folders import city_folder, defaults
from tests.cli.shell import Shell

_GIT = {f"GIT_{who}_{what}": "a@example.jp" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def dxbot(folder: Path, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """As a person types it in `folder`, without a variable of ours."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DXBOT_", "DJANGO_", "GIT_"))}
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    env = clean | {"PYTHONPATH": str(ROOT), "HOME": str(folder)} | env
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DXBOT_", "GIT_"))} | _GIT
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


@pytest.fixture
def city(tmp_path: Path) -> Path:
    done = dxbot(tmp_path, "init", "dx", "--name", "七尾市")
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "dx"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def good(city: Path) -> Path:
    """A post that passes, by a person and for a measure of the city's."""
    write(city, "content/people.yml", "leader: {name: 見本, department: 市民課, role: leader}\n")
    write(city, "content/strategy/plan.yml", '"1": {name: 見本}\n')
    front = "title: 窓口（見本）\nauthor: leader\nmeasure: '1'\nachievement: done\nchannels: [x]\ncontact: 市民課\n"
    return write(city, "content/posts/a.md", f"---\n{front}---\n窓口で書く回数を減らします（見本）。\n")


def test_a_city_begins_with_files_that_pass_the_checks_and_bear_its_name(city: Path) -> None:
    assert {p.name for p in city.iterdir()} >= {"content", "schedules", "templates", ".env.example", "README.md"}
    done = dxbot(city, "check")
    assert (done.returncode, done.stderr) == (0, "")
    text = "".join(p.read_text(encoding="utf-8") for p in city.rglob("*") if p.is_file() and ".git" not in p.parts)
    assert "name: 七尾市" in text
    assert "〔市名〕" not in text
    assert "金沢市" not in text
    path = Path(dxbot(city, "new", "題名").stdout.strip())
    assert path.is_relative_to(city / "content" / "posts")
    assert "[七尾市DX]" in path.read_text(encoding="utf-8")


def test_a_commit_with_a_fault_is_stopped_and_a_good_one_passes(city: Path) -> None:
    post = good(city)
    fine = post.read_text(encoding="utf-8")
    post.write_text(fine.replace("contact:", "kontact:"), encoding="utf-8")
    content = city / "content"
    git(content, "add", ".")
    refused = git(content, "commit", "-m", "見本")
    assert refused.returncode != 0
    assert "posts/a.md:7:" in refused.stdout + refused.stderr
    post.write_text(fine, encoding="utf-8")
    passed = git(content, "commit", "-am", "見本")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    write(city, "content/city.yml", "nane: 七尾市\n")
    assert git(content, "commit", "-am", "見本").returncode != 0


def test_a_second_time_adds_what_is_missing_and_changes_nothing(city: Path) -> None:
    own = write(city, "schedules/slots.yml", "grace: 10m\nslots: {}\n")
    (city / "README.md").unlink()
    written = write(city, "content/city.yml", "name: 別の市\noffice: 課\npaper: 紙\n")
    (city / "content" / "phrases.yml").unlink()
    assert dxbot(city, "init", ".").returncode == 0
    assert own.read_text(encoding="utf-8").startswith("grace: 10m")
    assert (city / "README.md").is_file()
    assert "別の市" in written.read_text(encoding="utf-8")
    assert not (city / "content" / "phrases.yml").exists()  # the content is somebody's repository by now


def test_a_hook_of_somebody_elses_is_left_alone(city: Path) -> None:
    hook = write(city, "content/.git/hooks/pre-commit", "#!/bin/sh\nexit 0\n")
    done = dxbot(city, "init", ".")
    assert "すでにある" in done.stderr
    assert hook.read_text(encoding="utf-8") == "#!/bin/sh\nexit 0\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_where_nobody_may_write_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = dxbot(tmp_path, "init", "dx")
    tmp_path.chmod(0o700)
    assert done.returncode == 2
    assert "書けません" in done.stderr


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    write(tmp_path, "dx/content", "not a folder")
    done = dxbot(tmp_path, "init", "dx")
    assert done.returncode == 2
    assert "に書けません" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["七尾市: 1", "七尾 市", '"', "〔市名〕", "あ" * 21])
def test_a_name_that_would_break_the_files_is_refused(tmp_path: Path, name: str) -> None:
    done = dxbot(tmp_path, "init", "dx", "--name", name)
    assert done.returncode == 2
    assert not (tmp_path / "dx").exists()


def test_a_template_of_the_citys_replaces_that_one_alone(city: Path) -> None:
    good(city)
    before = dxbot(city, "render", "content/posts/a.md").stdout
    assert "窓口で書く回数" in before
    write(city, "templates/posts/x.txt", "七尾の {{ title }}\n")
    assert "七尾の 窓口（見本）" in dxbot(city, "render", "content/posts/a.md").stdout
    write(city, "templates/preview.html", "<p>七尾の見た目</p>")
    assert dxbot(city, "preview", "content/posts/a.md", "-o", "own.html").returncode == 0
    assert (city / "own.html").read_text(encoding="utf-8") == "<p>七尾の見た目</p>"
    (city / "templates" / "preview.html").unlink()
    assert dxbot(city, "preview", "content/posts/a.md", "-o", "ours.html").returncode == 0
    assert "七尾の 窓口（見本）" in (city / "ours.html").read_text(encoding="utf-8")


def test_the_citys_folder_is_found_from_below_and_only_among_its_owners(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = city / "content" / "posts"
    assert city_folder(below) == city
    assert defaults(below)["var_dir"] == city / "var"
    assert defaults(city.parent)["content_dir"] == ROOT / "content"
    owners = {city: 1, below: 2}
    monkeypatch.setattr("bot.folders._owner", lambda folder: owners.get(folder, 2))
    assert city_folder(below) is None


def test_the_env_file_is_read_and_the_process_own_variables_win(city: Path) -> None:
    write(city, ".env", "DXBOT_TIMEZONE=Mars/Base\n").chmod(0o600)
    assert "DXBOT_TIMEZONE" in dxbot(city / "content", "check").stderr
    assert dxbot(city, "check", DXBOT_TIMEZONE="Asia/Tokyo").returncode == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("DXBOT_TIMEZON=Asia/Tokyo", "「DXBOT_TIMEZONE」ではありませんか"),
        ("DXBOT_X_ACCESS_TOKN=a", "「DXBOT_X_ACCESS_TOKEN」ではありませんか"),
        ("DXBOT_SMTP_SERVER_FILE=/etc/server", "「DXBOT_SMTP_SERVER」ではありませんか"),  # no secret: it would not be read
        ("DXBOT_SMTP_USER 'a", "名前=値 の形"),
    ],
)
def test_a_slip_in_the_env_file_is_named_with_its_line(city: Path, line: str, says: str) -> None:
    write(city, ".env", f"# 設定\n\n{line}\n").chmod(0o600)
    done = dxbot(city, "check")
    assert done.returncode == 2
    assert f"{city / '.env'} の3行目" in done.stderr
    assert says in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="modes of files are Unix's")
def test_an_env_file_that_others_can_read_is_refused(city: Path) -> None:
    write(city, ".env", "DXBOT_LANG=ja\n").chmod(0o644)
    done = dxbot(city, "check")
    assert done.returncode == 2
    assert "chmod 600" in done.stderr


def test_the_example_names_every_option_and_sets_none(city: Path, shell: Shell) -> None:
    text = (city / ".env.example").read_text(encoding="utf-8")
    assert all(line.startswith("#") for line in text.splitlines() if line)
    options = shell.python("-c", "from bot.options import options_of\nfrom bot.registry import kinds\n" + _NAMES)
    assert [name for name in options.stdout.split() if f"\n#{name}=" not in text] == []
    shutil.copy(city / ".env.example", city / ".env")
    switched_on = "".join(line[1:] + "\n" for line in text.splitlines() if line.startswith("#D"))
    write(city, ".env", switched_on).chmod(0o600)
    done = dxbot(city, "check")
    assert (done.returncode, done.stderr) == (0, "")


_NAMES = "print(*(name for kind in kinds() for name in options_of(kind)))"
