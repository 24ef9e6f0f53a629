"""One changed post in a repository of 2,000 beside one in a repository of 20: what a sync costs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from bot.config import ROOT

MANY, FEW, RUNS = 2000, 20, 15
_AUTHOR = "shimin@example.jp"


def table() -> list[tuple[str, float, float, float]]:
    """Medians in seconds, and the median of the ratios, pair by pair, in turn."""
    with tempfile.TemporaryDirectory() as folder, _Desk(folder, MANY) as many, _Desk(folder, FEW) as few:
        many.sync(), few.sync()
        pairs = [(many.sync(), few.sync()) for _ in range(RUNS)]
    ours, other = zip(*pairs, strict=True)
    ratio = statistics.median(a / b for a, b in pairs)
    return [("dxbot sync（変更1件）：原稿2,000件 ÷ 20件（秒）", statistics.median(ours), statistics.median(other), ratio)]


class _Desk:
    """A process with a repository of `count` posts; each `sync` changes one, commits it and takes it."""

    def __init__(self, folder: str, count: int) -> None:
        self.folder, self.count = Path(folder) / str(count), count

    def __enter__(self) -> _Desk:
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench.sync", json.dumps([str(self.folder), self.count])]
        env = os.environ | {
            "DXBOT_VAR_DIR": str(self.folder / "var"),
            "DXBOT_CONTENT_DIR": str(self.folder / "taken"),
            "DXBOT_CONTENT_REPOSITORY": f"file://{self.folder / 'server' / 'origin.git'}",
        }
        self.process = subprocess.Popen(command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def sync(self) -> float:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("\n")
        stdin.flush()
        return float(stdout.readline())


def _work(folder: Path, count: int, orders: IO[str]) -> None:
    from bot.cli.office import office

    ctx = office()
    from bot.services.handing_in.sync import sync
    from bot.services.people import requests
    from tests.office import write_content, write_post
    from tests.sync.origin import Origin

    origin = Origin(folder / "server")
    write_content(origin.desk)
    for number in range(count):
        write_post(origin.desk, f"post{number}", body=f"本文 {number}（見本）。\n")
    _taken_before(ctx, origin.commit(_AUTHOR), count)
    requests.accept_all(ctx)
    for turn, _ in enumerate(orders):
        write_post(origin.desk, f"post{turn}", body=f"直した本文 {turn}（見本）。\n")
        origin.commit(_AUTHOR)
        start = time.perf_counter()
        report = sync(ctx)
        print(time.perf_counter() - start, flush=True)
        assert [str(i.taken) for i in report.items] == ["submitted"]


def _taken_before(ctx: object, head: str, count: int) -> None:
    """The state after a sync of long ago: files, rows, the head; all of it published and done."""
    from bot.repository.checkout import Checkout
    from bot.repository.mirror import EMPTY_TREE
    from bot.services.handing_in import sync
    from bot.services.records.context import Context
    from bot.store.models import ContentBranch, Submission

    assert isinstance(ctx, Context)
    source, now = sync.mirror(ctx), ctx.clock.now()
    source.fetch()
    Checkout(folder=ctx.config.content_dir, mirror=source).write(source.changes(EMPTY_TREE, head))
    for name in ("taken", "checked-out"):
        source.keep(name, head)
    ContentBranch.objects.create(repository=ctx.config.content_repository, branch="main", head=head, taken_at=now)
    Submission.objects.bulk_create(
        Submission(identity=f"01TESTpost{n}", path=f"posts/post{n}.md", title="見本", state="approved", submitted_at=now)
        for n in range(count)
    )


if __name__ == "__main__":
    where, posts = json.loads(sys.argv[1])
    _work(Path(where), posts, sys.stdin)
