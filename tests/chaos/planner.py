"""Plans so many deliveries in the installation of this process's environment, all due now, and ends."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from bot.cli.office import set_up
from bot.clock import SystemClock
from tests.office import TUESDAY, Office
from tests.sandbox_client import SandboxClient


def plan(folder: Path, sandbox: SandboxClient, count: int) -> None:
    """Half for X, half for Facebook."""
    from bot.store.models import Delivery, Lane

    office = Office(folder, {k: v for k, v in os.environ.items() if k.startswith("DXBOT_")}, sandbox)
    office.schedules()
    for number in range(count // 2):
        extra = f"publish: {TUESDAY + timedelta(minutes=5 + number):%Y-%m-%d %H:%M}"
        office.approved(f"p{number}", title=f"見本{number:03}", channels="x, facebook", images="", extra=extra)
    now = SystemClock().now()
    sandbox.reset()  # its clock too: from here on time is real
    sandbox.choose(x_windows=False)
    Lane.objects.update(quota=None)
    Delivery.objects.update(due_at=now, run_at=now, last_at=now + timedelta(days=400))


if __name__ == "__main__":
    set_up()
    plan(Path(sys.argv[1]), SandboxClient(sys.argv[2]), int(sys.argv[3]))
