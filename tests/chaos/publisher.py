"""The real publisher process with short time-outs and looks, so that a test sees in seconds what takes minutes."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

from bot.channels import _graph, _x_client, x
from bot.cli.main import cli
from bot.cli.office import set_up


def hurry() -> None:
    _x_client.READ_TIMEOUT = _graph.READ_TIMEOUT = 1.0
    for module in (x, _graph):  # a platform asks for up to a quarter of an hour
        patch.object(module, "_wait", return_value=1.0).start()
    set_up()
    from bot.services import outcome, publish

    publish.LEASE = timedelta(seconds=6)
    outcome.BACKOFF = tuple(timedelta(seconds=s) for s in (0.2, 0.5, 1, 2, 3))
    outcome.LOOKS = tuple(timedelta(seconds=s) for s in (0.3, 1, 2, 4, 8))


if __name__ == "__main__":
    hurry()
    cli(["run"])
