"""When the publisher takes the branch by itself, and the command a person gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

from bot.config import ROOT
from bot.services.handing_in import sync
from bot.store.models import ContentBranch
from tests.office import TUESDAY
from tests.sync.desk import Desk


def test_the_publisher_takes_the_branch_at_its_interval_or_when_told(desk: Desk) -> None:
    runner = desk.office.runner()
    desk.write("one")
    desk.commit()
    runner.sync()
    assert desk.submissions() == []
    desk.office.at(TUESDAY + timedelta(seconds=desk.office.ctx.config.content_interval))
    runner.sync()
    assert len(desk.submissions()) == 1
    desk.write("two")
    desk.commit()
    runner.sync()
    assert len(desk.submissions()) == 1
    sync.ask(desk.office.ctx)
    runner.sync()
    assert len(desk.submissions()) == 2
    assert not sync.wanted(desk.office.ctx)


def test_a_clock_that_was_set_back_since_the_last_time_puts_the_next_one_off_no_further(desk: Desk) -> None:
    desk.office.runner().sync()
    assert not sync.wanted(desk.office.ctx)
    ContentBranch.objects.update(taken_at=TUESDAY + timedelta(hours=9))
    assert sync.wanted(desk.office.ctx)


def test_a_server_that_is_away_does_not_stop_the_publisher(desk: Desk) -> None:
    desk.origin.bare.rename(desk.origin.bare.with_name("away"))
    sync.ask(desk.office.ctx)
    desk.office.runner().sync()
    assert not sync.wanted(desk.office.ctx)


ACCEPT = (
    "-c",
    "from bot.cli.office import office; c = office(); from bot.services.people import requests as r; r.accept_all(c)",
)


def test_the_command_tells_each_path_and_a_rewritten_branch_in_one_sentence(desk: Desk) -> None:
    def run(*arguments: str, program: tuple[str, ...] = ("-m", "bot", "sync")) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") and k != "DATABASE_URL"}
        env |= {
            "DXBOT_CONTENT_REPOSITORY": desk.origin.url,
            "DXBOT_VAR_DIR": str(desk.office.ctx.config.var_dir / "command"),
            "DXBOT_SANDBOX": "true",
        }
        command = [sys.executable, *program, *arguments]
        return subprocess.run(command, capture_output=True, env=env, cwd=ROOT, timeout=60, check=False, encoding="utf-8")

    desk.write("good")
    desk.write("bad", extra="link: not a link")
    desk.commit()
    run()  # its files ask for accounts
    run(program=ACCEPT)
    first = run("--json")
    assert first.returncode == 1
    assert {i["path"]: i["taken"] for i in json.loads(first.stdout)["items"]} == {
        "posts/bad.md": "refused",
        "posts/good.md": "submitted",
    }
    desk.origin.forget()
    desk.commit()
    stopped = run()
    assert stopped.returncode == 1
    assert "履歴が書き換えられました" in stopped.stderr
    assert len(stopped.stderr.splitlines()) == 1
    desk.write("bad")
    desk.commit()
    accepted = run("--accept-rewritten")
    assert accepted.returncode == 0, accepted.stderr
    assert "posts/bad.md: 申請しました" in accepted.stdout
