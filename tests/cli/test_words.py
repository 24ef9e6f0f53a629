"""click's own words in Japanese, on the right stream, with the nearest name for what was mistyped."""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.config import ROOT
from tests.cli.shell import Shell

ENGLISH = re.compile(r"[A-Z][a-z]+ [a-z]+|Usage|Options|Error|Missing|Invalid")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("chek",), "chek という命令はありません。"),
        (("blackout", "lst"), "'list' ではありませんか"),
        (("admin", "poeple"), "'people' ではありませんか"),
        (("new", "--autor", "a"), "--autor というオプションはありません。"),
        (("approve",), "次の引数を書いてください: 'NUMBER'"),
        (("approve", "abc"), "'abc' は数として読めません"),
        (("approve", "1", "2"), "余分な引数があります（2）"),
        (("return", "3"), "次のオプションを書いてください: '--reason'"),
        (("deliveries", "--state"), "--state の値を書いてください"),
        (("check", "--format", "xml"), "'text', 'json', 'github'"),
        (("schema", "-o", str(ROOT / "NOTICE")), "ファイルです。フォルダを書いてください"),
        (("explain", "limits.lenght"), "limits.length"),
    ],
)
def test_a_mistake_is_answered_in_japanese_on_standard_error(shell: Shell, arguments: tuple[str, ...], says: str) -> None:
    done = shell.run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert not ENGLISH.search(done.stderr), done.stderr


@pytest.mark.parametrize("command", [(), ("admin",), ("queue",), ("demo",), ("admin", "invite"), ("threads", "settle")])
def test_help_has_no_english_word_of_clicks(shell: Shell, command: tuple[str, ...]) -> None:
    shown = shell.run(*command, "--help").stdout
    assert "使い方: " in shown
    assert not re.search(r"Usage|Options|Commands|Show this|\[OPTIONS\]|COMMAND \[ARGS\]| TEXT| INTEGER", shown), shown


def test_a_mistyped_command_is_followed_by_the_nearest(shell: Shell) -> None:
    assert "'check'" in shell.run("chek").stderr
    assert "ではありませんか" not in shell.run("zzzzzz").stderr


def test_english_is_clicks_own_on_request(shell: Shell) -> None:
    assert "No such command 'chek'" in shell.run("chek", DXBOT_LANG="en").stderr


def test_the_version_is_that_of_the_project(shell: Shell) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert shell.run("--version").stdout == f"dxbot {project['version']}\n"
