"""A database is put back to before posts went out: nothing goes out twice, what stands is found, a person goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotAllowed
from bot.registry import load
from bot.services.delivery import engine, guard, pause, reconcile, rollback
from bot.services.records import mark
from bot.services.records.context import context
from bot.services.runner import Runner
from bot.store.marks import Rollback
from bot.store.models import AuditEntry, Delivery, Pause
from tests.dumps import dump
from tests.office import PICTURE, TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
POSTS = 6
GRACE = timedelta(minutes=8)  # of an hour: what was planned for noon would still leave


class Hall:
    """An installation with its state folder, a second place for the mark, and as many publishers as there are folders."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder, self.second = office, folder, folder / "other-disk"
        self.second.mkdir()
        office.schedules()
        self._publishers: list[Runner] = []

    def publisher(self, name: str = "var", *, second: bool = True) -> Runner:
        """As it starts on a machine whose state folder has this name."""
        env = self.office.env | {"DXBOT_VAR_DIR": str(self.folder / name)}
        env |= {"DXBOT_MARK_DIR": str(self.second)} if second else {}
        runner = Runner(context(load(env), self.office.clock))
        self.office._runners.append(runner)
        return runner

    def plan(self) -> None:
        for n in range(POSTS):
            channels = "x, facebook" if n else "x, instagram, facebook"
            pictures = PICTURE if n in (0, 1) else ""
            when = NOON + timedelta(minutes=n)
            extra = f"publish: {when:%Y-%m-%d %H:%M}" + ("\nx: {thread: true}" if n == 2 else "")
            body = f"{n}番目の見本です。\n\n" + "".join(
                f"{n}の{i}行目、職員が聞いて入力します。" for i in range(12 if n == 2 else 2)
            )
            self.office.approved(f"p{n}", title=f"見本{n}", channels=channels, images=pictures, extra=extra, body=body + "\n")

    def publish(self, *runners: Runner) -> None:
        for minute in range(POSTS):
            self.office.at(NOON + timedelta(minutes=minute))
            for _ in range(4):  # parts of a thread follow
                for runner in runners:
                    runner.beat()

    def look(self, runner: Runner) -> None:
        """Time for the platforms' lists, and for each part of a thread after the one before."""
        for _ in range(6):
            self.office.at(self.office.clock.now() + timedelta(minutes=1))
            for _ in range(3):
                runner.beat()

    def seen(self) -> list[tuple[str, str]]:
        return sorted((post["channel"], post["id"]) for post in self.office.sandbox.posts())

    def known(self) -> list[tuple[str, str]]:
        """What the database has as published; a number of Facebook's begins with the Page's."""
        return sorted((d.channel, d.remote_id.rpartition("_")[2]) for d in Delivery.objects.filter(state="published"))


@pytest.fixture
def hall(office: Office, tmp_path: Path) -> Hall:
    return Hall(office, tmp_path)


def _publish_then_lose(hall: Hall, back: Callable[[], None]) -> list[tuple[str, str]]:
    """Everything goes out by two publishers, and then the database knows nothing of it."""
    hall.publish(hall.publisher(), hall.publisher())
    assert set(Delivery.objects.values_list("state", flat=True)) == {"published"}
    out = hall.seen()
    assert len(out) == Delivery.objects.count() > 2 * POSTS
    back()
    assert not Delivery.objects.filter(state="published").exists()
    return out


