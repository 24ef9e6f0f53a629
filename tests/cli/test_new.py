"""Starting a post: at a terminal the three questions, elsewhere the template."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bot.config import ROOT
from tests.cli.shell import Shell

pty = pytest.importorskip("pty", reason="a terminal of our own needs a Unix")


def at_terminal(shell: Shell, *arguments: str, answers: list[str]) -> str:
    """All that the terminal showed while the answers were typed."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "bot", "new", *arguments], shell.env)  # noqa: S606
    os.write(terminal, "".join(f"{answer}\n" for answer in answers).encode())
    shown = b""
    try:
        while block := os.read(terminal, 4096):
            shown += block
    except OSError:  # Linux's way to say that the other end is closed
        pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, shown.decode()
    return shown.decode()


def only_post(shell: Shell) -> Path:
    (path,) = (shell.content / "posts").rglob("*.md")
    return path


def test_answered_questions_make_a_post_that_says_all_of_it(shell: Shell) -> None:
    plan = "2-1: {name: ペーパーレス化の推進}\n"
    (shell.content / "strategy" / "plan.yml").write_text(plan, encoding="utf-8")
    answers = ["会議の紙: 減らす", "shimin-leder", "shimin-leader", "2-1"]
    answers += ["紙を刷る手間がありました", "画面で見るようにしました", "半分になりました", "会議の紙が減ります（見本）。"]
    shown = at_terminal(shell, answers=[*answers, "2", "画面が足りません", "来年度に増やします", "市民課"])
    assert "「shimin-leader」（市民課（見本））ではありませんか" in shown
    post = only_post(shell)
    post.write_text(
        post.read_text(encoding="utf-8").replace("images: []", "images: [{file: red.png, alt: 見本, people: none}]"),
        encoding="utf-8",
    )
    assert shell.run("check", post).returncode == 0, shell.run("check", post).stdout
    column = shell.run("render", post, "--channel", "newsletter").stdout
    for words in (answers[0], *answers[4:], "一部達成", "画面が足りません", "来年度に増やします"):
        assert words in column


def test_empty_answers_leave_the_template_to_be_filled_in_later(shell: Shell) -> None:
    at_terminal(shell, "見本の題名", answers=["", "", "", "", "", "", "", ""])
    text = only_post(shell).read_text(encoding="utf-8")
    assert 'author: ""' in text
    assert "（数字と、いつの数字かも書きます。）" in text
    assert "# reason:" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("題名", "--author", "shimin-leadr"), "「shimin-leader」（市民課（見本））ではありませんか"),
        (("題名", "--author", "国際交流課"), "「kokusai-trainee」"),
        (("題名", "--author", "zzz"), "shimin-leader・soumu-leader・kokusai-trainee のどれか"),
        (("題名", "--measure", "21"), "「2-1」（ペーパーレス化の推進）ではありませんか"),
    ],
)
def test_a_name_or_number_nobody_knows_gets_the_nearest(shell: Shell, arguments: tuple[str, ...], says: str) -> None:
    (shell.content / "strategy" / "plan.yml").write_text("2-1: {name: ペーパーレス化の推進}\n", encoding="utf-8")
    done = shell.run("new", *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list((shell.content / "posts").rglob("*.md"))


def test_without_a_terminal_a_title_is_needed(shell: Shell) -> None:
    done = shell.run("new")
    assert done.returncode == 2
    assert "題名" in done.stderr
    assert done.stdout == ""
