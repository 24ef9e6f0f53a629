"""The office's pages with 10,000 posts, one a day over years, beside the same pages with none."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

MANY = 10_000
RUNS = 15
_PASSWORD = "a long passphrase of the bench"
_TEXT = "窓口で書く回数を減らします（見本）。職員がお話を聞いて入力します。\n" * 30  # some 3 KB
Row = tuple[str, float, float, float]


def rows() -> Iterator[Row]:
    """In a database of its own: each page empty, then full."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DXBOT_VAR_DIR=folder, DXBOT_SANDBOX="true", DJANGO_SETTINGS_MODULE="bot.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        pages = {
            "承認待ち": "/queue/",
            "カレンダー": "/calendar/",
            "配信": "/deliveries/",
            "記録": "/history/",
            "記録を言葉で探す": "/history/?q=窓口で書く",
            "記録を、ない言葉で探す": "/history/?q=ない言葉です",
            "記録を1字で探す": "/history/?q=窓",
            "記録を二つの言葉で探す": "/history/?q=窓口+初回",
            "記録を人・配信先・状態・時期で探す": "/history/?person=a&channel=x&state=published&since=2026-01-01",
        }
        empty = {name: _seconds(path) for name, path in pages.items()}
        _fill()
        for name, path in pages.items():
            full = _seconds(path)
            yield f"{name}の画面（{MANY:,}件） ÷ 空の画面（秒）", full, empty[name], full / empty[name]


def _seconds(path: str) -> float:
    """The best time of one page for a PR officer, through the whole stack but the socket."""
    from django.test import Client

    from bot.store.models import User

    user, _ = User.objects.get_or_create(username="bench", defaults={"role": "officer"})
    user.set_password(_PASSWORD)
    user.save()
    client = Client(headers={"host": "127.0.0.1"})
    # Not by force_login: the cookie that it sets is the session's row, which opens nothing here.
    client.post("/login/", {"login": user.username, "password": _PASSWORD})
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        assert client.get(path).status_code == 200, path
        times.append(time.perf_counter() - start)
    return min(times)


def _fill() -> None:
    from django.utils import timezone

    from bot.store import wording
    from bot.store.models import Delivery, Submission

    now = timezone.now()
    common: dict[str, Any] = {
        "path": "p",
        "author": "a",
        "department": "市民課",
        "measure": "1",
        "submitted_by": "a",
        "digest": "0" * 64,
    }
    common |= {"bundle": '{"variants":[]}' + " " * 6000, "source": _TEXT, "inputs": "0" * 64, "channels": ["x"]}
    waiting = [
        Submission(id=n, identity=f"w{n}", title=f"見本{n}", submitted_at=now, publish_at=now + timedelta(days=n), **common)
        for n in range(1, MANY + 1)
    ]
    for start in range(0, MANY, 1000):
        made = Submission.objects.bulk_create(waiting[start : start + 1000])
        wording.keep((s.id, s.title, s.source) for s in made)
    times = [now + timedelta(days=n - MANY // 2) for n in range(MANY)]
    planned = [
        Delivery(submission_id=n + 1, identity=f"d{n}", channel="x", lane="x", due_at=t, run_at=t, last_at=t, state="published")
        for n, t in enumerate(times)
    ]
    Delivery.objects.bulk_create(planned, batch_size=1000)
