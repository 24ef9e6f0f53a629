"""The rows of the office's rules of time: which one counts, what cannot be read, and what the page says of both."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.errors import ConfigError
from bot.services.delivery import reasons
from bot.services.pages import rules as pages
from bot.store import rules as store
from tests.office import Office
from tests.services.test_rule_changes import HOURS, SLOT, back, hours, in_force, limit, make, special


def test_the_newer_word_counts_though_the_older_machines_clock_is_fast(office: Office) -> None:
    row = store.RuleChange.objects.get(id=make(office, limit(5)).number)
    store.RuleChange.objects.filter(id=row.id).update(decided_at=office.clock.now() + timedelta(hours=2))
    make(office, limit(1))
    assert office.ctx.rules.per_day == {"x": 1}
    in_force(office, limit(3))
    assert office.ctx.rules.per_day == {"x": 3}


@pytest.mark.parametrize(
    ("topic", "value"), [("hours", {**HOURS, "public_holidays": "false"}), ("slot", {**SLOT, "gap": 10**20})]
)
def test_a_value_that_says_nothing_clear_is_not_guessed_at(office: Office, topic: str, value: dict[str, object]) -> None:
    now = office.clock.now()
    store.RuleChange.objects.create(
        topic=topic,
        item="lunch" * (topic == "slot"),
        value=value,
        why="ほか",
        set_by="a",
        set_at=now,
        accepted=True,
        decided_at=now,
    )
    with pytest.raises(ConfigError):
        _ = office.ctx.rules


def test_the_page_shows_no_day_as_closed_that_was_taken_back_with_others(office: Office) -> None:
    one, week = special("臨時", date(2026, 12, 9)), special("工事", date(2026, 12, 7), date(2026, 12, 11))
    for change in (one, week, back(week)):
        in_force(office, change)
    assert date(2026, 12, 9) not in office.ctx.rules.quiet.special
    shown = pages.page(office.ctx).rules
    assert shown is not None
    assert shown.days == []
    in_force(office, week)
    in_force(office, special("", date(2026, 12, 9)))
    shown = pages.page(office.ctx).rules
    assert shown is not None
    assert [(found.row.item, found.partly) for found in shown.days] == [(week.item, True), (one.item, False)]


@pytest.mark.parametrize(("topic", "item"), [("hours", ""), ("days", "2026-13-01/x"), ("speed", "x")])
def test_what_cannot_be_read_can_be_said_anew_on_the_page(office: Office, topic: str, item: str) -> None:
    in_force(office, limit(1))
    now = office.clock.now()
    store.RuleChange.objects.create(
        topic=topic, item=item, value={"open": "朝"}, why="ほか", set_by="a", set_at=now, accepted=True, decided_at=now
    )
    page = pages.page(office.ctx)
    assert page.problem is not None
    assert page.rules is not None
    assert page.rules.hours.row is None
    assert next(found.most for found in page.rules.limits if found.item == "x") == 1
    assert item in page.past[0].subject


def test_of_two_that_cannot_be_read_each_can_be_said_anew(office: Office) -> None:
    now = office.clock.now()
    for topic, item in (("hours", ""), ("limit", "x")):
        store.RuleChange.objects.create(
            topic=topic, item=item, value={}, why="ほか", set_by="a", set_at=now, accepted=True, decided_at=now
        )
    in_force(office, hours())
    with pytest.raises(ConfigError):
        _ = office.ctx.rules
    in_force(office, limit(2))
    assert office.ctx.rules.per_day == {"x": 2}


def test_a_rule_that_was_taken_back_is_not_told_as_if_it_held(office: Office) -> None:
    (row,) = office.approved(channels="x", extra="publish: 2026-12-02 12:15")
    make(office, hours())
    row.refresh_from_db()
    assert "12:00まで" in reasons.now_held(office.ctx, [row])[row.id]
    in_force(office, back(hours()))
    row.refresh_from_db()
    assert row.state == "held"
    assert reasons.now_held(office.ctx, [row])[row.id] == "いまの決まりでは、その時刻に出せます。見直しを待っています"
