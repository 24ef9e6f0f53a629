"""A stop is pressed while 200 posts leave, 20 ms each: what it says is stopped, and nothing begins once it has answered."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime

import pytest
from django.db import connection, connections

from bot.channel_kit.base import Account, Outgoing, Prepared, Receipt
from bot.clock import SystemClock
from bot.registry import load
from bot.services.delivery import pause
from bot.services.records.context import Context, context
from bot.services.runner import Runner
from bot.store.models import Delivery, Lane
from tests.bench import stock
from tests.office import Office

POSTS, EACH = 200, 0.02  # seconds that the platform takes for a post
FEW = 20  # are out when somebody presses
PATIENCE = 30.0


class Platform:
    """Takes each post in 20 ms, and notes when its request began."""

    account = "city"

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.some_are_out = threading.Event()

    def prepare(self, outgoing: Outgoing) -> Prepared:
        return Prepared(outgoing=outgoing, token="")

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        text = prepared.outgoing.text
        assert text not in self.began
        self.began[text] = time.monotonic()
        if len(self.began) >= FEW:
            self.some_are_out.set()
        time.sleep(EACH)
        return Receipt(remote_id=str(len(self.began)), url=f"https://www.facebook.com/{len(self.began)}", at=now)

    def probe(self) -> Account:
        return Account(identity=self.account)


def publisher(ctx: Context, platform: Platform, name: str) -> Runner:
    """As a process of its own is: another owner, other threads."""
    runner = Runner(ctx)
    runner.owner = runner.engine.owner = name
    runner._channels["facebook"] = platform  # type: ignore[assignment]  # of a channel, what is asked here
    return runner


def work(runner: Runner, over: threading.Event) -> None:
    while not over.is_set():
        runner.engine.pump()
    connections.close_all()


def _wait_for_what_is_under_way() -> None:
    end = time.monotonic() + PATIENCE
    while Delivery.objects.filter(state="publishing").exists() and time.monotonic() < end:
        time.sleep(EACH)


# Few accounts: a post waits for the one before it. As many as there are posts: hundreds of intents in one turn.
@pytest.mark.parametrize("lanes", [4, POSTS])
def test_none_begins_after_the_stop_has_answered(office: Office, lanes: int) -> None:
    office.schedules()
    office.sandbox.reset()  # its clock is the machine's again
    ctx = context(load(office.env), SystemClock())
    stock.fill(ctx, [ctx.clock.now()] * POSTS, stock.accounts(lanes), [f"post-{n}@{n}" for n in range(POSTS)])
    Lane.objects.update(quota=None)
    platform, over = Platform(), threading.Event()
    # SQLite has one publisher; on PostgreSQL any number share the work.
    runners = [publisher(ctx, platform, f"machine:{n}") for n in range(2 if connection.vendor == "postgresql" else 1)]
    threads = [threading.Thread(target=work, args=(runner, over)) for runner in runners]
    for thread in threads:
        thread.start()
    try:
        assert platform.some_are_out.wait(PATIENCE)
        stopped = pause.pause(ctx, office.officer, "地震のため")
        pause.see_off()
        answered = time.monotonic()
        _wait_for_what_is_under_way()
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)
        for runner in runners:
            runner.engine.close()
    late = {text: began - answered for text, began in platform.began.items() if began > answered}
    assert not late
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert states == Counter(published=len(platform.began), held=POSTS - len(platform.began))
    assert stopped.held == states["held"]
    assert stopped.leaving <= states["published"]
