"""When things may go out, and which slot a post gets."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.errors import Blackout, ConfigError, QuietHours, ScheduleError, SlotTaken
from bot.schedule.calendar import closed_reason, require_open
from bot.schedule.rules import Rules, load
from bot.schedule.slots import next_free
from tests.office import TOKYO


@pytest.fixture
def rules() -> Rules:
    return load(ROOT / "schedules", TOKYO)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-12-01", ""),
        ("2026-12-05", "休業日"),
        ("2026-11-23", "勤労感謝の日"),
        ("2026-12-30", "年末年始"),
        ("2027-01-01", "年末年始"),
    ],
)
def test_weekends_public_holidays_and_year_end_are_closed(rules: Rules, day: str, reason: str) -> None:
    assert closed_reason(at(day).date(), rules) == reason


@pytest.mark.parametrize(
    ("time", "open_"), [("08:29", False), ("08:30", True), ("17:14", True), ("17:15", False), ("23:00", False)]
)
def test_nothing_goes_out_outside_office_hours(rules: Rules, time: str, open_: bool) -> None:
    moment = at(f"2026-12-01 {time}")
    if open_:
        require_open(moment, "x", rules)
    else:
        with pytest.raises(QuietHours):
            require_open(moment, "x", rules)


def test_the_next_slot_skips_closed_days(rules: Rules) -> None:
    assert next_free("x", "lunch", at("2026-11-20 12:15"), [], rules) == at("2026-11-24 12:15")


def test_without_a_name_the_nearest_slot_is_taken(rules: Rules) -> None:
    assert next_free("x", "", at("2026-12-01 10:00"), [], rules) == at("2026-12-01 12:15")


def test_a_taken_slot_and_its_gap_are_left_alone(rules: Rules) -> None:
    taken = [at("2026-12-01 12:15"), at("2026-12-02 12:40")]
    assert next_free("x", "lunch", at("2026-12-01 09:00"), taken, rules) == at("2026-12-03 12:15")


def test_an_unknown_slot_names_the_known_ones(rules: Rules) -> None:
    with pytest.raises(ScheduleError) as caught:
        next_free("x", "brunch", at("2026-12-01 09:00"), [], rules)
    assert "lunch" in caught.value.next_step


def test_a_full_calendar_says_so(rules: Rules) -> None:
    start = at("2026-12-01 09:00")
    taken = [start + timedelta(minutes=20 * n) for n in range(120 * 72 + 100)]
    with pytest.raises(SlotTaken):
        next_free("x", "", start, taken, rules)


def _folder(tmp_path: Path, **files: str) -> Path:
    for name in ("slots", "quiet", "blackouts"):
        text = files.get(name) or (ROOT / "schedules" / f"{name}.yml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_blackout_stops_its_channels_only(tmp_path: Path) -> None:
    text = "- {from: 2026-12-01 00:00, to: 2026-12-03 00:00, kind: election, why: 選挙, channels: [x]}"
    rules = load(_folder(tmp_path, blackouts=text), TOKYO)
    with pytest.raises(Blackout):
        require_open(at("2026-12-02 12:15"), "x", rules)
    require_open(at("2026-12-02 12:15"), "facebook", rules)
    assert next_free("x", "lunch", at("2026-12-01 09:00"), [], rules) == at("2026-12-03 12:15")


@pytest.mark.parametrize(
    ("file", "text", "word"),
    [
        ("slots", "slots: {a: {days: [monday], at: '12:15'}}", "monday"),
        ("slots", "slots: {a: {days: [mon], at: noon}}", "時刻"),
        ("slots", "grace: long\nslots: {}", "長さ"),
        ("slots", "slot: {}", "という項目はありません"),
        ("quiet", "open: ['08:30", "YAML"),
        ("blackouts", "- {from: 2026-12-03 00:00, to: 2026-12-01 00:00}", "前か同じです"),
    ],
)
def test_a_wrong_file_is_named_with_its_item(tmp_path: Path, file: str, text: str, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(_folder(tmp_path, **{file: text}), TOKYO)
    assert word in caught.value.summary
    assert f"{file}.yml" in caught.value.summary
