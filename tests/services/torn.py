"""A thread of five parts, of which something happens to one as it is about to leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from bot.channel_kit.base import Outgoing, Prepared, Receipt
from bot.schedule.rules import Blackout
from bot.services.approval import withdrawing
from bot.services.delivery import blackouts, pause, stale
from bot.services.runner import Runner
from bot.services.telling import notices
from bot.store.models import AuditEntry, Delivery, User
from bot.store.notices import Bookmark, Notice
from bot.workflow.actors import Role
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
A_WHILE = timedelta(hours=2)  # a blackout's
LONG = "最初の段落です（見本）。\n\n" + "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(24)) + "\n"
Break = Callable[[Office], None]


class Thread:
    """A thread of five, of which something happens to the k-th part as it is about to leave."""

    def __init__(self, office: Office, part: int, happens: Break, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office, self.told = office, replace(office.ctx, config=replace(office.ctx.config, smtp_server="127.0.0.1:1"))
        Notice.objects.all().delete()
        last = AuditEntry.objects.order_by("-id").first()
        Bookmark.objects.update(entry=last.id if last else 0)
        for person, role in (("kouhou-2", Role.OFFICER), ("kacho", Role.HEAD)):
            User.objects.create(username=person, role=role, email=f"{person}@example.jp")
        self.made = office.approved(channels="x", extra="slot: lunch\nx: {thread: true}", body=LONG)
        assert len(self.made) == 5
        self.runner = office.runner()
        channel = self.runner.channel("x")
        commit, count = channel.commit, 0

        def meddled(prepared: Prepared, now: object) -> Receipt:
            nonlocal count
            count += 1
            if count == part:
                happens(office)
                connection.close()  # this thread's own
            return commit(prepared, now)  # type: ignore[arg-type]

        monkeypatch.setattr(channel, "commit", meddled)
        office.at(NOON)
        for _ in range(part + 1):
            self.beat()

    def beat(self, after: timedelta = timedelta(0), runner: Runner | None = None) -> None:
        self.office.at(self.office.clock.now() + after)
        (runner or self.runner).beat()

    def until_it_rests(self) -> None:
        """Looks, tries and missed times, to their end."""
        for _ in range(14):
            self.beat(timedelta(minutes=6))

    @property
    def number(self) -> int:
        return self.made[0].id

    def states(self) -> list[str]:
        return [d.state for d in self.office.deliveries()]

    def shown(self) -> list[dict[str, object]]:
        return [post for post in self.office.sandbox.posts("x") if not post["deleted"]]

    def problem(self, part: int) -> str:
        return self.office.deliveries()[part - 1].problem

    def is_whole(self) -> bool:
        ours = {row.remote_id for row in self.office.deliveries()}
        posts = [post for post in self.shown() if post["id"] in ours]
        replies = [p["in_reply_to"] for p in posts] == [None, *(p["id"] for p in posts[:-1])]
        return replies and len({p["text"] for p in posts}) == len(posts) == 5 and self.states() == ["published"] * 5

    def lines(self, kind: str) -> list[str]:
        while notices.take_in(self.told):
            pass
        rows = Notice.objects.filter(kind=kind, address="kouhou-2@example.jp").order_by("id")
        return [row.line for row in rows]


def fault(kind: str, times: int = 1, on: str = "commit") -> Break:
    return lambda office: office.sandbox.fault("x", kind, on, times)


def lost_and_unreadable(office: Office) -> None:
    """It is made, its answer is lost, and nothing can be read: a person has to look."""
    office.sandbox.fault("x", "reset_after")
    office.sandbox.fault("x", "500_before", on="read", times=50)


def stop(office: Office) -> None:
    pause.pause(office.ctx, office.officer, "急ぎの停止")


def delete(part: int) -> Break:
    """Somebody deletes this part at the platform."""
    return lambda office: office.runner().channel("x").delete(office.deliveries()[part - 1].remote_id)


def by_hand(office: Office) -> None:
    """Somebody answers the last part in the platform's own app, and posts something else besides."""
    channel = office.runner().channel("x")
    last = office.deliveries("published")[-1].remote_id
    for text, parent in (("ご質問への返事です。", last), ("別のお知らせです。", "")):
        channel.commit(Prepared(outgoing=Outgoing(key="hand", text=text, parent=parent)), office.clock.now())


def blackout(office: Office) -> None:
    wanted = Blackout(
        start=office.clock.now(), end=NOON + A_WHILE, kind="mourning", why="弔意", set_by="kouhou", channels=frozenset()
    )
    blackouts.enter(office.ctx, office.officer, wanted)


def edit(office: Office) -> None:
    office.post(channels="x", extra="slot: lunch\nx: {thread: true}", body="違う文です。\n")
    stale.sweep(office.ctx)


def withdraw(office: Office) -> None:
    withdrawing.withdraw(office.ctx, office.author, Delivery.objects.first().submission_id)  # type: ignore[union-attr]
