"""A thread that breaks in the middle: what stands is one whole thread, none, or a recorded half, and people are told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.errors import NotAllowed, ScheduleError
from bot.services.delivery import pause, reconcile, takedowns, threads
from tests.office import Office
from tests.services.torn import A_WHILE, NOON, Break, Thread, blackout, by_hand, delete, edit, fault, stop

# What happens to the k-th part, so that it is not there.
ENDS: dict[str, Break] = {
    "refused": fault("403"),
    "limited for over an hour": fault("429", times=30),
    "the token": fault("401"),
    "lost and not made": fault("500_before"),
    "reset before it was read": fault("refuse"),
}
WHOLE: dict[str, Break] = {
    "lost and made": fault("reset_after"),
    "limited once": fault("429"),
    "edited": edit,
    "a blackout": blackout,
    "a post and a reply by hand": by_hand,
    "a post by hand, and lost and made": lambda office: (by_hand(office), fault("reset_after")(office)),
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
    thread = Thread(office, part, ENDS[what], monkeypatch)
    thread.until_it_rests()
    _settled(thread)
    stands = part - 1
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
        assert takedowns.take_down(office.ctx, office.officer, thread.number, "半分では誤解されるため") == stands
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
    thread = Thread(office, 2, stop, monkeypatch)
    thread.until_it_rests()
    (half,) = threads.broken()
    assert (half.stands, len(thread.shown())) == (2, 2)
    with pytest.raises(NotAllowed, match="paused"):
        threads.go_on(office.ctx, office.officer, thread.number)
    pause.resume(office.ctx, office.officer)
    threads.go_on(office.ctx, office.officer, thread.number)
    thread.beat(runner=office.runner())
    assert thread.is_whole()


def test_a_blackout_over_a_broken_thread_is_asked_when_it_is_gone_on_with(office: Office, refused: Thread) -> None:
    blackout(office)
    with pytest.raises(ScheduleError):
        threads.go_on(office.ctx, office.officer, refused.number, office.clock.now())
    at = threads.go_on(office.ctx, office.officer, refused.number)
    assert at >= NOON + A_WHILE
    refused.beat(at - office.clock.now(), office.runner())
    assert refused.is_whole()


# Which part somebody deletes at the platform as the k-th leaves, a reply to it.
DELETED = [(1, 2), (2, 3), (4, 5)]


@pytest.mark.parametrize(("deleted", "part"), DELETED)
@pytest.mark.parametrize("way", ["take_down", "leave"])
def test_what_somebody_deleted_stands_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch, deleted: int, part: int, way: str
) -> None:
    thread = Thread(office, part, delete(deleted), monkeypatch)
    thread.until_it_rests()
    assert thread.states()[deleted - 1 : part] == ["removed", "failed"]
    assert thread.problem(part) == f"前の投稿（{deleted}件目）が配信先で削除されていたため、続きを出していません"
    stands = part - 2
    assert len(thread.shown()) == stands
    if not stands:  # none of it: no half, but a post that did not go out
        assert threads.broken() == []
        assert len(thread.lines("failed")) == 1
        return
    (half,) = threads.broken()
    assert half.label == f"一部配信済み（5件のうち{stands}件）"
    (line,) = thread.lines("partly")
    assert half.label in line
    assert "削除されていた" in line
    with pytest.raises(NotAllowed, match="gone"):
        threads.go_on(office.ctx, office.officer, thread.number)
    if way == "leave":
        threads.leave(office.ctx, office.officer, thread.number, "要点は伝わっているため")
        (half,) = threads.broken()
        assert half.left
        assert len(thread.shown()) == stands
    else:
        assert takedowns.take_down(office.ctx, office.officer, thread.number, "途中が消されたため") == stands
        thread.runner.remove()
        assert thread.shown() == []
        assert thread.states()[:deleted] == ["removed"] * deleted


@pytest.mark.parametrize("deleted", [1, 2])
def test_before_a_thread_is_gone_on_with_what_stands_is_asked_for(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None], deleted: int
) -> None:
    """A platform takes a reply to the second part although the first is gone: half a text in two places."""
    thread = Thread(office, 3, fault("403"), monkeypatch)
    heal()
    assert len(thread.lines("partly")) == 1
    delete(deleted)(office)
    office.at(NOON + timedelta(minutes=20))
    threads.go_on(office.ctx, office.officer, thread.number)
    thread.beat(runner=office.runner())
    assert len(thread.shown()) == 1
    assert f"（{deleted}件目）" in thread.problem(3)
    (half,) = threads.broken()
    assert (half.stands, half.gaps) == (1, [deleted])
    assert len(thread.lines("partly")) == 2  # it broke a second time, and is another half


def test_a_platform_that_cannot_be_read_keeps_no_thread_from_going_on(
    office: Office, monkeypatch: pytest.MonkeyPatch, heal: Callable[[], None]
) -> None:
    thread = Thread(office, 3, fault("403"), monkeypatch)
    heal()
    fault("403", times=50, on="read")(office)
    office.at(NOON + timedelta(minutes=20))
    threads.go_on(office.ctx, office.officer, thread.number)
    thread.beat(runner=office.runner())
    assert thread.is_whole()
