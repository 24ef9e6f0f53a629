"""The road that the demo and the drills take on the sandbox: handed in, approved, published from slot to slot, by the same
services, engine and client libraries as in earnest.

Only two things are special: the accounts are the sandbox's, and the clock is moved forward from slot to slot, so that nobody
has to wait.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clock import ManualClock, SystemClock
from bot.registry import load, variables

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox
    from bot.services.records.context import Context
    from bot.services.runner import Runner
    from bot.store.models import Delivery, Submission

OFFICER = "kouhou-demo"
_MOST_WAKES, _MINUTE = 1000, timedelta(minutes=1)
# All that a practice takes over from the office: where its words lie, and how they are shown. No key, no door, nobody to tell.
_TAKEN_OVER = frozenset(
    ("DXBOT_CONTENT_DIR", "DXBOT_SCHEDULES_DIR", "DXBOT_TEMPLATES_DIR", "DXBOT_TIMEZONE", "DXBOT_LANG", "DXBOT_LOG")
)


def point_at(sandbox: Sandbox, var: Path) -> None:
    """From here on, whatever was configured, this process knows the sandbox only, keeps its state in `var` and tells nobody."""
    from bot.sandbox.credentials import environment

    # Emptied, not taken away: a command that a drill starts would take what is missing from the city's `.env`.
    os.environ.update(dict.fromkeys(variables() - _TAKEN_OVER, ""))
    os.environ.update(environment(sandbox.base_url), DXBOT_VAR_DIR=str(var))


def hear(sandbox: Sandbox) -> None:
    """The agency's feed, too, where the city has said how its telegrams name it: otherwise none of them could be read, and all
    would be held (ADR 32)."""
    from bot.content.people import load_city
    from bot.registry import specs
    from bot.sandbox.credentials import feed

    if load_city(load().content_dir / "city.yml", tuple(specs())).disaster:
        os.environ.update(feed(sandbox.base_url))


@contextmanager
def web(port: int = 0) -> Iterator[str]:
    """The web site in a thread: Instagram's API fetches the approved pictures from it."""
    from bot.cli.database import migrate
    from bot.cli.office import set_up

    set_up(database=migrate)  # what is tried here is nobody's record: an older demo's goes on by itself
    from bot.cli.listening import listen

    door = listen(load(), "127.0.0.1", port)
    door.open(lambda: None)
    yield f"http://127.0.0.1:{door.port}"
    door.close()


class Road:
    """Every step. The clock begins at `begin`, or now, and never before what this state has seen already."""

    def __init__(self, sandbox: str, begin: datetime | None = None) -> None:
        from bot.services import practice
        from bot.services.people import requests
        from bot.services.records.context import context

        self._sandbox = sandbox
        self.clock = ManualClock(max(begin or SystemClock().now(), practice.last_moment()))
        self.ctx: Context = context(load(), self.clock)
        requests.accept_all(self.ctx)  # as an operator does, so that the writers are known

    def submit(self, path: Path) -> Submission:
        """As its author. Raises BotError."""
        from bot.services.approval.submit import submit
        from bot.workflow.actors import Actor, Role

        author = self.ctx.library.read(path).author
        # Without a role in the file it is one of the office: whoever writes in an emergency.
        return submit(self.ctx, Actor(person=author.key, role=Role(author.role or Role.OFFICER)), path)

    def approve(self, handed_in: Iterable[Submission]) -> int:
        """As the demo's PR officer, these and nothing else that waits. How many were approved?"""
        from bot.services import practice
        from bot.workflow.actors import Actor, Role

        return practice.approve(self.ctx, Actor(person=OFFICER, role=Role.OFFICER), handed_in)

    def planned(self) -> int:
        from bot.services.delivery.scheduling import deliveries
        from bot.workflow.states import PENDING

        return sum(d.state in PENDING for d in deliveries())

    def publish(self, runner: Runner, until: datetime | None = None) -> Iterator[Delivery]:
        """Move the clock to the next due time, let the publisher wake, until nothing is planned (before `until`)."""
        from bot.services.delivery.scheduling import deliveries
        from bot.workflow.states import DeliveryState

        done: set[int] = set()
        last: list[tuple[int, datetime]] = []
        for _ in range(_MOST_WAKES):
            planned = sorted((d.id, d.run_at) for d in deliveries(DeliveryState.SCHEDULED))
            if not planned:
                break
            due = min(run_at for _, run_at in planned)
            if until is not None and due > until:
                break
            # What stays where it is waits for something that is looked up meanwhile.
            self.move_clock(self.clock.now() + _MINUTE if planned == last else due)
            last = planned
            runner.listen()
            runner.beat()
            for delivery in deliveries():
                if delivery.id not in done and delivery.state not in (DeliveryState.SCHEDULED, DeliveryState.WAITING):
                    done.add(delivery.id)
                    yield delivery

    def move_clock(self, moment: datetime) -> None:
        self.clock.advance_to(moment)
        self._tell_time(self.clock.now().isoformat())

    def posts(self) -> list[dict[str, Any]]:
        """What citizens see, on all timelines."""
        return list(self._get("posts"))

    def order_fault(self, channel: str, kind: str) -> None:
        """For the next commit request of this channel."""
        self._post("faults", {"channel": channel, "on": "commit", "kind": kind})

    def _tell_time(self, moment: str) -> None:
        self._post("clock", {"now": moment})

    def _get(self, what: str) -> list[dict[str, Any]]:
        import requests

        found: list[dict[str, Any]] = requests.get(f"{self._sandbox}/_sandbox/{what}", timeout=5).json()
        return found

    def _post(self, what: str, body: dict[str, str]) -> None:
        import requests

        requests.post(f"{self._sandbox}/_sandbox/{what}", json=body, timeout=5).raise_for_status()
