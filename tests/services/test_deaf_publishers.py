"""Who watches the publisher sees the feed's age, too: watch, health, metrics, doctor's sentence on the calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.registry import load
from bot.services.pages import disasters, gauges, health
from bot.services.records.context import context
from bot.services.telling import watchman
from tests.office import Office
from tests.services.test_disasters import CITY

ELEVEN = timedelta(minutes=11)


@pytest.fixture
def hall(office: Office) -> Office:
    (office.folder / "city.yml").write_text(CITY, encoding="utf-8")
    office.env |= {"DXBOT_JMA_BASE_URL": f"{office.sandbox.base_url}/jma"}
    office.ctx = context(load(office.env), office.clock)
    return office


def ages(hall: Office) -> dict[str, float]:
    (gauge,) = (g for g in gauges.read(hall.ctx) if g.name == "feed_age_seconds")
    return {labels[0]: figure for labels, figure in gauge.samples}


def test_the_age_of_each_feed_is_known_and_silence_is_told(hall: Office) -> None:
    hall.runner().listen()
    assert ages(hall) == {"eqvol": 0.0, "extra": 0.0}
    assert "deaf" not in watchman.look(hall.ctx)
    hall.at(hall.clock.now() + ELEVEN)
    assert ages(hall) == {"eqvol": 660.0, "extra": 660.0}
    assert health.ready(hall.ctx).feeds == {"eqvol": 660.0, "extra": 660.0}
    assert health.ready(hall.ctx).well
    assert "気象庁" in watchman.look(hall.ctx)["deaf"]
    assert "読めていません" in disasters.notice(hall.ctx)


def test_without_a_feed_nothing_is_measured_and_people_know(office: Office) -> None:
    assert health.ready(office.ctx).feeds == {}
    assert "deaf" not in watchman.look(office.ctx)
    assert "自動では止まりません" in disasters.notice(office.ctx)
