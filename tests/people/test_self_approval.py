"""Two pairs of eyes: nobody approves what they wrote or handed in, by whatever road they come."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from bot.config import ROOT
from bot.errors import NotAllowed
from bot.services.approval import review
from bot.services.people import accounts
from bot.store.models import Decision, Delivery, Submission, User
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.people.browser import Browser

Add = Callable[[str, Role], User]


@pytest.fixture(params=["wrote it", "handed it in", "did both"])
def submission(office: Office, request: pytest.FixtureRequest) -> Submission:
    """A post with which the officer named shimin-leader has to do already."""
    me = Actor(person="shimin-leader", role=Role.OFFICER)
    author = "soumu-leader" if request.param == "handed it in" else "shimin-leader"
    path = office.post(author=author)
    return office.submit(path, office.officer if request.param == "wrote it" else me)


def _undecided() -> bool:
    return Submission.objects.get().state == "submitted" and not Decision.objects.exists() and not Delivery.objects.exists()


def test_the_service_refuses(office: Office, submission: Submission) -> None:
    with pytest.raises(NotAllowed, match="had a hand"):
        office.approve(submission, Actor(person="shimin-leader", role=Role.OFFICER))
    assert _undecided()


def test_a_key_is_refused(office: Office, submission: Submission, add: Add) -> None:
    key = accounts.issue_token(office.ctx, add("shimin-leader", Role.OFFICER), "自席")
    with pytest.raises(NotAllowed, match="had a hand"):
        review.approve(office.ctx, accounts.actor_for(office.ctx, key), submission.id, submission.digest)
    assert _undecided()


def test_the_command_line_is_refused_in_one_sentence(office: Office, submission: Submission, add: Add) -> None:
    today = replace(office.ctx, clock=SystemClock())  # the command below is a process with the machine's own clock
    key = accounts.issue_token(today, add("shimin-leader", Role.OFFICER), "自席").reveal()
    env = os.environ | {"DXBOT_CONTENT_DIR": str(office.folder), "DXBOT_TOKEN": key}
    command = [sys.executable, "-m", "bot", "approve", str(submission.id)]
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 1
    assert "自分が書いた原稿や申請した原稿、手を加えた原稿は承認できません" in done.stderr
    assert "Traceback" not in done.stderr
    assert _undecided()


def test_the_web_site_offers_no_button_and_refuses_the_form(submission: Submission, add: Add, browser: Browser) -> None:
    add("shimin-leader", Role.OFFICER)
    browser.log_in("shimin-leader")
    page = f"/submissions/{submission.id}/"
    assert f"{page}approve/" not in browser.get(page).text
    refused = browser.post(f"{page}approve/", "/tokens/", digest=submission.digest)
    assert refused.status_code == 403
    assert _undecided()


def test_a_new_name_for_the_same_role_helps_nobody_who_is_not_invited(office: Office, submission: Submission, add: Add) -> None:
    """The road round is a second account; only an operator makes one, and it is in the log under their name."""
    add("shimin-leader", Role.OFFICER)
    with pytest.raises(NotAllowed):
        accounts.invite(office.ctx, Actor(person="shimin-leader", role=Role.OFFICER), "my-second-self", Role.OFFICER)
