"""Trouble of every kind while publishers are killed again and again: at the end each delivery is out exactly once, or refused
for good, or a person's to decide; and citizens see no post twice. One publisher on SQLite, two on PostgreSQL."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

from django.db import connection

from bot.clock import SystemClock
from bot.config import ROOT
from bot.sandbox.faults import AFTER, BEFORE
from bot.store.models import AuditEntry, Delivery, Lane
from tests.office import PICTURE, TUESDAY, Office
from tests.sandbox_client import SandboxClient

EVERYWHERE, WITHOUT_INSTAGRAM = 90, 155
SEED, MOST_SECONDS, KILLS = 20261201, 600, 6
PUBLISHED_FOR_A_STRIKE = 4
FREEZES, MOST_FROZEN = 24, 8  # times, and seconds of one; the lease of tests.chaos.publisher is 3
CHANNELS = ("x", "instagram", "facebook")
# 401 and 403 shut a lane until a person comes; they have tests of their own.
COMMIT_TROUBLE = [k for k in (*BEFORE, *AFTER) if k not in ("401", "403")]
OTHER_TROUBLE = ["429", "500_before", "html_502", "reset_after", "hang_after", "truncated_after", "refuse"]
MOVING = ("scheduled", "publishing", "unknown")


class Publisher:
    """One real publisher process, killed and started anew now and then."""

    def __init__(self, env: dict[str, str], chance: random.Random) -> None:
        self._env, self._chance, self.kills = env, chance, 0
        self._launch()

    def _launch(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.chaos.publisher"]
        out = subprocess.DEVNULL
        self._process = subprocess.Popen(command, env=self._env, cwd=ROOT, stdout=out, stderr=out)
        self._end = time.monotonic() + self._chance.uniform(6, 15)

    def maybe_kill(self) -> None:
        if time.monotonic() > self._end and self.kills < KILLS:
            self.kill()
            self.kills += 1
            self._launch()

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Freezer:
    """Stops a publisher that prepares a delivery, until another has taken over and prepares the very same: then the first goes
    on as if nothing had been. Only what knows that it lost the delivery keeps it from being sent twice."""

    def __init__(self, publishers: list[Publisher], sandbox: SandboxClient) -> None:
        self._publishers, self._sandbox = publishers, sandbox
        self._frozen: Publisher | None = None
        self._last = self.freezes = self.taken_over = 0

    def turn(self) -> None:
        if self._frozen is None:
            self._freeze()
        elif (taken := self._is_taken_over()) or time.monotonic() > self._until:
            self._frozen.signal(signal.SIGCONT)
            self._frozen = None
            self.taken_over += taken

    def _freeze(self) -> None:
        # Each process uploads a picture of its own, so that Facebook would take both posts. Each row once: what has been taken
        # over is for the two to settle, undisturbed.
        preparing = Delivery.objects.filter(state="publishing", intent_at=None, channel="facebook", id__gt=self._last)
        row = preparing.filter(submission__blobs__isnull=False).first()
        if row is None or self.freezes >= FREEZES:
            return
        pid = int(row.lease_owner.rpartition(":")[2])
        self._frozen = next((p for p in self._publishers if p.pid == pid), None)
        if self._frozen:
            self._frozen.signal(signal.SIGSTOP)
            self._row, self._last, self._until = row, row.id, time.monotonic() + MOST_FROZEN
            self._sandbox.fault(row.channel, "slow", on="upload")  # for the one who takes over
            self.freezes += 1

    def _is_taken_over(self) -> bool:
        return Delivery.objects.filter(id=self._row.id, state="publishing", fence__gt=self._row.fence).exists()


def _plan(office: Office) -> int:
    """Every tenth a thread on X; all due now; no quotas, which would take a day."""
    office.schedules()
    for number in range(EVERYWHERE + WITHOUT_INSTAGRAM):
        body = (
            f"{number}番目の見本です。\n\n" + "".join(f"{number}の{n}行目、職員が聞いて入力します。" for n in range(12)) + "\n"
        )
        thread = "x: {thread: true}" if number % 10 == 0 else ""
        channels = "x, instagram, facebook" if number < EVERYWHERE else "x, facebook"
        # A picture can be used once only, so that platforms refuse some second requests by themselves; nothing guards a text.
        images = PICTURE if number < EVERYWHERE or number % 2 else ""
        office.approved(
            f"p{number}",
            title=f"見本{number}",
            extra=f"publish: {TUESDAY + timedelta(minutes=5 + number):%Y-%m-%d %H:%M}\n{thread}",
            body=body,
            channels=channels,
            images=images,
        )
    now = SystemClock().now()
    office.sandbox.reset()  # its clock too: from here on time is real
    office.sandbox.choose(x_windows=False)
    Lane.objects.update(quota=None)
    Delivery.objects.update(due_at=now, run_at=now, last_at=now + timedelta(days=400))
    return Delivery.objects.count()


def test_every_delivery_ends_in_a_certain_state_and_none_is_seen_twice(office: Office, web_site: str) -> None:
    count = _plan(office)
    chance = random.Random(SEED)  # noqa: S311 not a secret
    env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")}
    env |= office.env | {"DXBOT_VAR_DIR": os.environ["DXBOT_VAR_DIR"]}
    publishers = [Publisher(env, chance) for _ in range(2 if connection.vendor == "postgresql" else 1)]
    deadline = time.monotonic() + MOST_SECONDS
    freezer = Freezer(publishers, office.sandbox)
    strikes = 0
    while Delivery.objects.filter(state__in=MOVING).exists() and time.monotonic() < deadline:
        time.sleep(0.02 if len(publishers) > 1 else 0.3)
        while strikes * PUBLISHED_FOR_A_STRIKE <= Delivery.objects.exclude(state__in=MOVING).count():
            _strike(office.sandbox, chance)
            strikes += 1
        _let_time_fly()
        for publisher in publishers:
            publisher.maybe_kill()
        if len(publishers) > 1:
            freezer.turn()
    for publisher in publishers:
        publisher.kill()

    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert all(publisher.kills > 1 for publisher in publishers)
    assert freezer.taken_over > 3 or len(publishers) == 1
    assert sum(states.values()) == count
    assert set(states) <= {"published", "undecided", "failed", "cancelled", "waiting"}, states
    # What still waits is a thread whose earlier part a person must decide on first.
    assert set(Delivery.objects.filter(state="waiting").values_list("after__state", flat=True)) <= {"undecided", "waiting"}
    assert states["published"] > count * 0.6, states
    _judge(office.sandbox.posts())
    _audited()


def _let_time_fly() -> None:
    """A platform that is too busy asks for a quarter of an hour."""
    soon = SystemClock().now() + timedelta(seconds=2)
    Lane.objects.filter(not_before__gt=soon).update(not_before=soon)
    Delivery.objects.filter(state="scheduled", run_at__gt=soon).update(run_at=soon)


def _strike(sandbox: SandboxClient, chance: random.Random) -> None:
    on = chance.choice(("commit", "commit", "upload", "read"))
    kind = chance.choice(COMMIT_TROUBLE if on == "commit" else OTHER_TROUBLE)
    sandbox.fault(chance.choice(CHANNELS), kind, on=on)


def _judge(posts: list[dict[str, object]]) -> None:
    """Against what citizens see."""
    seen = Counter((p["channel"], p["text"]) for p in posts)
    assert not [key for key, times in seen.items() if times > 1]
    for delivery in Delivery.objects.select_related("submission"):
        variants = {v["channel"]: v for v in json.loads(delivery.submission.bundle)["variants"]}
        text = variants[delivery.channel]["parts"][delivery.part]["text"]
        there = seen.pop((delivery.channel, text), 0)
        if delivery.state == "published":
            assert there == 1, delivery.id
        if delivery.state in ("failed", "cancelled", "waiting"):
            assert there == 0, delivery.id
    assert not seen, "a post that nobody approved"


def _audited() -> None:
    """The chain holds although several processes wrote to it, and tells of each publication once."""
    from bot.services.records import audit

    audit.verify()
    told = Counter(AuditEntry.objects.filter(verb__in=("accept", "found")).values_list("object", flat=True))
    published = {f"delivery:{number}" for number in Delivery.objects.filter(state="published").values_list("id", flat=True)}
    assert told == dict.fromkeys(published, 1)
