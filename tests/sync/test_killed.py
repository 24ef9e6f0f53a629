"""A sync that is killed at any step: what is read meanwhile is one whole set, and the next sync takes everything up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

from bot.config import ROOT
from bot.content.library import Library
from bot.services.handing_in import one_set
from bot.store.models import AuditEntry, ContentBranch, Submission
from tests.office import TOKYO
from tests.sync.desk import PEOPLE, SHIMIN, Desk

CITY = "name: {name}\noffice: 広報広聴課\n{paper}: 新聞広報\n"
FEWEST, MOST = 20, 120  # steps that a sync has


class Killed:
    """Syncs in a process of their own, to be killed."""

    def __init__(self, desk: Desk) -> None:
        config = desk.office.ctx.config
        database = settings.DATABASES["default"]
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{database['NAME']}"
        env = {
            **os.environ,
            **desk.office.env,
            "DATABASE_URL": url,
            "DXBOT_CONTENT_REPOSITORY": config.content_repository,
            "DXBOT_CONTENT_DIR": str(config.content_dir),
        }
        command = [sys.executable, "-W", "ignore", "-m", "tests.sync.killed"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def at(self, step: int) -> bool:
        """False if the sync was over before."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{step}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer in ("killed", "done 0"), answer
        return answer == "killed"

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def killed(desk: Desk) -> Iterator[Killed]:
    process = Killed(desk)
    yield process
    process.close()


def in_force(desk: Desk) -> tuple[str, str]:
    """The city's name and that of the first person, both as a post would be read with them."""
    config = desk.office.ctx.config
    library = Library(config.content_dir, TOKYO, {}, config.shared_dir)
    return library.city.name, library.people["shimin-leader"].name


def push(desk: Desk, number: int, paper: str) -> str:
    """Two shared files that belong together, and a post."""
    desk.origin.write("city.yml", CITY.format(name=f"{number}市", paper=paper))
    desk.origin.write("people.yml", PEOPLE.replace("市民課（見本）", f"{number}課"))
    desk.write(f"post{number}", title=f"題{number}", body=f"本文{number}（見本）。\n")
    return desk.commit(SHIMIN)


def test_a_sync_that_is_killed_at_any_step_leaves_a_whole_set_and_is_taken_up_by_the_next(desk: Desk, killed: Killed) -> None:
    before = ("", "")
    for step in range(1, MOST):
        push(desk, step, "paper")
        ended = not killed.at(step)
        whole = (f"{step}市", f"{step}課")
        assert in_force(desk) in (whole, before) if step > 1 else True, step
        desk.sync()
        assert in_force(desk) == whole, step
        assert Submission.objects.filter(path=f"posts/post{step}.md").count() == 1, step
        assert ContentBranch.objects.get().unfinished == [], step
        before = whole
        if ended:
            break
    assert step > FEWEST
    sets = desk.office.ctx.config.sets_dir
    assert not list(sets.glob(".part-*"))
    assert len([f for f in sets.iterdir() if f.is_dir()]) == 3


def test_a_refusal_that_is_killed_at_any_step_is_told_once_and_leaves_nothing_after_the_repair(
    desk: Desk, killed: Killed
) -> None:
    good = in_force(desk)
    for step in range(1, MOST):
        commit = push(desk, step, "papr")
        ended = not killed.at(step)
        assert in_force(desk) == good, step
        desk.sync()
        assert in_force(desk) == good, step
        assert AuditEntry.objects.filter(verb=one_set.REFUSE, object=f"commit:{commit}").count() == 1, step
        assert Submission.objects.filter(path=f"posts/post{step}.md").count() == 1, step
        if ended:
            break
    assert step > FEWEST
    assert "city.yml の3行目" in one_set.standing(desk.office.ctx)
    push(desk, step, "paper")
    report = desk.sync()
    assert [str(i.taken) for i in report.items if not i.path.startswith("posts/")] == []
    assert in_force(desk) == (f"{step}市", f"{step}課")
    assert one_set.standing(desk.office.ctx) == ""
    assert not desk.sync().news
