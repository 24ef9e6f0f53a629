"""A machine that is new beside others on one database has no mark: it begins once one of them shows that it stands well."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.registry import load
from bot.services.delivery import guard
from bot.services.records import mark
from bot.services.records.context import context
from bot.services.runner import Runner
from bot.store.models import Pause
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)


def _publisher(office: Office, folder: Path) -> Runner:
    runner = Runner(context(load(office.env | {"DXBOT_VAR_DIR": str(folder)}), office.clock))
    office._runners.append(runner)
    return runner


def test_in_company_a_new_machine_begins_and_alone_it_does_not(office: Office, tmp_path: Path) -> None:
    office.schedules()
    office.approved("one", channels="facebook", extra=f"publish: {NOON:%Y-%m-%d %H:%M}")
    old, new = office.runner(), _publisher(office, tmp_path / "new")
    office.at(NOON)
    old.beat()
    assert len(office.sandbox.posts()) == 1
    new.beat()
    assert not new.engine._guard.stands
    old.engine._guard._kept_up -= guard._EACH  # a second later
    old.beat()
    new.beat()
    assert new.engine._guard.stands
    assert not Pause.objects.exists()
    assert mark.is_in_log(mark.read(new.ctx).marks[0])
    office.approved("two", channels="x", images="", extra=f"publish: {NOON + timedelta(minutes=9):%Y-%m-%d %H:%M}")
    office.at(NOON + timedelta(minutes=9))
    new.beat()
    assert len(office.sandbox.posts()) == 2
