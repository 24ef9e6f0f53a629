"""The one last look: whatever was true when a time was chosen, nothing leaves that may not leave now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import connection, connections

from bot.errors import AlreadyDecided, BotError, NotAllowed, ScheduleError, SlotTaken
from bot.schedule.rules import Blackout
from bot.services.approval.submit import NotReady
from bot.services.delivery import blackouts, pause, scheduling
from bot.services.runner import Runner
from bot.store import rules as store
from bot.store.models import AuditEntry, Delivery, Lane, Pause, Submission
from bot.workflow.kinds import Bar, Kind
from tests.office import NEVER_CLOSED, TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
AFTERNOON = TUESDAY.replace(hour=16, minute=45)
LONG = "最初の段落です（見本）。\n\n" + "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(30)) + "\n"
ELECTION = Blackout(
    start=TUESDAY.replace(hour=12),
    end=TUESDAY.replace(hour=17),
    kind="選挙",
    why="市長選挙のため",
    set_by="",
    channels=frozenset(),
)


def publishers(office: Office) -> list[Runner]:
    """As many as the database allows: SQLite has one."""
    return [office.runner() for _ in range(2 if connection.vendor == "postgresql" else 1)]


def beat(runners: list[Runner]) -> None:
    """All at the same time, each in a thread of its own."""

    def work(runner: Runner) -> None:
        runner.beat()
        connections.close_all()

    threads = [threading.Thread(target=work, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def row_of_another_machine(wanted: Blackout) -> None:
    """As its transaction leaves it, without the look at what is planned."""
    store.Blackout.objects.create(
        start_at=wanted.start, end_at=wanted.end, kind=wanted.kind, why=wanted.why, set_by="ほか", set_at=wanted.start
    )


def only(office: Office) -> Delivery:
    (delivery,) = office.deliveries()
    return delivery


def entered(office: Office) -> None:
    blackouts.enter(office.ctx, office.operator, ELECTION)


def written(office: Office) -> None:
    span = "- {from: 2026-12-01 12:00, to: 2026-12-01 17:00, kind: 選挙, why: 市長選挙のため, set_by: 広報}\n"
    office.schedules(blackouts=span)


@pytest.mark.parametrize("into_force", [entered, written, lambda office: row_of_another_machine(ELECTION)])
def test_a_blackout_that_comes_after_the_approval_holds_what_was_planned(
    office: Office, into_force: Callable[[Office], None]
) -> None:
    office.approved(channels="x, facebook", extra="publish: 2026-12-01 12:15")
    into_force(office)
    for minute in (15, 20):
        office.at(NOON.replace(minute=minute))
        beat(publishers(office))  # the second time as after a restart
    assert office.sandbox.posts() == []
    assert office.states() == {"x": "held", "facebook": "held"}
    for delivery in office.deliveries():
        assert delivery.bar == Bar.BLACKOUT
        assert "市長選挙のため" in delivery.problem
    assert AuditEntry.objects.filter(verb="hold", detail__contains="市長選挙").count() == 2


def test_what_was_held_goes_out_at_the_later_free_time_that_is_offered(office: Office) -> None:
    office.approved(channels="facebook", extra="publish: 2026-12-01 12:15")
    entered(office)
    office.at(NOON)
    first, *_ = scheduling.free_times(office.ctx, only(office), 3)
    assert first == TUESDAY.replace(day=2, hour=9, minute=30)  # the first slot after the election
    scheduling.reschedule(office.ctx, office.officer, only(office).id, first)
    assert only(office).state == "scheduled"
    office.publish_all()
    assert [post["created_at"][:16] for post in office.sandbox.posts()] == ["2026-12-02T00:30"]


def test_a_blackout_entered_elsewhere_holds_what_is_already_prepared(office: Office) -> None:
    """The pictures are up, the next turn would send."""
    office.approved(channels="facebook", extra="publish: 2026-12-01 12:15")
    runner = office.runner()
    office.at(NOON - timedelta(seconds=2))
    runner.beat()
    assert only(office).state == "publishing"
    row_of_another_machine(ELECTION)
    office.at(NOON)
    runner.beat()
    assert office.sandbox.posts() == []
    assert only(office).state == "held"


def test_a_publisher_that_comes_back_after_closing_sends_nothing(office: Office) -> None:
    office.approved(channels="x", extra="publish: 2026-12-01 16:45")
    office.at(AFTERNOON + timedelta(minutes=45))
    beat(publishers(office))
    assert office.sandbox.posts() == []
    assert (only(office).state, only(office).bar) == ("held", Bar.QUIET)
    assert "配信は08:30から17:15まで" in only(office).problem


def test_what_a_platform_puts_off_beyond_closing_does_not_leave(office: Office) -> None:
    office.approved(channels="x", extra="publish: 2026-12-01 17:10")
    office.sandbox.fault("x", "429")
    office.at(TUESDAY.replace(hour=17, minute=10))
    beat(publishers(office))
    assert only(office).state == "scheduled"
    office.at(TUESDAY.replace(hour=18, minute=5))
    beat(publishers(office))
    assert office.sandbox.posts() == []
    assert only(office).state == "held"


def test_the_reason_of_what_was_held_stays_when_its_last_moment_passes(office: Office) -> None:
    office.approved(channels="x", extra="publish: 2026-12-01 16:45")
    office.at(AFTERNOON + timedelta(minutes=45))
    office.runner().beat()
    office.at(AFTERNOON + timedelta(hours=3))
    office.runner().beat()
    assert only(office).state == "missed"
    assert "配信は08:30から17:15まで" in only(office).problem
    scheduling.reschedule(office.ctx, office.officer, only(office).id, TUESDAY.replace(day=2, hour=9, minute=30))
    office.publish_all()
    assert office.states() == {"x": "published"}


def thread(office: Office, at: datetime) -> list[Delivery]:
    when = f"publish: {at:%Y-%m-%d %H:%M}\nx: {{thread: true}}"
    made = office.approved(channels="x", extra=when, body=LONG, images="")
    assert len(made) > 2
    return made


def test_a_thread_does_not_begin_where_closing_would_break_it_off(office: Office) -> None:
    thread(office, AFTERNOON)
    office.at(TUESDAY.replace(hour=17, minute=13))
    beat(publishers(office))
    assert office.sandbox.posts() == []
    assert office.deliveries()[0].state == "held"


def test_a_thread_is_not_planned_where_closing_would_break_it_off(office: Office) -> None:
    """Neither handed in for such a time, nor moved to it."""
    with pytest.raises(NotReady):
        thread(office, TUESDAY.replace(hour=17, minute=13))
    first, *_ = thread(office, NOON)
    with pytest.raises(ScheduleError):
        scheduling.reschedule(office.ctx, office.officer, first.id, TUESDAY.replace(hour=17, minute=13))
    scheduling.reschedule(office.ctx, office.officer, first.id, TUESDAY.replace(hour=17, minute=3))


def test_a_thread_that_has_begun_goes_on_after_closing_and_into_a_blackout(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = thread(office, NOON)
    runner = office.runner()
    office.sandbox.fault("x", "429", times=1)
    _after_the_first(office, runner, monkeypatch, lambda: row_of_another_machine(ELECTION))
    office.at(NOON)
    runner.beat()
    for minutes in (16, 32):
        office.at(NOON + timedelta(minutes=minutes))
        runner.beat()
    assert len(office.sandbox.posts("x")) == len(made)


def test_a_thread_that_has_begun_heeds_a_stop(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread(office, NOON)
    runner = office.runner()
    _after_the_first(office, runner, monkeypatch, lambda: pause.pause(office.ctx, office.officer, "止めます"))
    office.at(NOON)
    runner.beat()
    assert len(office.sandbox.posts("x")) == 1
    assert [d.state for d in office.deliveries()][:2] == ["published", "held"]


def _after_the_first(office: Office, runner: Runner, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    channel = runner.channel("x")
    commit, done = channel.commit, list[bool]()

    def commit_and_act(prepared: object, now: datetime) -> object:
        receipt = commit(prepared, now)  # type: ignore[arg-type]
        if not done:
            done.append(True)
            act()
            connection.close()  # this thread's own
        return receipt

    monkeypatch.setattr(channel, "commit", commit_and_act)


BROKEN = {
    "no such file": None,
    "not YAML": "- {from: [",
    "a channel without brackets": "- {from: 2027-03-26 00:00, to: 2027-04-12 00:00, why: 選挙, channels: facebook}\n",
    "an unknown channel": "- {from: 2027-03-26, to: 2027-04-09, why: 選挙, channels: [twitter]}\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_rules_that_cannot_be_read_hold_everything_and_say_so(office: Office, text: str | None) -> None:
    folder = office.schedules()
    office.approved(channels="x, facebook", extra="publish: 2026-12-01 12:15")
    if text is None:
        (folder / "blackouts.yml").unlink()
    else:
        (folder / "blackouts.yml").write_text(text, encoding="utf-8")
    office.at(NOON)
    beat(publishers(office))
    assert office.sandbox.posts() == []
    assert office.states() == {"x": "held", "facebook": "held"}
    assert "blackouts.yml" in only_problem(office)
    assert Submission.objects.get().state == "approved"
    (folder / "blackouts.yml").write_text(NEVER_CLOSED["blackouts.yml"], encoding="utf-8")
    for delivery in office.deliveries():
        pause.release(office.ctx, office.officer, delivery.id)
    beat(publishers(office))
    assert office.states() == {"x": "published", "facebook": "published"}


def only_problem(office: Office) -> str:
    (problem,) = {d.problem for d in office.deliveries()}
    return problem


HOLDS = {  # which bar holds which kind: the issue's own words, not the table of the code
    Kind.PUBLICATION: {"quiet", "blackout", "stop", "disaster"},
    Kind.CORRECTION: {"stop", "disaster"},
    Kind.TAKE_DOWN: set(),
    Kind.EMERGENCY: {"stop"},
}


@pytest.mark.parametrize(("kind", "bar"), [*product(Kind, ("quiet", "blackout", "stop", "disaster"))])
def test_each_kind_is_held_by_what_the_table_says_and_by_nothing_else(office: Office, kind: Kind, bar: str) -> None:
    office.approved(channels="facebook", extra="publish: 2026-12-01 16:45")
    Delivery.objects.update(kind=kind, last_at=AFTERNOON + timedelta(days=1))
    moment = AFTERNOON
    if bar == "quiet":
        moment = TUESDAY.replace(hour=22)
    elif bar == "blackout":
        row_of_another_machine(ELECTION)
    else:
        Pause.objects.create(reason="津波", cause=bar, set_by="", set_at=NOON)
    office.at(moment)
    office.runner().beat()
    assert only(office).state == ("held" if bar in HOLDS[kind] else "published")


def test_a_stop_of_a_disaster_leaves_an_emergency_text_on_the_plan(office: Office) -> None:
    office.approved(channels="facebook", extra="publish: 2026-12-01 16:45")
    Delivery.objects.update(kind=Kind.EMERGENCY)
    Pause.objects.create(reason="津波", cause="disaster", set_by="", set_at=NOON)
    pause.hold_while_paused()
    assert only(office).state == "scheduled"
    pause.pause(office.ctx, office.officer, "止めます")
    assert only(office).state == "held"


def test_another_account_than_the_one_that_was_proved_closes_the_lane(office: Office) -> None:
    office.approved("one", channels="facebook", extra="publish: 2026-12-01 12:15", title="一つ目（見本）")
    office.publish_all()
    known = Lane.objects.get(name="facebook").account
    assert known.startswith("facebook:")
    Lane.objects.update(account="facebook:999")
    office.approved("two", channels="facebook", extra="publish: 2026-12-01 13:15", title="二つ目（見本）")
    office.publish_all()
    assert len(office.sandbox.posts("facebook")) == 1
    assert "facebook:999" in Lane.objects.get(name="facebook").problem
    second = Delivery.objects.get(due_at=TUESDAY.replace(hour=13, minute=15))
    assert (second.state, second.bar) == ("held", Bar.ACCOUNT)
    pause.resume(office.ctx, office.officer, "facebook")  # a person has looked: it is the city's
    pause.release(office.ctx, office.officer, second.id)
    office.runner().beat()
    assert len(office.sandbox.posts("facebook")) == 2
    assert Lane.objects.get(name="facebook").account == known


@pytest.mark.parametrize(
    ("narrow", "held"),
    [
        ({"channels": frozenset({"x"})}, {"x"}),
        ({"tags": frozenset({"＃選挙"})}, {"x", "facebook"}),
        ({"tags": frozenset({"選挙管理"})}, set()),
        ({"words": frozenset({"書かない窓口"})}, {"x", "facebook"}),
        ({"words": frozenset({"市長"}), "tags": frozenset({"選挙"})}, {"x", "facebook"}),
        ({"words": frozenset({"市長"})}, set()),
    ],
)
def test_a_narrow_blackout_holds_what_it_names_and_shows_it_before(
    office: Office, narrow: dict[str, frozenset[str]], held: set[str]
) -> None:
    from dataclasses import replace

    office.approved(channels="x, facebook", extra="publish: 2026-12-01 12:15\nhashtags: [選挙, 金沢市]")
    wanted = replace(ELECTION, **narrow)
    assert {d.channel for d in blackouts.would_hold(office.ctx, wanted)} == held
    assert blackouts.enter(office.ctx, office.officer, wanted).held == len(held)
    office.at(NOON)
    beat(publishers(office))
    assert {channel for channel, state in office.states().items() if state == "held"} == held
    assert {post["channel"] for post in office.sandbox.posts()} == {"x", "facebook"} - held


def test_lifting_a_blackout_takes_two_people(office: Office) -> None:
    from bot.workflow.actors import Actor, Role

    number = blackouts.enter(office.ctx, office.operator, ELECTION).number
    with pytest.raises(NotAllowed):
        blackouts.ask_to_lift(office.ctx, office.operator, number, "終わりました")
    with pytest.raises(BotError):
        blackouts.lift(office.ctx, office.officer, number)  # nobody has asked
    blackouts.ask_to_lift(office.ctx, office.officer, number, "延期になりました")
    with pytest.raises(NotAllowed):
        blackouts.lift(office.ctx, office.officer, number)
    assert office.ctx.rules.blackouts
    blackouts.lift(office.ctx, Actor(person="kouhou-2", role=Role.OFFICER), number)
    assert office.ctx.rules.blackouts == ()


def test_three_posts_with_one_wished_minute_do_not_leave_together(office: Office) -> None:
    office.approved("one", channels="x", title="一つ目（見本）", extra="publish: 2026-12-01 12:15")
    for name in ("two", "three"):
        with pytest.raises(SlotTaken) as refused:
            office.approved(name, channels="x", title=f"{name}（見本）", extra="publish: 2026-12-01 12:15")
        assert "12月1日（火） 16:45" in refused.value.next_step
    office.publish_all()
    assert len(office.sandbox.posts("x")) == 1


def test_a_move_beside_another_of_the_same_time_is_refused(office: Office) -> None:
    """Both had one time, by an older program: the other one is not left out of sight for that."""
    for name in ("one", "two"):
        office.approved(name, channels="x", title=f"{name}（見本）")
    Delivery.objects.update(due_at=NOON, run_at=NOON)
    first, _ = office.deliveries()
    with pytest.raises(SlotTaken):
        scheduling.reschedule(office.ctx, office.officer, first.id, NOON + timedelta(minutes=1))


def test_a_form_that_is_out_of_date_overwrites_nobody(office: Office) -> None:
    office.approved(channels="x")
    seen = only(office).fence
    scheduling.reschedule(office.ctx, office.officer, only(office).id, NOON + timedelta(hours=1), seen)
    with pytest.raises(AlreadyDecided):
        scheduling.reschedule(office.ctx, office.officer, only(office).id, NOON + timedelta(hours=2), seen)
    assert only(office).due_at == NOON + timedelta(hours=1)


def _all_at_once(acts: list[Callable[[], object]]) -> list[BotError | None]:
    """Each in a thread with a connection of its own, let go together; what each was refused with, in order."""
    together, told = threading.Barrier(len(acts)), dict[int, BotError | None]()

    def run(number: int, act: Callable[[], object]) -> None:
        connection.ensure_connection()
        together.wait()
        try:
            act()
            told[number] = None
        except BotError as e:
            told[number] = e
        connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return [told[number] for number in range(len(acts))]


def test_sixteen_officers_who_move_at_once_get_one_free_minute_each(office: Office) -> None:
    for number in range(16):
        office.approved(f"p{number}", channels="x", title=f"見本{number}", extra="")
    free = [TUESDAY.replace(day=9, hour=hour) for hour in (9, 10, 11, 13)]
    moves = [
        lambda row=row, moment=free[n % 4]: scheduling.reschedule(office.ctx, office.officer, row.id, moment)
        for n, row in enumerate(office.deliveries())
    ]
    told = _all_at_once(moves)
    assert told.count(None) == 4
    assert all(isinstance(e, SlotTaken) for e in told if e)
    for moment in free:
        assert Delivery.objects.filter(due_at=moment).count() == 1


def test_officers_who_approve_at_once_for_one_minute_have_one_winner(office: Office) -> None:
    made = [
        office.submit(office.post(f"p{n}", channels="x", title=f"見本{n}", extra="publish: 2026-12-02 10:00")) for n in range(8)
    ]
    told = _all_at_once([lambda s=submission: office.approve(s) for submission in made])
    assert told.count(None) == 1
    assert Delivery.objects.count() == 1


def test_a_cancel_wins_against_a_move_made_at_the_same_time(office: Office) -> None:
    for number in range(12):
        office.approved(f"p{number}", channels="x", title=f"見本{number}", extra="")
    acts: list[Callable[[], object]] = []
    for n, row in enumerate(office.deliveries()):
        moment = TUESDAY.replace(day=9, hour=9) + timedelta(minutes=30 * n)
        acts += [
            lambda row=row, moment=moment: scheduling.reschedule(office.ctx, office.officer, row.id, moment),
            lambda row=row: scheduling.cancel(office.ctx, office.officer, row.id),
        ]
    _all_at_once(acts)
    assert set(office.states().values()) == {"cancelled"}
