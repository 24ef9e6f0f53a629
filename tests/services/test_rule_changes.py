"""The rules of time changed by the office: less at once, more by two people, obeyed by everything that asks for a time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, connections

from bot.errors import AlreadyDecided, BotError, ConfigError, NotAllowed, NotFound, QuietHours, ScheduleError
from bot.schedule.changes import RuleChange, Topic
from bot.services.approval.timetable import timetable
from bot.services.delivery import foresight, outlook, rule_changes, rule_outlook, scheduling
from bot.services.pages import calendar
from bot.store import rules as store
from bot.store.models import AuditEntry, Delivery
from bot.workflow.actors import Actor, Role
from bot.workflow.kinds import Bar
from tests.office import TOKYO, TUESDAY, Office

CHIEF = Actor(person="kouhou-kacho", role=Role.OFFICER)
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SLOT = {"days": WEEK, "at": "10:00", "gap": 30, "channels": [], "if_closed": "skip"}
HOURS = {"open": "09:00", "close": "12:00", "days": WEEK[:5], "public_holidays": False}
SATURDAY = date(2026, 12, 5)
NOON = TUESDAY.replace(hour=12, minute=15)


def hours(**changed: object) -> RuleChange:
    return RuleChange(topic=Topic.HOURS, item="", value={**HOURS, **changed})


def special(why: str | None, first: date = SATURDAY, last: date | None = None) -> RuleChange:
    item = f"{first.isoformat()}/{(last or first).isoformat()}"
    return RuleChange(topic=Topic.DAYS, item=item, value=None if why is None else {"closed": why})


def slot(name: str = "lunch", **changed: object) -> RuleChange:
    return RuleChange(topic=Topic.SLOT, item=name, value={**SLOT, **changed})


def limit(most: int | None, channel: str = "x") -> RuleChange:
    return RuleChange(topic=Topic.LIMIT, item=channel, value={"most": most})


def back(change: RuleChange) -> RuleChange:
    return replace(change, value=None)


def make(office: Office, change: RuleChange, actor: Actor | None = None) -> rule_changes.Made:
    return rule_changes.make(office.ctx, actor or office.officer, change, "試験のため", rule_outlook.version())


def in_force(office: Office, change: RuleChange) -> rule_changes.Made:
    """By two people where that is needed."""
    made = make(office, change)
    return rule_changes.accept(office.ctx, CHIEF, made.number, rule_outlook.version()) if made.waiting else made


def test_less_is_in_force_at_once_and_what_is_planned_is_held_and_told(office: Office) -> None:
    late, early = (office.approved(name, channels="x", extra=f"publish: 2026-12-02 {at}")[0] for name, at in AT.items())
    found = rule_outlook.look(office.ctx, hours())
    assert [one.row.id for one in found.forbidden] == [late.id]
    assert "09:00から12:00まで" in found.forbidden[0].why
    assert found.widened == []
    made = make(office, hours())
    assert (made.waiting, made.held) == (False, 1)
    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.state, late.bar, early.state) == ("held", Bar.QUIET, "scheduled")
    assert (late.due_at, early.due_at) == (
        datetime(2026, 12, 2, 12, 15, tzinfo=TOKYO),
        datetime(2026, 12, 2, 10, 0, tzinfo=TOKYO),
    )
    told = AuditEntry.objects.order_by("-id")[0]
    assert (told.actor, told.verb, told.object) == ("kouhou", "change_rule", f"rule:{made.number}")
    assert "試験のため" in told.detail
    assert AuditEntry.objects.filter(verb="hold", object=f"delivery:{late.id}").exists()


AT = {"a": "12:15", "b": "10:00"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (hours(open="08:00", close="17:15"), "時間が長く"),
        (hours(open="08:30", close="20:00"), "時間が長く"),
        (hours(days=WEEK[:6]), "曜日が増え"),
        (hours(public_holidays=True), "祝日にも"),
        (special(""), "出してよい日になります（1日）"),
        (special("", date(2029, 1, 1)), "出してよい日になります（1日）"),
        (special("", date(2026, 12, 2), date(2026, 12, 3)), "特別に出す日が増えます（2日）"),
        (slot("new", at="10:00"), "10:00の配信枠の時刻が増え"),
        (slot("lunch", at="12:30", days=WEEK[:5]), "12:30の配信枠の時刻が増え"),
        (slot("lunch", at="12:15", days=WEEK[:5], gap=10), "短く"),
        (slot("lunch", at="12:15", days=WEEK[:5], if_closed="later"), "12:15の配信枠の時刻が増え"),
        (slot("lunch", at="12:15", days=WEEK[:6]), "12:15の配信枠の時刻が増え"),
    ],
)
def test_more_waits_for_a_second_officer(office: Office, change: RuleChange, says: str) -> None:
    before = office.ctx.rules
    found = rule_outlook.look(office.ctx, change)
    assert says in "".join(found.widened)
    made = make(office, change)
    assert made.waiting
    assert office.ctx.rules == before
    with pytest.raises(NotAllowed, match="same person"):
        rule_changes.accept(office.ctx, office.officer, made.number, rule_outlook.version())
    with pytest.raises(NotAllowed):
        rule_changes.accept(office.ctx, office.operator, made.number, rule_outlook.version())
    assert office.ctx.rules == before
    rule_changes.accept(office.ctx, CHIEF, made.number, rule_outlook.version())
    assert office.ctx.rules != before
    verbs = AuditEntry.objects.filter(object=f"rule:{made.number}").order_by("id").values_list("actor", "verb")
    assert list(verbs) == [("kouhou", "propose_rule"), ("kouhou-kacho", "accept_rule")]
    with pytest.raises(NotFound):
        rule_changes.accept(office.ctx, CHIEF, made.number, rule_outlook.version())


@pytest.mark.parametrize(
    "change",
    [
        hours(),
        special("創立記念日", date(2026, 12, 3)),
        RuleChange(topic=Topic.SLOT, item="lunch", value={"gone": True}),
        slot("lunch", at="12:15", days=["mon"], gap=60, channels=["x"]),
        limit(1),
    ],
)
def test_less_takes_one_and_back_to_the_files_takes_two(office: Office, change: RuleChange) -> None:
    before = office.ctx.rules
    assert not make(office, change).waiting
    assert office.ctx.rules != before
    undone = make(office, back(change), CHIEF)
    assert undone.waiting
    rule_changes.accept(office.ctx, office.officer, undone.number, rule_outlook.version())
    assert office.ctx.rules == before
    assert store.RuleChange.objects.count() == 2


def test_what_was_held_stays_held_when_the_rule_is_taken_back(office: Office) -> None:
    (row,) = office.approved(channels="x", extra="publish: 2026-12-02 12:15")
    make(office, hours())
    in_force(office, back(hours()))
    assert office.states() == {"x": "held"}
    scheduling.reschedule(office.ctx, office.officer, row.id, datetime(2026, 12, 2, 12, 30, tzinfo=TOKYO))
    assert office.states() == {"x": "scheduled"}


def test_everything_that_asks_for_a_time_reads_the_same_rules(office: Office) -> None:
    (row,) = office.approved(channels="x", extra="slot: lunch")
    waiting = office.submit(office.post("b", channels="x", extra=""))
    in_force(office, special("", SATURDAY))
    in_force(office, slot("saturday", days=["sat"], at="09:00"))
    make(office, special("創立記念日", date(2026, 12, 2), date(2026, 12, 4)))
    rules, opening = office.ctx.rules, datetime(2026, 12, 5, 9, 0, tzinfo=TOKYO)
    assert timetable(office.ctx).rules == rules
    assert rules.slots["saturday"].at == opening.time()
    (foreseen,) = foresight.foresee(office.ctx, waiting)
    assert foreseen.due is not None
    assert foreseen.due.astimezone(TOKYO).date() == date(2026, 12, 1)
    office.at(TUESDAY.replace(hour=17))
    (foreseen,) = foresight.foresee(office.ctx, waiting)
    assert foreseen.due == opening
    assert scheduling.free_times(office.ctx, row, 1) == [opening]
    shown = {day.date: day.closed for day in calendar.days(office.ctx, office.officer, date(2026, 12, 1), 6)}
    assert [shown[date(2026, 12, n)] for n in range(1, 7)] == ["", "創立記念日", "創立記念日", "創立記念日", "", "休業日"]
    week = calendar.week(office.ctx)
    assert week is not None
    assert ("土 09:00", "休みの日は出さない") in week.slots
    with pytest.raises(QuietHours, match="quiet"):
        scheduling.reschedule(office.ctx, office.officer, row.id, datetime(2026, 12, 3, 12, 15, tzinfo=TOKYO))


def test_the_gate_obeys_a_change_that_another_machine_made(office: Office) -> None:
    (row,) = office.approved(channels="x", extra="publish: 2026-12-01 12:15")
    runner = office.runner()
    runner.beat()
    now = office.clock.now()
    store.RuleChange.objects.create(
        topic="hours", value=HOURS, why="ほか", set_by="a", set_at=now, accepted=True, decided_by="b", decided_at=now
    )
    assert isinstance(known := outlook.rules(office.ctx), type(office.ctx.rules))
    assert "12:00まで" in outlook.objection(office.ctx, row, NOON, known)
    office.at(NOON)
    runner.beat()
    row.refresh_from_db()
    assert (row.state, row.bar) == ("held", Bar.QUIET)
    assert row.remote_id == ""


def test_a_change_of_which_nobody_can_read_anything_holds_and_is_told(office: Office) -> None:
    from bot.services.telling import watch

    (row,) = office.approved(channels="x", extra="publish: 2026-12-01 12:15")
    now = office.clock.now()
    store.RuleChange.objects.create(
        topic="hours", value={"open": "朝"}, why="ほか", set_by="a", set_at=now, accepted=True, decided_by="b", decided_at=now
    )
    with pytest.raises(ConfigError):
        _ = office.ctx.rules
    watch.of_rules().look(office.ctx)
    assert AuditEntry.objects.filter(verb=watch.UNREADABLE).exists()
    office.at(NOON)
    office.runner().beat()
    row.refresh_from_db()
    assert row.state == "held"
    made = make(office, hours())
    assert made.waiting
    rule_changes.accept(office.ctx, CHIEF, made.number, rule_outlook.version())
    assert f"{office.ctx.rules.quiet.close:%H:%M}" == "12:00"


def test_files_that_cannot_be_read_are_not_hidden_by_a_change(office: Office) -> None:
    folder = office.schedules()
    make(office, hours())
    (folder / "quiet.yml").write_text("open: x\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        _ = office.ctx.rules
    with pytest.raises(ConfigError):
        rule_outlook.look(office.ctx, limit(1))


def test_a_lower_limit_of_a_day_holds_the_later_ones(office: Office) -> None:
    rows = [
        office.approved(n, channels="x", extra=f"publish: 2026-12-02 {at}")[0] for n, at in {"a": "09:30", "b": "16:45"}.items()
    ]
    assert make(office, limit(1)).held == 1
    assert [Delivery.objects.get(id=row.id).state for row in rows] == ["scheduled", "held"]
    assert "1件まで" in Delivery.objects.get(id=rows[1].id).problem
    assert make(office, limit(2)).waiting
    assert make(office, limit(None)).waiting


def test_a_new_word_about_one_thing_replaces_the_one_that_waits(office: Office) -> None:
    first = make(office, hours(close="20:00"))
    second = make(office, hours(close="19:00"), CHIEF)
    assert [row.id for row in rule_changes.waiting()] == [second.number]
    row = store.RuleChange.objects.get(id=first.number)
    assert (row.accepted, row.decided_by) == (False, "kouhou-kacho")
    with pytest.raises(NotFound):
        rule_changes.accept(office.ctx, CHIEF, first.number, rule_outlook.version())


def test_nobody_decides_by_a_look_that_is_out_of_date(office: Office) -> None:
    seen = rule_outlook.version()
    made = make(office, hours(close="20:00"))
    in_force(office, limit(1))
    with pytest.raises(AlreadyDecided):
        rule_changes.accept(office.ctx, CHIEF, made.number, seen)
    with pytest.raises(AlreadyDecided):
        rule_changes.make(office.ctx, office.officer, limit(None), "試験", seen)
    rule_changes.decline(office.ctx, office.officer, made.number)
    assert rule_changes.waiting() == []


@pytest.mark.parametrize("role", [Role.LEADER, Role.TRAINEE, Role.HEAD, Role.OPERATOR, Role.AUDITOR])
def test_only_officers_change_the_rules(office: Office, role: Role) -> None:
    with pytest.raises(NotAllowed):
        make(office, limit(1), Actor(person="someone", role=role))
    assert not store.RuleChange.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (hours(close="08:00"), "close"),
        (hours(days=[]), "days"),
        (special("休み", date(2026, 12, 5), date(2026, 12, 4)), "last"),
        (special("休み", date(2026, 11, 1)), "last"),
        (special("休み", date(2026, 12, 5), date(2027, 12, 4)), "last"),
        (slot("a b"), "name"),
        (slot("new", days=[]), "days"),
        (slot("new", days=["sun"]), "days"),
        (slot("new", at="23:00"), "at"),
        (slot("new", at="12:15"), "at"),
        (slot("new", channels=["twitter"]), "channels"),
        (slot("new", gap=0), "gap"),
        (limit(1, "twitter"), "channel"),
        (limit(None), ""),
        (back(hours()), ""),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(office: Office, change: RuleChange, field: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        make(office, change)
    assert refused.value.field == field
    assert not store.RuleChange.objects.exists()


def test_what_comes_and_goes_is_shown_for_thirty_days(office: Office) -> None:
    found = rule_outlook.look(office.ctx, slot("lunch", at="12:30", days=WEEK[:5], gap=30))
    assert {one.at.astimezone(TOKYO).time() for one in found.gone} == {NOON.time()}
    assert found.come[0].at == NOON.replace(minute=30)
    assert len(found.gone) == len(found.come) == 20  # weekdays from the 1st to the 30th, less two of the year's end
    closing = rule_outlook.look(office.ctx, special("創立記念日", date(2026, 12, 2)))
    assert closing.closed == [(date(2026, 12, 2), "創立記念日")]
    assert {one.name for one in closing.gone} == {"morning", "lunch", "evening"}
    assert rule_outlook.look(office.ctx, special("")).opened == [SATURDAY]


def test_two_who_change_at_the_same_time_do_not_undo_each_other(office: Office) -> None:
    seen, lost = rule_outlook.version(), list[BotError]()

    def work(most: int) -> None:
        try:
            rule_changes.make(office.ctx, office.officer, limit(most), "試験", seen)
        except BotError as e:
            lost.append(e)
        connections.close_all()

    if connection.vendor != "postgresql":
        work(2)
        work(1)
    else:
        threads = [threading.Thread(target=work, args=(most,)) for most in (2, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [type(e) for e in lost] == [AlreadyDecided]
    assert store.RuleChange.objects.filter(accepted=True).count() == 1


def test_hours_without_end_and_days_without_rules(office: Office) -> None:
    office.schedules()
    in_force(office, hours(open="00:00", close="24:00", days=WEEK[:3], public_holidays=True))
    row = office.approved(channels="x", extra="publish: 2026-12-02 23:00")[0]
    assert row.due_at == datetime(2026, 12, 2, 23, 0, tzinfo=TOKYO)
    with pytest.raises(QuietHours):
        scheduling.reschedule(office.ctx, office.officer, row.id, row.due_at + timedelta(days=1))
