"""When things may go out, and which slot a post gets."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.errors import Blackout, ConfigError, QuietHours, ScheduleError, SlotTaken
from bot.schedule.opening import closed_reason, quiet_reason, require_open
from bot.schedule.rules import FILES, Rules, load, stamp
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


CHANNELS = ("x", "instagram", "facebook")


def test_a_blackout_holds_from_its_first_moment_to_just_before_its_last(tmp_path: Path) -> None:
    text = "- {from: 2026-12-01 12:00, to: 2026-12-01 17:00, why: 選挙}"
    rules = load(_folder(tmp_path, blackouts=text), TOKYO)
    for moment, held in (("11:59:59", False), ("12:00", True), ("16:59:59", True), ("17:00", False)):
        with pytest.raises(Blackout) if held else nullcontext():
            require_open(at(f"2026-12-01 {moment}"), "x", rules)


def test_a_moment_of_another_zone_is_refused_in_the_city_s_time(tmp_path: Path) -> None:
    text = "- {from: 2026-12-01 12:00, to: 2026-12-01 17:00, why: 選挙}"
    rules = load(_folder(tmp_path, blackouts=text), TOKYO)
    with pytest.raises(Blackout) as held:
        require_open(at("2026-12-01 12:15").astimezone(UTC), "x", rules)
    assert "12:15" in held.value.summary
    assert "17:00" in held.value.next_step
    with pytest.raises(QuietHours) as closed:
        require_open(at("2026-12-01 22:15").astimezone(UTC), "x", rules)
    assert "22:15" in closed.value.summary
    assert f"（{quiet_reason(at('2026-12-01 22:15'), rules)}）" in closed.value.summary
    assert "配信枠" in closed.value.next_step


def test_a_blackout_of_dates_holds_the_whole_of_its_last_day(tmp_path: Path) -> None:
    rules = load(_folder(tmp_path, blackouts="- {from: 2027-03-26, to: 2027-04-09, why: 選挙}"), TOKYO)
    require_open(at("2027-03-25 17:14"), "x", rules)
    for held in ("2027-03-26 08:30", "2027-04-09 17:14"):
        with pytest.raises(Blackout):
            require_open(at(held), "x", rules)
    require_open(at("2027-04-12 08:30"), "x", rules)
    (blackout,) = rules.blackouts
    assert (blackout.start, blackout.end) == (at("2027-03-26 00:00"), at("2027-04-10 00:00"))


def test_a_zone_that_is_written_is_honoured(tmp_path: Path) -> None:
    text = "- {from: 2026-12-01 03:00+00:00, to: 2026-12-01 05:00Z, why: 保守}"
    rules = load(_folder(tmp_path, blackouts=text), TOKYO)
    require_open(at("2026-12-01 11:59"), "x", rules)
    with pytest.raises(Blackout):
        require_open(at("2026-12-01 12:00"), "x", rules)
    require_open(at("2026-12-01 14:00"), "x", rules)


def test_a_blackout_may_speak_of_hashtags_or_words(tmp_path: Path) -> None:
    text = "- {from: 2026-12-01, to: 2026-12-02, why: 弔意, tags: ['#祭り', ＃花火], words: [おまつり]}"
    (blackout,) = load(_folder(tmp_path, blackouts=text), TOKYO).blackouts
    assert (blackout.tags, blackout.words) == ({"祭り", "花火"}, {"おまつり"})


@pytest.mark.parametrize(
    ("span", "open_", "closed"),
    [
        ('{from: "12-29", to: "01-03"}', ("12-28", "01-04"), ("12-29", "12-31", "01-01", "01-03")),
        ("{from: 2-28, to: 3-1}", ("02-27", "03-02"), ("02-28", "02-29", "03-01")),
        ("{from: 08-13, to: 08-13}", ("08-12", "08-14"), ("08-13",)),
    ],
)
def test_a_closed_span_includes_its_last_day_also_over_new_year(
    tmp_path: Path, span: str, open_: tuple[str, ...], closed: tuple[str, ...]
) -> None:
    everyday = f"open: 8:30\nclose: 17:15\ndays: [mon, tue, wed, thu, fri, sat, sun]\npublic_holidays: true\nclosed: [{span}]\n"
    rules = load(_folder(tmp_path, quiet=everyday), TOKYO)
    reasons = {day: closed_reason(at(f"2028-{day}").date(), rules) for day in (*open_, *closed)}
    assert reasons == dict.fromkeys(open_, "") | dict.fromkeys(closed, "休業日")


def test_a_quoted_no_keeps_public_holidays_closed(tmp_path: Path) -> None:
    quiet = 'open: "8:30"\nclose: "17:15"\ndays: [mon]\npublic_holidays: "no"\n'
    rules = load(_folder(tmp_path, quiet=quiet, slots="slots: {a: {days: [mon], at: 9:30}}"), TOKYO)
    assert closed_reason(at("2026-11-23").date(), rules) == "勤労感謝の日"
    assert rules.slots["a"].at == time(9, 30)


def test_a_byte_order_mark_and_another_systems_line_ends_change_nothing(tmp_path: Path) -> None:
    plain = load(_folder(tmp_path), TOKYO)
    for file in tmp_path.glob("*.yml"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(tmp_path, TOKYO) == plain


def test_a_stamp_differs_when_a_file_has_changed_or_is_gone(tmp_path: Path) -> None:
    seen = {stamp(_folder(tmp_path))}
    path = tmp_path / "blackouts.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    seen.add(stamp(tmp_path))
    path.unlink()
    seen.add(stamp(tmp_path))
    assert len(seen) == 3


@pytest.mark.parametrize("name", FILES)
def test_to_be_without_a_file_is_no_freedom(tmp_path: Path, name: str) -> None:
    (_folder(tmp_path) / name).unlink()
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, TOKYO)
    assert name in caught.value.summary


@pytest.mark.parametrize(
    ("file", "text", "word", "advice"),
    [
        ("blackouts", "- {from: 2027-03-26, to: 2027-04-12, channels: facebook}", "並び", "channels: [facebook]"),
        ("blackouts", "- {from: 2027-03-26, to: 2027-04-12, channels: [twitter]}", "twitter", "x"),
        ("blackouts", "- {from: 2027-03-26, to: 2027-04-12, channels: []}", "空の並び", "消して"),
        ("blackouts", "- {from: 2027-03-26, to: 2027-04-12, tags: []}", "空の並び", "消して"),
        ("blackouts", "- {from: 0001-01-01, to: 2027-04-12}", "年", "1900年"),
        ("blackouts", "- {from: 2027-03-26, to: 9999-12-31}", "年", "2199年"),
        ("blackouts", "- {from: 2027-03-26}", "「to」がありません", "to:"),
        ("blackouts", "- {to: 2027-03-26}", "「from」がありません", "from:"),
        ("blackouts", "- {from: 2027-03-26 12:00, to: 2027-03-26 12:00}", "前か同じ", "from より後"),
        ("blackouts", "from: 2027-03-26", "並び", "- "),
        ("quiet", "close: 17:15\ndays: [mon]", "「open」がありません", "open:"),
        ("quiet", "open: 8:30\ndays: [mon]", "「close」がありません", "close:"),
        ("quiet", "open: 8:30\nclose: 17:15", "「days」がありません", "days:"),
        ("quiet", "open: 8:30\nclose: 8:30\ndays: [mon]", "前か同じ", "open より後"),
        ("quiet", "open: 8:30\nclose: 17:15\ndays: [mon]\nclosed: [{to: 01-03}]", "「from」がありません", "from:"),
        ("quiet", "open: 8:30\nclose: 17:15\ndays: [mon]\nclosed: [{from: 12-29}]", "「to」がありません", "to:"),
        ("slots", "grace: 30m", "「slots」がありません", "slots:"),
        ("slots", "slots: {a: {at: 9:30}}", "「days」がありません", "days:"),
        ("slots", "slots: {a: {days: [mon]}}", "「at」がありません", "at:"),
        ("quiet", "open: 17:15\nclose: 8:30\ndays: [mon]", "前か同じ", "open より後"),
        ("quiet", "open: 8:30\nclose: 17:15\ndays: [mon, mon]", "2回", "どちらか"),
        ("quiet", "open: 8:30\nclose: 17:15\ndays: [mon]\npublic_holidays: たぶん", "たぶん", "true"),
        ("quiet", "open: 8:30\nclose: 17:15\ndays: [mon]\nclosed: [{from: 12-32, to: 01-03}]", "12-32", "12-29"),
        ("slots", "slots: {a: {days: [mon], at: 7:30}}", "外です", "直して"),
        ("slots", "slots: {a: {days: [mon], at: 17:15}}", "外です", "直して"),
        ("slots", "slots: {a: {days: [sun], at: 9:30}}", "「a」の曜日", "quiet.yml"),
        ("slots", "slots: {a: {days: [mon], at: 9:30}, b: {days: [mon, tue], at: 9:30}}", "同じ時刻", "ずらして"),
        ("slots", "slots: {a: {days: [mon], at: 9:30, channels: [x]}, b: {days: [mon], at: 9:30}}", "同じ時刻", "ずらして"),
        ("slots", "slots: {a: {days: [mon], at: 9:30}, b: {days: [mon], at: 9:30, channels: [x]}}", "同じ時刻", "ずらして"),
        (
            *(
                "slots",
                "slots: {a: {days: [mon], at: 9:30, channels: [x, facebook]}, b: {days: [mon], at: 9:30, channels: [x]}}",
            ),
            *("同じ時刻", "ずらして"),
        ),
        ("slots", "slots: {a: {days: [mon], at: 9:30}, a: {days: [tue], at: 9:30}}", "2回", "どちらか"),
        ("slots", "slots: {a: {days: [mon], at: 9:30, channels: [X]}}", "「X」は使えません", "x"),
        ("slots", "grace: 60\nslots: {}", "60", "30m"),
    ],
)
def test_what_would_void_or_widen_a_rule_in_silence_is_refused(
    tmp_path: Path, file: str, text: str, word: str, advice: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(_folder(tmp_path, **{file: text}), TOKYO, CHANNELS)
    assert f"{file}.yml の" in caught.value.summary
    assert "行目" in caught.value.summary
    assert word in caught.value.summary
    assert advice in caught.value.next_step


def test_slots_of_different_channels_may_share_a_time(tmp_path: Path) -> None:
    slots = "slots: {a: {days: [mon], at: 9:30, channels: [x]}, b: {days: [mon], at: 9:30, channels: [facebook]}}"
    assert set(load(_folder(tmp_path, slots=slots), TOKYO, CHANNELS).slots) == {"a", "b"}


def test_slots_of_different_days_may_share_a_time(tmp_path: Path) -> None:
    slots = "slots: {a: {days: [mon], at: 9:30}, b: {days: [tue], at: 9:30}}"
    assert set(load(_folder(tmp_path, slots=slots), TOKYO, CHANNELS).slots) == {"a", "b"}


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


def test_a_holiday_that_the_library_does_not_know_closes_and_one_that_is_none_any_more_opens(tmp_path: Path) -> None:
    quiet = (
        'open: "8:30"\nclose: "17:15"\ndays: [mon, tue, wed, thu, fri]\n'
        "holidays: [{day: 2026-12-02, name: 国民の休日}, {day: 2026-12-03}]\nworkdays: [2026-11-23]\n"
    )
    rules = load(_folder(tmp_path, quiet=quiet), TOKYO)
    days = ("2026-12-01", "2026-12-02", "2026-12-03", "2026-11-23", "2026-11-03")
    assert [closed_reason(at(day).date(), rules) for day in days] == ["", "国民の休日", "祝日", "", "文化の日"]
