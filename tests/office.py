"""A small city hall for tests: content on disk, people, a clock, and the services."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PIL import Image

from bot.clock import ManualClock
from bot.registry import load
from bot.render.variant import has_all
from tests.sandbox_client import SandboxClient

if TYPE_CHECKING:
    from bot.services.runner import Runner
    from bot.store.models import Delivery, Submission
    from bot.workflow.actors import Actor

TOKYO = ZoneInfo("Asia/Tokyo")
TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=TOKYO)

_PEOPLE = """
shimin-leader: {name: 市民課（見本）, department: 市民課, role: leader, emails: [shimin@example.jp]}
soumu-leader: {name: 総務課（見本）, department: 総務課, role: leader}
kokusai-trainee: {name: 国際交流課（見本）, department: 総務課, role: trainee}
"""
_CITY = """{name: 金沢市, office: 広報広聴課, paper: 新聞広報「いいね金沢」, protected_words: [金沢市], disaster: {
  office: "170000", prefecture: 石川県, city: {code: "1720100", name: 金沢市}, quake: {code: "391", name: 石川県加賀},
  tsunami: {code: "361", name: 石川県加賀}, weather: {code: "170010", name: 加賀}}}"""
_INDICATORS = """
card: {name: 取得率, unit: "%", rate: 46.5, numerator: 208794, denominator: 448702, date: 2022-12-05, source: 提言}
"""
FRONT = """\
id: {identity}
title: {title}
author: {author}
measure: 2-1
achievement: done
channels: [{channels}]
images: [{images}]
"""


PICTURE = "{file: red.png, alt: 赤い四角の見本, people: none}"


NEVER_CLOSED = {
    "slots.yml": "grace: 60m\nslots: {}\n",
    "quiet.yml": "{open: '00:00', close: '24:00', days: [mon, tue, wed, thu, fri, sat, sun], public_holidays: true}",
    "blackouts.yml": "[]\n",
}


def write_schedules(folder: Path, **changed: str) -> Path:
    """A city hall that may send at any time, for tests on the real clock; `changed` are other texts, by the file's stem."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in NEVER_CLOSED.items():
        (folder / name).write_text(changed.get(name.partition(".")[0], text), encoding="utf-8")
    return folder


