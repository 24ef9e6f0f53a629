"""Trouble of every kind while a publisher is killed again and again: at the end each delivery is out exactly once, or refused
for good, or a person's to decide; and citizens see no post twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

from bot.clock import SystemClock
from bot.config import ROOT
from bot.sandbox.faults import AFTER, BEFORE
from bot.store.models import Delivery, Submission
from tests.office import Office
from tests.sandbox_client import SandboxClient

POSTS, SEED, MOST_SECONDS = 12, 20261201, 240
CHANNELS = ("x", "instagram", "facebook")
# 401 and 403 shut a lane until a person comes; they have tests of their own.
COMMIT_TROUBLE = [k for k in (*BEFORE, *AFTER) if k not in ("401", "403")]
OTHER_TROUBLE = ["429", "500_before", "html_502", "reset_after", "hang_after", "truncated_after", "refuse"]
MOVING = ("scheduled", "publishing", "unknown")


class Weather:
    """Faults and kills from one seed."""

    def __init__(self, sandbox: SandboxClient, env: dict[str, str]) -> None:
        self.random, self.sandbox, self.env = random.Random(SEED), sandbox, env  # noqa: S311 not a secret
        self.publisher = self.launch()
        self.kills, self.next_kill = 0, time.monotonic() + 6

    def launch(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "tests.chaos.publisher"]
        return subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def strike(self) -> None:
        on = self.random.choice(("commit", "commit", "upload", "read"))
        kind = self.random.choice(COMMIT_TROUBLE if on == "commit" else OTHER_TROUBLE)
        self.sandbox.fault(self.random.choice(CHANNELS), kind, on=on)
        if time.monotonic() > self.next_kill:
            self.next_kill = time.monotonic() + self.random.uniform(4, 9)
            self.publisher.kill()
            self.publisher.wait()
            self.publisher = self.launch()
            self.kills += 1


def _plan(office: Office) -> int:
    """Posts for all three channels, every tenth a thread on X; all due now."""
    for number in range(POSTS):
        body = (
            f"{number}番目の見本です。\n\n" + "".join(f"{number}の{n}行目、職員が聞いて入力します。" for n in range(12)) + "\n"
        )
        thread = "x: {thread: true}" if number % 10 == 0 else ""
        office.approved(f"p{number}", title=f"見本{number}", extra=f"slot: lunch\n{thread}", body=body)
    now = SystemClock().now()
    office.sandbox.reset()  # its clock too: from here on time is real
    Delivery.objects.update(due_at=now, run_at=now, last_at=now + timedelta(days=400))
    return Delivery.objects.count()


def test_every_delivery_ends_in_a_certain_state_and_none_is_seen_twice(office: Office, web_site: str) -> None:
    count = _plan(office)
    env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")}
    weather = Weather(office.sandbox, env | office.env | {"DXBOT_VAR_DIR": os.environ["DXBOT_VAR_DIR"]})
    deadline = time.monotonic() + MOST_SECONDS
    while Delivery.objects.filter(state__in=MOVING).exists() and time.monotonic() < deadline:
        time.sleep(0.7)
        weather.strike()
    weather.publisher.kill()
    weather.publisher.wait()

    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert weather.kills > 2
    assert sum(states.values()) == count
    assert set(states) <= {"published", "undecided", "failed", "cancelled", "waiting"}, states
    # What still waits is a thread whose earlier part a person must decide on first.
    assert set(Delivery.objects.filter(state="waiting").values_list("after__state", flat=True)) <= {"undecided", "waiting"}
    assert states["published"] > count * 0.6, states
    _judge(office.sandbox.posts())


def _judge(posts: list[dict[str, object]]) -> None:
    """Against what citizens see."""
    seen = Counter((p["channel"], p["text"]) for p in posts)
    assert not [key for key, times in seen.items() if times > 1]
    for delivery in Delivery.objects.select_related("submission"):
        variants = {v["channel"]: v for v in json.loads(delivery.submission.bundle)["variants"]}
        text = variants[delivery.channel]["parts"][delivery.part]["text"]
        there = seen[delivery.channel, text]
        if delivery.state == "published":
            assert there == 1, delivery.id
        if delivery.state in ("failed", "cancelled"):
            assert there == 0, delivery.id
    assert Submission.objects.count() == POSTS
