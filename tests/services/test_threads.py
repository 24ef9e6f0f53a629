"""A thread that breaks in the middle: what stands is one whole thread, none, or a recorded half, and people are told once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from django.db import connection

from bot.channel_kit.base import Prepared, Receipt
from bot.errors import NotAllowed, NotFound, ScheduleError
from bot.sandbox.server import Sandbox
from bot.services.approval import review
from bot.services.delivery import pause, reconcile, removal, stale, threads
from bot.services.runner import Runner
from bot.services.telling import notices
from bot.store.models import AuditEntry, Delivery, Lane, User
from bot.store.notices import Bookmark, Notice
from bot.store.threads import Removal, ThreadDecision
from bot.workflow.actors import Actor, Role
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
LONG = "最初の段落です（見本）。\n\n" + "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(24)) + "\n"
SECOND = Actor(person="kouhou-2", role=Role.OFFICER)
Break = Callable[[Office], None]


@pytest.fixture
def heal(sandbox_server: Sandbox) -> Callable[[], None]:
    """The platform is well again."""
    return sandbox_server._faults.clear


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

    def is_whole(self) -> bool:
        posts = self.shown()
        replies = [p["in_reply_to"] for p in posts] == [None, *(p["id"] for p in posts[:-1])]
        return replies and len({p["text"] for p in posts}) == len(posts) == 5 and self.states() == ["published"] * 5

    def lines(self, kind: str) -> list[str]:
        while notices.take_in(self.told):
            pass
        rows = Notice.objects.filter(kind=kind, address="kouhou-2@example.jp").order_by("id")
        return [row.line for row in rows]


def _fault(kind: str, times: int = 1) -> Break:
    return lambda office: office.sandbox.fault("x", kind, times=times)


def _stop(office: Office) -> None:
    pause.pause(office.ctx, office.officer, "急ぎの停止")


def _delete_before(office: Office) -> None:
    """Somebody deletes, at the platform, the part to which this one replies."""
    last = office.deliveries("published")[-1]
    office.runner().channel("x").delete(last.remote_id)


def _edit(office: Office) -> None:
    office.post(channels="x", extra="slot: lunch\nx: {thread: true}", body="違う文です。\n")
    stale.sweep(office.ctx)


def _withdraw(office: Office) -> None:
    review.withdraw(office.ctx, office.author, Delivery.objects.first().submission_id)  # type: ignore[union-attr]


# What happens to the k-th part → how many then stand for good.
ENDS: dict[str, tuple[Break, int]] = {
    "refused": (_fault("403"), 0),
    "limited for over an hour": (_fault("429", times=30), 0),
    "the token": (_fault("401"), 0),
    "lost and not made": (_fault("500_before"), 0),
    "reset before it was read": (_fault("refuse"), 0),
}
WHOLE: dict[str, Break] = {
    "lost and made": _fault("reset_after"),
    "limited once": _fault("429"),
    "edited": _edit,
}


def _settled(thread: Thread) -> None:
    """A person looks at what is in doubt: it is not there."""
    for row in thread.office.deliveries("undecided"):
        reconcile.decide_let_be(thread.office.ctx, thread.office.officer, row.id)
    pause.resume(thread.office.ctx, thread.office.officer, "x")


@pytest.mark.parametrize("part", [2, 3, 5])
@pytest.mark.parametrize("what", ENDS)
@pytest.mark.parametrize("way", ["go_on", "take_down", "leave"])
def test_a_broken_thread_becomes_whole_none_or_a_recorded_half(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None], what: str, part: int, way: str
) -> None:
    happens, more = ENDS[what]
    thread = Thread(office, part, happens, monkeypatch)
    thread.until_it_rests()
    _settled(thread)
    stands = part - 1 + more
    assert len(thread.shown()) == stands
    (half,) = threads.broken()
    assert half.label == f"一部配信済み（5件のうち{stands}件）"
    (line,) = thread.lines("partly")
    assert half.label in line
    assert f"{part}件目" in line
    assert [*thread.lines("missed"), *thread.lines("failed")] == []
    if way == "go_on":
        at = threads.go_on(office.ctx, office.officer, thread.number)
        heal()
        thread.beat(at - office.clock.now(), office.runner())
        assert thread.is_whole()
        assert threads.broken() == []
    elif way == "take_down":
        assert threads.take_down(office.ctx, office.officer, thread.number, "半分では誤解されるため") == stands
        office.runner().remove()
        assert thread.shown() == []
        assert thread.states()[:stands] == ["removed"] * stands
    else:
        threads.leave(office.ctx, office.officer, thread.number, "要点は伝わっているため")
        thread.until_it_rests()
        assert len(thread.shown()) == stands
        (half,) = threads.broken()
        assert half.left
        assert half.decision is not None
        assert half.decision.reason == "要点は伝わっているため"
    assert len(thread.lines("partly")) == 1


@pytest.mark.parametrize("part", [2, 4, 5])
@pytest.mark.parametrize("what", WHOLE)
def test_a_thread_that_nothing_ends_becomes_whole_by_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch, what: str, part: int
) -> None:
    thread = Thread(office, part, WHOLE[what], monkeypatch)
    for _ in range(20):
        thread.beat(timedelta(minutes=1))
    assert thread.is_whole()
    assert thread.lines("partly") == []


def test_a_stop_in_the_middle_is_gone_on_with_after_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _stop, monkeypatch)
    thread.until_it_rests()
    (half,) = threads.broken()
    assert (half.stands, len(thread.shown())) == (2, 2)
    with pytest.raises(NotAllowed, match="paused"):
        threads.go_on(office.ctx, office.officer, thread.number)
    pause.resume(office.ctx, office.officer)
    threads.go_on(office.ctx, office.officer, thread.number)
    thread.beat(runner=office.runner())
    assert thread.is_whole()


def test_a_take_down_works_at_night_while_all_is_stopped_and_the_account_is_closed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(office, 3, _fault("403"), monkeypatch)
    office.at(NOON.replace(hour=23))
    _stop(office)
    Lane.objects.update(closed_at=office.clock.now())
    threads.take_down(office.ctx, office.officer, thread.number, "誤りのため")
    thread.runner.remove()
    assert thread.shown() == []
    assert threads.broken() == []


def test_a_withdrawal_half_way_is_told_and_cannot_be_gone_on_with(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _withdraw, monkeypatch)
    thread.until_it_rests()
    (line,) = thread.lines("partly")
    assert "5件のうち2件" in line
    assert "取り下げ" in line
    with pytest.raises(NotAllowed, match="not approved"):
        threads.go_on(office.ctx, office.officer, thread.number)
    threads.take_down(office.ctx, office.officer, thread.number, "取り下げのため")
    thread.runner.remove()
    assert thread.shown() == []


def test_a_reply_to_what_somebody_deleted_is_refused_and_the_rest_can_be_taken_down(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(office, 3, _delete_before, monkeypatch)
    thread.until_it_rests()
    assert len(thread.shown()) == 1
    threads.take_down(office.ctx, office.officer, thread.number, "途中が消されたため")
    thread.runner.remove()
    assert thread.shown() == []
    assert thread.states()[:2] == ["removed"] * 2


def test_who_confirms_a_part_sets_the_next_one_free(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None]
) -> None:
    def lost(office: Office) -> None:
        office.sandbox.fault("x", "reset_after")
        office.sandbox.fault("x", "500_before", on="read", times=50)

    thread = Thread(office, 2, lost, monkeypatch)
    thread.until_it_rests()
    (row,) = office.deliveries("undecided")
    posted = office.sandbox.posts("x")[-1]["id"]
    base = office.env["DXBOT_X_BASE_URL"]
    with pytest.raises(NotAllowed, match="no number"):
        reconcile.decide_published(office.ctx, office.officer, row.id, f"{base}/kanazawa")
    reconcile.decide_published(office.ctx, office.officer, row.id, f"{base}/i/status/{posted}")
    heal()
    thread.beat(runner=office.runner())
    assert thread.is_whole()


def test_what_a_person_frees_at_night_waits_for_a_decision(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None]
) -> None:
    def lost(office: Office) -> None:
        office.sandbox.fault("x", "reset_after")
        office.sandbox.fault("x", "500_before", on="read", times=50)

    thread = Thread(office, 2, lost, monkeypatch)
    thread.until_it_rests()
    (row,) = office.deliveries("undecided")
    posted = office.sandbox.posts("x")[-1]["id"]
    office.at(NOON.replace(hour=22))
    heal()
    reconcile.decide_published(office.ctx, office.officer, row.id, f"{office.env['DXBOT_X_BASE_URL']}/i/status/{posted}")
    thread.beat(runner=office.runner())
    assert thread.states() == ["published", "published", "held", "waiting", "waiting"]
    assert len(thread.lines("partly")) == 1
    at = threads.go_on(office.ctx, office.officer, thread.number)
    assert at.astimezone(NOON.tzinfo).hour == 9
    thread.beat(at - office.clock.now(), office.runner())
    assert thread.is_whole()


def test_sending_again_after_the_hour_goes_out_or_says_why_not(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 1, _fault("500_before"), monkeypatch)
    thread.until_it_rests()
    (row,) = office.deliveries("undecided")
    office.at(NOON.replace(hour=20))
    with pytest.raises(ScheduleError):
        reconcile.decide_again(office.ctx, office.officer, row.id)
    office.at(NOON + timedelta(days=1))
    reconcile.decide_again(office.ctx, office.officer, row.id)
    thread.beat(runner=office.runner())
    assert thread.is_whole()


def test_not_sending_ends_the_rest_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _fault("500_before"), monkeypatch)
    thread.until_it_rests()
    (row,) = office.deliveries("undecided")
    reconcile.decide_let_be(office.ctx, office.officer, row.id)
    assert thread.states() == ["published", *["cancelled"] * 4]


@pytest.mark.parametrize("answer", ["500_before", "500_after", "reset_after", "html_502", "truncated_after"])
def test_an_unclear_answer_to_a_delete_is_looked_up(office: Office, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    thread = Thread(office, 2, _fault("403"), monkeypatch)
    threads.take_down(office.ctx, office.officer, thread.number, "誤りのため")
    office.sandbox.fault("x", answer, on="upload")
    thread.runner.remove()
    assert thread.states()[0] == "published"
    for _ in range(3):
        office.at(office.clock.now() + timedelta(minutes=2))
        thread.runner.remove()
    assert thread.shown() == []
    assert thread.states()[0] == "removed"


def test_what_cannot_be_looked_up_is_given_to_a_person(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _fault("403"), monkeypatch)
    threads.take_down(office.ctx, office.officer, thread.number, "誤りのため")
    office.sandbox.fault("x", "reset_after", on="upload")
    office.sandbox.fault("x", "500_before", on="read", times=50)
    for _ in range(8):
        thread.runner.remove()
        office.at(office.clock.now() + timedelta(minutes=21))
    (row,) = Removal.objects.all()
    assert row.state == "undecided"
    assert "確かめ" in row.problem
    assert len(thread.lines("stuck")) == 1
    removal.decide_gone(office.ctx, office.officer, row.id)
    assert thread.states()[0] == "removed"
    with pytest.raises(NotFound):
        removal.decide_gone(office.ctx, office.officer, row.id)


def test_a_worker_that_died_over_a_delete_is_looked_after(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _fault("403"), monkeypatch)
    threads.take_down(office.ctx, office.officer, thread.number, "誤りのため")
    Removal.objects.update(state="removing", attempts=1, lease_until=office.clock.now() + removal.LEASE)
    thread.runner.remove()
    assert len(thread.shown()) == 1
    office.at(office.clock.now() + removal.LEASE + timedelta(seconds=1))
    for _ in range(3):
        thread.runner.remove()
        office.at(office.clock.now() + timedelta(minutes=1))
    assert thread.shown() == []


def test_a_take_down_is_signed_by_another_person_or_the_heads_are_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _fault("403"), monkeypatch)
    threads.take_down(office.ctx, office.officer, thread.number, "誤りのため")
    (decision,) = ThreadDecision.objects.all()
    with pytest.raises(NotAllowed):
        threads.sign(office.ctx, office.officer, decision.id)
    office.at(office.clock.now() + timedelta(hours=25))
    assert [threads.tell_unsigned(office.ctx) for _ in range(2)] == [1, 0]
    thread.lines("unsigned")
    assert Notice.objects.filter(kind="unsigned", address="kacho@example.jp").count() == 1
    threads.sign(office.ctx, SECOND, decision.id)
    with pytest.raises(NotAllowed):
        threads.sign(office.ctx, SECOND, decision.id)


@pytest.mark.parametrize("reason", ["", " 　"])
def test_a_decision_that_ends_a_thread_has_a_reason(office: Office, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    thread = Thread(office, 2, _fault("403"), monkeypatch)
    for decide in (threads.leave, threads.take_down):
        with pytest.raises(NotAllowed, match="reason"):
            decide(office.ctx, office.officer, thread.number, reason)
    with pytest.raises(NotAllowed):
        threads.leave(office.ctx, office.author, thread.number, "理由")


def test_nothing_is_decided_on_a_thread_that_is_whole_or_going_down(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _fault("403"), monkeypatch)
    threads.take_down(office.ctx, office.officer, thread.number, "誤りのため")
    with pytest.raises(NotAllowed, match="taken down"):
        threads.go_on(office.ctx, office.officer, thread.number)
    thread.runner.remove()
    with pytest.raises(NotFound):
        threads.go_on(office.ctx, office.officer, thread.number)


def test_going_on_keeps_to_the_hours(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(office, 2, _fault("403"), monkeypatch)
    with pytest.raises(ScheduleError):
        threads.go_on(office.ctx, office.officer, thread.number, NOON.replace(hour=22))
    with pytest.raises(ScheduleError):
        threads.go_on(office.ctx, office.officer, thread.number, NOON - timedelta(minutes=1))
    assert requests.get(f"{office.sandbox.base_url}/_sandbox/posts", timeout=5).ok
    at = threads.go_on(office.ctx, office.officer, thread.number, NOON.replace(hour=15))
    office.at(at - timedelta(minutes=1))
    thread.beat(runner=office.runner())
    assert len(thread.shown()) == 1
    thread.beat(timedelta(minutes=1), office.runner())
    assert thread.is_whole()
