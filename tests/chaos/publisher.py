"""The real publisher process (or what its arguments say) with short time-outs and looks, so that a test sees in seconds what
takes minutes."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from bot.channels.x import client as _x_client
from bot.cli import main
from bot.cli.private import private_files
from bot.meta_graph import client as _graph


def hurry() -> None:
    _x_client.READ_TIMEOUT = _graph.READ_TIMEOUT = 1.0
    import django

    django.setup()
    from bot.services.delivery import engine, outcome

    engine.LEASE = timedelta(seconds=3)
    outcome.BACKOFF = tuple(timedelta(seconds=s) for s in (0.2, 0.5, 1, 1, 1))
    outcome.RECONCILE_AFTER = tuple(timedelta(seconds=s) for s in (0.2, 0.5, 1, 1.5, 2))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")
    sys.argv = ["dxbot", *(sys.argv[1:] or ["run"])]
    with private_files():
        hurry()
    main.main()
