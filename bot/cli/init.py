"""dxbot init: a city's own folder, ready for `dxbot demo`, `check` and `serve`. What is there already stays as it is."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from bot import folders
from bot.cli import environment
from bot.cli.console import tell, warn
from bot.errors import ConfigError
from bot.language import say

START = folders.SHIPPED / "templates" / "city"
CITY = "〔市名〕"  # in the files of START, where the city's name goes
_NAME = re.compile(r"[^\s\"'#:{}\[\],&*!|>%@`〔〕]{1,20}")  # as it stands in YAML without quotes, and in a hashtag
_OURS = "dxbot init"  # in our hook, by which it is known again
_HOOK = """#!/bin/sh
# 原稿の点検（{ours} が置きました）。コミットする原稿と共通のファイルに直すところがあれば、コミットを止めます。
git diff --cached --name-only -z --diff-filter=ACMR -- \\
    ':(glob)**/posts/**/*.md' ':(glob)**/people.yml' ':(glob)**/city.yml' ':(glob)**/phrases.yml' \\
    ':(glob)**/hashtags.yml' ':(glob)**/words.yml' ':(glob)**/strategy/*.yml' ':(glob)**/schedules/*.yml' |
    xargs -0 sh -c 'test $# = 0 || exec "$0" -m bot check "$@"' {python}
"""


@click.command("init", epilog="例: dxbot init dx --name 七尾市")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default="", help="市の名前（七尾市 など）。書かなければ「仮の市」とし、あとで city.yml を直します")
def init_command(directory: Path, name: str) -> None:
    """市のフォルダを作ります。原稿・設定・ひな型の置き場と、点検の付いた Git リポジトリができます。

    すでにあるフォルダでは、足りないものだけを加えます。あるものは書きかえません。
    """
    city = name.strip() or "仮の市"
    if not _NAME.fullmatch(city):
        raise click.BadParameter(say("市の名前は、記号と空白を入れずに20字までで書いてください"), param_hint="--name")
    home = directory.resolve()
    try:
        made = [path for path, text in _files(home, city) if _write(path, text)]
        repository = _repository(home / "content")
    except OSError as e:
        raise ConfigError(
            f"{home} cannot be made: {e.strerror}",
            summary=say("{path} に書けません（{reason}）", path=home, reason=e.strerror or ""),
            next_step="書いてよい場所を選んでください",
        ) from e
    tell("{home} に{count}個のファイルを置きました。", home=home, count=len(made))
    if repository:
        click.echo(repository)
    tell("次に：\n  cd {home}\n  dxbot demo      練習用サーバーで、最初から最後までを試す", home=shlex.quote(str(directory)))
    tell("そのあとは README.md の「はじめに」を見てください。")


def _files(home: Path, city: str) -> Iterator[tuple[Path, str]]:
    """What a city's folder begins with. Content that is there is somebody's own, and gets nothing; its last file is the one by
    which it is known, so that what was interrupted is completed the next time."""
    shipped = folders.SHIPPED
    yield home / "README.md", _read(START / "README.md", city)
    yield home / ".gitignore", _read(START / "gitignore", city)
    yield home / ".env.example", environment.example()
    for file in sorted((shipped / "schedules").glob("*.yml")):
        yield home / "schedules" / file.name, _read(file, city)
    yield home / "templates" / "README.md", _read(START / "templates" / "README.md", city)
    content = home / "content"
    if (content / ".git").exists() or (content / "city.yml").exists():
        return
    for name in ("phrases.yml", "words.yml"):
        yield content / name, _read(shipped / "content" / name, city)
    yield content / "posts" / ".gitkeep", ""
    yield content / "media" / ".gitkeep", ""
    for file in sorted((START / "content").rglob("*.yml"), reverse=True):
        yield home / file.relative_to(START), _read(file, city)


def _read(file: Path, city: str) -> str:
    return file.read_text(encoding="utf-8").replace(CITY, city)


def _write(path: Path, text: str) -> bool:
    """False where it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _repository(content: Path) -> str:
    """The content becomes a repository, as `dxbot sync` reads it, and no commit passes unchecked. The words for it; "" where
    nothing is to say. `.env` and `var/` lie outside: no key can slip into a commit."""
    if shutil.which("git") is None:
        warn("git がないので、Git リポジトリは作っていません。入れてから、もう一度 dxbot init を実行してください。")
        return ""
    if _git(content, "rev-parse", "--is-inside-work-tree") != "true":
        _git(content, "init", "--quiet", "--initial-branch=main")
    hooks = _git(content, "rev-parse", "--path-format=absolute", "--git-path", "hooks")
    own = _git(content, "rev-parse", "--path-format=absolute", "--git-common-dir")
    hook = Path(hooks, "pre-commit")
    if not hooks or not own or not hook.is_relative_to(own):
        warn("このパソコンでは、コミットの前の点検の置き場が変えてあるため、点検を置いていません（docs/gate.md）。")
        return ""
    if hook.exists() and _OURS not in hook.read_text(encoding="utf-8", errors="replace"):
        warn("{hook} がすでにあるため、コミットの前の点検を置いていません（docs/gate.md）。", hook=hook)
        return ""
    hook.parent.mkdir(parents=True, exist_ok=True)
    text = _HOOK.format(ours=_OURS, python=shlex.quote(Path(sys.executable).as_posix()))
    hook.write_text(text, encoding="utf-8", newline="\n")
    hook.chmod(0o755)
    return say("content/ を Git リポジトリにし、コミットの前に点検するようにしました。")


def _git(folder: Path, *arguments: str) -> str:
    """What it says; "" where it ends with an error. As the person would call it: this is their own repository."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=env, capture_output=True, check=False, encoding="utf-8", errors="replace")  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""
