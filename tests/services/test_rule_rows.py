"""The rows of the office's rules of time: which one counts, what cannot be read, and what the page says of both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import ConfigError
from bot.store import rules as store
from tests.office import Office
from tests.services.test_rule_changes import HOURS, SLOT, in_force, limit, make


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