def test_a_restored_dump_sends_nothing_twice_and_finds_what_stands(
    hall: Hall, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hall.plan()
    hall.publisher().beat()  # before noon: nothing is due, and the mark is made
    back = dump(tmp_path)
    out = _publish_then_lose(hall, back)
    first, second = hall.publisher(), hall.publisher()
    first.beat()
    second.beat()
    stop = Pause.objects.get(ended_at=None)
    assert (stop.cause, stop.channel) == ("behind", "")
    assert "前の状態に戻っています" in stop.reason
    assert "配信先で探しています" in stop.reason
    assert stop.reason in caplog.text
    assert AuditEntry.objects.filter(verb=rollback.STOPPED).count() == 1
    hall.look(first)
    assert hall.seen() == out
    assert set(Delivery.objects.values_list("state", flat=True)) == {"published"}
    assert hall.known() == out
    assert all(d.url for d in Delivery.objects.all())
    pause.resume(hall.office.ctx, hall.office.officer)
    hall.look(second)
    assert hall.seen() == out


def test_a_database_that_is_put_back_within_a_turn_lets_nothing_leave_and_hides_no_loss(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark is looked at before files are read; an intent on an older database would take the mark back along with it."""
    for name, channel in (("first", "x"), ("second", "facebook")):
        hall.office.approved(name, title=f"見本{name}", channels=channel, extra=f"publish: {NOON:%Y-%m-%d %H:%M}")
    later = NOON + timedelta(seconds=2)
    Delivery.objects.filter(channel="facebook").update(run_at=later)
    hall.office.at(NOON - timedelta(seconds=1))
    runner = hall.publisher()
    runner.beat()  # both are prepared
    back = dump(tmp_path)
    hall.office.at(NOON)
    runner.send()
    out = hall.seen()
    assert [channel for channel, _ in out] == ["x"]
    reads = engine.require_fresh

    def put_back_meanwhile(*given: Any) -> None:
        monkeypatch.setattr(engine, "require_fresh", reads)
        back()
        reads(*given)

    monkeypatch.setattr(engine, "require_fresh", put_back_meanwhile)
    hall.office.at(later)
    runner.send()
    assert hall.seen() == out
    hall.look(runner)
    assert Pause.objects.get(ended_at=None).cause == "behind"
    assert hall.seen() == out
    assert hall.known() == out


def test_what_was_not_out_goes_on_post_by_post(hall: Hall, tmp_path: Path) -> None:
    hall.plan()
    late = hall.office.approved(
        "late", title="あとの見本", channels="x", images="", extra=f"publish: {NOON + GRACE:%Y-%m-%d %H:%M}"
    )
    hall.publisher().beat()
    back = dump(tmp_path)
    hall.publish(hall.publisher())
    out = hall.seen()
    back()
    runner = hall.publisher()
    hall.look(runner)
    (waits,) = Delivery.objects.exclude(state="published")
    assert (waits.id, waits.state, waits.bar) == (late[0].id, "held", "behind")
    assert "出ていません" in waits.problem
    with pytest.raises(NotAllowed, match="paused"):
        pause.release(hall.office.ctx, hall.office.officer, waits.id)
    pause.resume(hall.office.ctx, hall.office.officer)
    runner.beat()
    assert hall.seen() == out  # ending the stop releases nothing
    pause.release(hall.office.ctx, hall.office.officer, waits.id)
    runner.beat()
    assert len(hall.seen()) == len(out) + 1
    hall.publisher().beat()
    assert not Pause.objects.filter(ended_at=None).exists()


def test_a_machine_rolled_back_as_a_whole_is_found_by_the_mark_kept_elsewhere(hall: Hall, tmp_path: Path) -> None:
    hall.plan()
    hall.publisher().beat()
    back = dump(tmp_path)
    shutil.copytree(hall.folder / "var", tmp_path / "snapshot")

    def roll_back() -> None:
        back()
        shutil.rmtree(hall.folder / "var")
        shutil.copytree(tmp_path / "snapshot", hall.folder / "var")

    out = _publish_then_lose(hall, roll_back)
    runner = hall.publisher()
    hall.look(runner)
    assert hall.seen() == out
    assert set(Delivery.objects.values_list("state", flat=True)) == {"published"}
    assert Rollback.objects.count() == 1


def test_what_nobody_can_look_up_is_a_persons_to_decide(hall: Hall, tmp_path: Path) -> None:
    hall.office.approved("one", channels="facebook", extra=f"publish: {NOON:%Y-%m-%d %H:%M}")
    hall.publisher().beat()
    back = dump(tmp_path)
    hall.publish(hall.publisher())
    back()
    hall.office.sandbox.fault("facebook", "500_before", on="read", times=100)
    runner = hall.publisher()
    runner.beat()
    with pytest.raises(NotAllowed, match="to be looked for"):
        pause.resume(hall.office.ctx, hall.office.officer)
    for minutes in (1, 1, 1, 5, 15, 30):
        hall.office.at(hall.office.clock.now() + timedelta(minutes=minutes))
        runner.beat()
        runner.beat()
    row = Delivery.objects.get()
    assert row.state == "undecided"
    assert "読み返しても分かりません" in row.problem
    assert len(hall.seen()) == 1


def test_the_rest_of_a_thread_is_looked_for_once_a_person_has_found_its_beginning(hall: Hall, tmp_path: Path) -> None:
    body = "".join(f"{n}行目、職員がお話を聞いて入力します。" for n in range(12)) + "\n"
    extra = f"publish: {NOON:%Y-%m-%d %H:%M}\nx: {{thread: true}}"
    hall.office.approved("one", channels="x", images="", extra=extra, body=body)
    hall.publisher().beat()
    back = dump(tmp_path)
    hall.publish(hall.publisher())
    out = Delivery.objects.order_by("part").values_list("remote_id", "url")
    (number, address), count = out[0], len(out)
    assert count > 1
    back()
    hall.office.sandbox.fault("x", "500_before", on="read", times=5)  # each look once
    runner = hall.publisher()
    for minutes in (0, 1, 1, 5, 15, 30):
        hall.office.at(hall.office.clock.now() + timedelta(minutes=minutes))
        runner.beat()
        runner.beat()
    first = Delivery.objects.get(part=0)
    assert first.state == "undecided"
    pause.resume(hall.office.ctx, hall.office.officer)
    reconcile.decide_published(hall.office.ctx, hall.office.officer, first.id, address)
    hall.look(runner)
    assert len(hall.seen()) == count
    assert Delivery.objects.get(part=0).remote_id == number
    assert set(Delivery.objects.values_list("state", flat=True)) == {"published"}


def test_a_post_approved_anew_after_the_restore_is_looked_for_first(hall: Hall, tmp_path: Path) -> None:
    """It was handed in, approved and sent after the copy was taken: the database never heard of it, the files still have it."""
    office = hall.office
    office.approved(
        "before", title="前の見本", channels="facebook", extra=f"publish: {NOON - timedelta(hours=2):%Y-%m-%d %H:%M}"
    )
    office.at(NOON - timedelta(hours=2))
    hall.publisher().beat()
    back = dump(tmp_path)
    lost = office.post("lost", title="控えのあとの見本", channels="facebook", extra=f"publish: {NOON:%Y-%m-%d %H:%M}")
    office.approve(office.submit(lost))
    hall.publish(hall.publisher())
    out = hall.seen()
    assert len(out) == 2
    back()
    runner = hall.publisher()
    hall.look(runner)
    pause.resume(office.ctx, office.officer)
    office.post(
        "lost", title="控えのあとの見本", channels="facebook", extra=f"publish: {NOON + timedelta(hours=9):%Y-%m-%d %H:%M}"
    )
    office.approve(office.submit(lost), office.officer)
    runner.beat()
    office.at(NOON + timedelta(hours=9))
    hall.look(runner)
    hall.look(runner)
    assert hall.seen() == out
    assert hall.known() == out


def test_without_its_mark_a_database_that_has_sent_stands_still_until_an_operator_confirms(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.office.approved("one", channels="facebook", extra=f"publish: {NOON:%Y-%m-%d %H:%M}")
    hall.publish(hall.publisher(second=False))
    rows = hall.office.approved("two", channels="x", images="", extra=f"publish: {NOON + timedelta(hours=3):%Y-%m-%d %H:%M}")
    mark.places(load(hall.office.env | {"DXBOT_VAR_DIR": str(hall.folder / "var")}))[0].unlink()
    monkeypatch.setattr(guard, "_COMPANY", -1.0)  # seconds that it waits for others, on PostgreSQL
    runner = hall.publisher("moved", second=False)
    runner.beat()
    runner.beat()
    assert "がありません" in Pause.objects.get(ended_at=None).reason
    with pytest.raises(NotAllowed):
        rollback.confirm(hall.office.ctx, hall.office.operator, " ")
    with pytest.raises(NotAllowed):
        rollback.confirm(hall.office.ctx, hall.office.officer, "機械を入れ替えた")
    assert rollback.confirm(hall.office.ctx, hall.office.operator, "機械を入れ替えた") == 1
    hall.office.at(rows[0].due_at)
    runner.beat()
    assert len(hall.office.sandbox.posts("x")) == 1
    hall.publisher("moved", second=False).beat()
    assert not Pause.objects.filter(ended_at=None).exists()


def test_a_proven_loss_cannot_be_confirmed_away(hall: Hall, tmp_path: Path) -> None:
    hall.plan()
    hall.publisher().beat()
    back = dump(tmp_path)
    _publish_then_lose(hall, back)
    hall.publisher().beat()
    with pytest.raises(NotAllowed, match="no stop that may be ended so"):
        rollback.confirm(hall.office.ctx, hall.office.operator, "最新のはず")


def test_a_mark_that_cannot_be_written_keeps_everything_here_and_is_told(hall: Hall) -> None:
    hall.office.approved("one", channels="facebook", extra=f"publish: {NOON:%Y-%m-%d %H:%M}")
    runner = hall.publisher()
    runner.beat()
    hall.second.rename(hall.folder / "away")  # the other disk is gone
    hall.office.at(NOON)
    runner.beat()
    assert hall.seen() == []
    assert AuditEntry.objects.filter(verb=rollback.UNWRITTEN).count() == 1
    assert "配信の印" in AuditEntry.objects.get(verb=rollback.UNWRITTEN).detail
    (hall.folder / "away").rename(hall.second)
    hall.office.at(NOON + timedelta(minutes=2))
    runner.engine._guard._kept_up = 0.0  # a second later
    runner.beat()
    assert len(hall.seen()) == 1


def test_a_publisher_that_still_runs_when_a_copy_is_put_back_sends_nothing_more(hall: Hall) -> None:
    hall.office.approved("one", channels="facebook", extra=f"publish: {NOON:%Y-%m-%d %H:%M}")
    runner = hall.publisher()
    runner.beat()
    mark.write(runner.ctx.config, mark.Mark(entry=0, hash=mark.RESTORED, at=hall.office.clock.now()), over=True)
    hall.office.at(NOON)
    runner.beat()
    assert hall.seen() == []
    assert {each.hash for each in mark.read(runner.ctx).marks} == {mark.RESTORED}


def test_two_machines_with_a_state_folder_each_raise_no_false_alarm(hall: Hall) -> None:
    hall.plan()
    one, other = hall.publisher("var"), hall.publisher("var-2")
    hall.publish(one, other)
    for name in ("var", "var-2", "var"):
        hall.publisher(name).beat()
    assert not Rollback.objects.exists()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"published"}