def write_content(folder: Path) -> None:
    for name, text in (("people.yml", _PEOPLE), ("city.yml", _CITY), ("strategy/indicators.yml", _INDICATORS)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for sub in ("posts", "media"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    for color, width, height in (("red", 800, 600), ("blue", 600, 800)):
        (folder / "media" / f"{color}.png").write_bytes(_png(color, width, height))


@cache
def _png(color: str, width: int, height: int) -> bytes:
    """Drawn once: nearly every test wants it."""
    drawn = BytesIO()
    Image.new("RGB", (width, height), color).save(drawn, "PNG")
    return drawn.getvalue()


def write_post(
    folder: Path,
    name: str = "madoguchi",
    *,
    title: str = "書かない窓口（見本）",
    author: str = "shimin-leader",
    channels: str = "x, instagram, facebook, newsletter",
    extra: str = "slot: lunch",
    body: str = "窓口で書く回数を減らします（見本）。\n\n## 何を変えたか\n\n職員がお話を聞いて入力します。\n",
    images: str = PICTURE,
) -> Path:
    front = FRONT.format(identity=f"01TEST{name}"[:40], title=title, author=author, channels=channels, images=images)
    path = folder / "posts" / f"{name}.md"
    path.write_text(f"---\n{front}{textwrap.dedent(extra).strip()}\n---\n{body}", encoding="utf-8")
    return path


class Office:
    """`ctx` for the services; people who act; a publisher that can be woken."""

    def __init__(self, folder: Path, env: dict[str, str], sandbox: SandboxClient) -> None:
        from bot.services.records.context import context
        from bot.workflow.actors import Actor, Role

        self.folder = folder / "content"
        write_content(self.folder)
        self.env = env | {"DXBOT_CONTENT_DIR": str(self.folder), "DXBOT_VAR_DIR": str(folder / "var")}
        self.clock = ManualClock(TUESDAY)
        self.sandbox = sandbox
        self.ctx = context(load(self.env), self.clock)
        self.author = Actor(person="shimin-leader", role=Role.LEADER)
        self.leader = Actor(person="soumu-leader", role=Role.LEADER)
        self.trainee = Actor(person="kokusai-trainee", role=Role.TRAINEE)
        self.officer = Actor(person="kouhou", role=Role.OFFICER)
        self.operator = Actor(person="unyou", role=Role.OPERATOR)
        self._runners: list[Runner] = []
        self.register()
        self.at(TUESDAY)
        self.mark()

    def close(self) -> None:
        for runner in self._runners:
            runner.engine.close()

    def mark(self) -> None:
        """A publisher has begun here on an empty database: what a test sends without one is no reason to stop."""
        from bot.services.records import mark

        mark.write(self.ctx.config, mark.Mark(entry=0, hash="", at=self.clock.now()), over=True)

    def register(self) -> None:
        """The operator has accepted all that people.yml and city.yml ask for."""
        from bot.services.people import requests
        from bot.services.people.accounts import without_password
        from bot.store.models import User

        for asked in requests.waiting(self.ctx):
            user = User.objects.filter(username=asked.person).first() or without_password(asked.person)
            for field, value in asked.wanted.items():
                setattr(user, field, value)
            user.save()  # by no service: each test looks at a log of its own

    def schedules(self, **changed: str) -> Path:
        """From here on a schedules folder of its own, which is never closed but for what `changed` says."""
        from bot.services.records.context import context

        folder = write_schedules(self.folder.parent / "schedules", **changed)
        self.env |= {"DXBOT_SCHEDULES_DIR": str(folder)}
        self.ctx = context(load(self.env), self.clock)
        return folder

    def at(self, moment: datetime) -> None:
        """Move the clock, the sandbox's too."""
        self.clock.advance_to(moment)
        self.sandbox.set_clock(self.clock.now().isoformat())

    def post(self, name: str = "madoguchi", **given: str) -> Path:
        return write_post(self.folder, name, **given)

    def submit(self, path: Path, actor: Actor | None = None) -> Submission:
        from bot.services.approval.submit import submit

        return submit(self.ctx, actor or self.author, path)

    def approve(self, submission: Submission, actor: Actor | None = None) -> list[Delivery]:
        from bot.services.approval.review import approve

        return approve(self.ctx, actor or self.officer, submission.id, submission.digest)

    def approved(self, name: str = "madoguchi", **given: str) -> list[Delivery]:
        return self.approve(self.submit(self.post(name, **given)))

    def approved_unprintable(self, name: str = "madoguchi", **given: str) -> list[Delivery]:
        """As it was before the checks knew what the paper cannot print."""
        now = self.ctx
        self.ctx = replace(now, specs=tuple(replace(spec, lacks=has_all) for spec in now.specs))
        try:
            return self.approved(name, **given)
        finally:
            self.ctx = now

    def runner(self) -> Runner:
        """A publisher process as it starts: nothing in memory."""
        from bot.services.runner import Runner

        runner = Runner(self.ctx)
        self._runners.append(runner)
        return runner

    def publish_all(self) -> None:
        """Move the clock through every due time, waking a fresh publisher at each."""
        runner = self.runner()
        for _ in range(100):
            due = self.deliveries("scheduled")
            if not due:
                return
            self.at(min(d.run_at for d in due))
            runner.beat()

    def deliveries(self, *states: str) -> Sequence[Delivery]:
        from bot.store.models import Delivery

        rows = Delivery.objects.order_by("channel", "part", "id")
        return list(rows.filter(state__in=states) if states else rows)

    def states(self) -> dict[str, str]:
        return {d.channel: d.state for d in self.deliveries()}
