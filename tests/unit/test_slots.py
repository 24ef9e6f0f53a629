"""Which slot a post gets: gaps, channels, days, and the clock of the city rather than of its machine."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import Blackout, ConfigError, FileError, QuietHours, ScheduleError, SlotTaken
from bot.schedule.opening import Candidate, closed_reason, require_open
from bot.schedule.rules import Rules, load
from bot.schedule.slots import free_times, next_free
from tests.office import TOKYO

QUIET = "open: 8:30\nclose: 17:15\ndays: [mon, tue, wed, thu, fri]\n"
FAR = ZoneInfo("Pacific/Honolulu")  # a day behind whatever zone the tests' machine keeps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, slots="slots: {a: {days: [tue, wed], at: 12:15}}", quiet=QUIET, blackouts="# 予定はありません\n")
    return tmp_path


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")


def rules(folder: Path, slots: str = "", **files: str) -> Rules:
    write(folder, **({"slots": slots} if slots else {}), **files)
    return load(folder, TOKYO)


def at(text: str, zone: ZoneInfo = TOKYO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


TUESDAY = "2026-12-01"


@pytest.mark.parametrize(("taken", "gets"), [("12:00", "12-02"), ("11:45:01", "12-02"), ("11:45", "12-01"), ("12:45", "12-01")])
def test_a_slot_is_free_again_when_its_gap_is_over(folder: Path, taken: str, gets: str) -> None:
    given = rules(folder, "slots: {a: {days: [tue, wed], at: 12:15, gap: 30m}}")
    assert next_free("x", "a", at(f"{TUESDAY} 09:00"), [at(f"{TUESDAY} {taken}")], given) == at(f"2026-{gets} 12:15")


def test_a_gap_is_as_long_as_it_is_written(folder: Path) -> None:
    given = rules(folder, "slots: {a: {days: [tue, wed], at: 12:15, gap: 3h}}")
    assert next_free("x", "a", at(f"{TUESDAY} 08:00"), [at(f"{TUESDAY} 10:00")], given) == at("2026-12-02 12:15")


def test_a_slot_of_some_channels_is_for_these_alone(folder: Path) -> None:
    given = rules(folder, "slots: {a: {days: [tue], at: 9:30, channels: [x]}, b: {days: [tue], at: 15:30}}")
    after = at(f"{TUESDAY} 08:00")
    assert next_free("x", "", after, [], given) == at(f"{TUESDAY} 09:30")
    assert next_free("facebook", "", after, [], given) == at(f"{TUESDAY} 15:30")
    with pytest.raises(SlotTaken) as caught:
        next_free("facebook", "a", after, [], given)
    assert "空いている配信枠" in caught.value.summary
    assert "時刻を決める" in caught.value.next_step


def test_a_thread_gets_a_slot_that_it_can_end_in(folder: Path) -> None:
    given = rules(folder, "slots: {late: {days: [tue], at: 17:10}, a: {days: [wed], at: 9:30}}")
    after = at(f"{TUESDAY} 09:00")
    assert next_free(Candidate(channel="x"), "", after, [], given) == at(f"{TUESDAY} 17:10")
    assert next_free(Candidate(channel="x", parts=11), "", after, [], given) == at("2026-12-02 09:30")


def test_a_slot_that_does_not_exist_is_named(folder: Path) -> None:
    with pytest.raises(ScheduleError) as caught:
        next_free("x", "夜", at(f"{TUESDAY} 08:00"), [], rules(folder))
    assert "「夜」" in caught.value.summary


def test_free_times_are_the_next_ones_of_all_slots_in_order(folder: Path) -> None:
    late, early = "late: {days: [tue, wed], at: 15:30}", "early: {days: [tue, wed], at: 9:30}"
    slots = f"slots: {{{late}, {early}, x: {{days: [mon], at: 9:30, channels: [x]}}}}"
    given = rules(folder, slots)
    taken = [at("2026-12-02 09:30")]
    found = free_times(Candidate(channel="facebook"), at(f"{TUESDAY} 09:30"), taken, given, 3)
    assert found == [at("2026-12-01 15:30"), at("2026-12-02 15:30"), at("2026-12-08 09:30")]
    assert free_times(Candidate(channel="x"), at("2026-12-03 09:00"), [], given, 1) == [at("2026-12-07 09:30")]


def test_the_day_is_that_of_the_city_whatever_zone_its_machine_keeps(folder: Path) -> None:
    write(folder, slots="slots: {a: {days: [tue], at: 16:00}}")
    far = load(folder, FAR)
    after = at(f"{TUESDAY} 15:30", FAR).astimezone(TOKYO)
    assert next_free("x", "a", after, [], far) == at(f"{TUESDAY} 16:00", FAR)
    assert free_times(Candidate(channel="x"), after, [], far, 1) == [at(f"{TUESDAY} 16:00", FAR)]


def test_a_refusal_tells_the_city_s_time_whatever_zone_its_machine_keeps(folder: Path) -> None:
    write(folder, blackouts="- {from: 2026-12-01 12:00, to: 2026-12-01 17:00, why: 選挙}")
    far = load(folder, FAR)
    with pytest.raises(Blackout) as held:
        require_open(at(f"{TUESDAY} 12:15", FAR).astimezone(TOKYO), "x", far)
    assert "12月1日（火） 12:15" in held.value.summary
    assert "選挙" in held.value.summary
    assert "12月1日（火） 17:00" in held.value.next_step
    with pytest.raises(QuietHours) as closed:
        require_open(at(f"{TUESDAY} 22:15", FAR).astimezone(TOKYO), "x", far)
    assert "12月1日（火） 22:15" in closed.value.summary
    assert "8:30" in closed.value.summary


def test_a_thread_goes_out_whole_before_closing_time_and_before_a_blackout_or_not_at_all(folder: Path) -> None:
    given = rules(folder, blackouts="- {from: 2026-12-01 12:00, to: 2026-12-01 13:00, why: 選挙}")
    thread = Candidate(channel="x", parts=11)
    for moment in ("11:40", "13:00", "16:55"):
        require_open(at(f"{TUESDAY} {moment}"), thread, given)
    for moment, error in (("11:55", Blackout), ("12:59", Blackout), ("17:10", QuietHours)):
        with pytest.raises(error):
            require_open(at(f"{TUESDAY} {moment}"), thread, given)
        if moment != "12:59":
            require_open(at(f"{TUESDAY} {moment}"), "x", given)


def test_a_thread_may_begin_at_opening_time(folder: Path) -> None:
    require_open(at(f"{TUESDAY} 08:30"), Candidate(channel="x", parts=11), rules(folder))


def test_public_holidays_are_open_where_the_office_says_so(folder: Path) -> None:
    assert closed_reason(at("2026-11-23").date(), rules(folder)) == "勤労感謝の日"
    assert closed_reason(at("2026-11-23").date(), rules(folder, quiet=QUIET + "public_holidays: true\n")) == ""


@pytest.mark.parametrize("written", ["祭り", "#祭り", "＃祭り"])
def test_a_word_of_a_blackout_is_found_with_its_mark_or_without(folder: Path, written: str) -> None:
    given = rules(folder, blackouts=f"- {{from: 2026-12-01, to: 2026-12-01, words: ['{written}']}}")
    moment = at(f"{TUESDAY} 12:15")
    with pytest.raises(Blackout):
        require_open(moment, Candidate(channel="x", text="百万石の祭りです"), given)
    require_open(moment, Candidate(channel="x", text="窓口です"), given)


def test_a_file_of_blackouts_with_nothing_in_it_stops_nothing(folder: Path) -> None:
    assert rules(folder).blackouts == ()


def test_slots_at_one_time_on_different_days_and_at_opening_time_are_fine(folder: Path) -> None:
    given = rules(folder, "slots: {a: {days: [mon], at: 8:30}, b: {days: [tue], at: 8:30}}")
    assert next_free("x", "", at("2026-11-30 08:00"), [at("2026-11-30 08:30")], given) == at("2026-12-01 08:30")


def test_a_slot_outside_office_hours_is_told_the_hours(folder: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        rules(folder, "slots: {a: {days: [mon], at: 7:30}}")
    assert "08:30 から 17:15 まで" in caught.value.summary


@pytest.mark.parametrize(
    ("candidate", "held"),
    [
        (Candidate(channel="x", tags=frozenset({"祭り"})), True),
        (Candidate(channel="x", tags=frozenset({"#祭り", "窓口"})), True),
        (Candidate(channel="x", tags=frozenset({"ｄｘ"})), True),
        (Candidate(channel="x", tags=frozenset({"祭"})), False),
        (Candidate(channel="x", tags=frozenset({"窓口"}), text="花火の夜"), True),
        (Candidate(channel="x", tags=None), True),  # nobody knows what it bears
        (Candidate(channel="x", text="祭り"), False),  # a word is no hashtag
        (Candidate(channel="facebook", tags=frozenset({"祭り"}), text="花火の夜"), False),
    ],
)
def test_a_blackout_of_hashtags_and_words_holds_what_bears_either(folder: Path, candidate: Candidate, held: bool) -> None:
    entry = "{from: 2026-12-01, to: 2026-12-01, channels: [x], tags: ['#祭り', DX], words: [花火]}"
    given = rules(folder, blackouts=f"- {entry}")
    with pytest.raises(Blackout) if held else nullcontext():
        require_open(at(f"{TUESDAY} 12:15"), candidate, given)


def test_what_nobody_knows_the_hashtags_of_is_free_where_only_words_are_held(folder: Path) -> None:
    given = rules(folder, blackouts="- {from: 2026-12-01, to: 2026-12-01, words: [花火]}")
    require_open(at(f"{TUESDAY} 12:15"), Candidate(channel="x", tags=None, text="窓口です"), given)


# Monday 2026-11-23 is 勤労感謝の日; 2027-01-11 is 成人の日; the days from 2026-12-29 to 2027-01-03 are closed.
YEAR_END = QUIET + "closed: [{from: 12-29, to: 01-03, why: 年末年始}]\n"


@pytest.mark.parametrize(
    ("if_closed", "gets"),
    [("skip", "11-30"), ("later", "11-24"), ("earlier", "11-20")],
)
def test_a_slot_on_a_holiday_is_skipped_or_moves_to_the_next_open_day(folder: Path, if_closed: str, gets: str) -> None:
    given = rules(folder, f"slots: {{a: {{days: [mon], at: 9:30, if_closed: {if_closed}}}}}")
    assert next_free("x", "a", at("2026-11-17 09:00"), [], given) == at(f"2026-{gets} 09:30")


def test_days_that_move_to_one_day_are_one_time(folder: Path) -> None:
    slots = "slots: {a: {days: [tue, wed, thu, fri], at: 9:30, if_closed: later}, b: {days: [mon], at: 9:30}}"
    given = rules(folder, slots, quiet=YEAR_END)
    found = free_times(Candidate(channel="x"), at("2026-12-28 09:00"), [], given, 4)
    # Of four closed days and of another slot's Monday, one time is left.
    assert found == [at(f"{day} 09:30") for day in ("2026-12-28", "2027-01-04", "2027-01-05", "2027-01-06")]


def test_a_slot_moves_for_a_holiday_that_only_the_file_knows_and_for_none_that_it_took_away(folder: Path) -> None:
    slots = "slots: {a: {days: [mon], at: 9:30, if_closed: later}}"
    quiet = QUIET + "holidays: [{day: 2026-12-07, name: 新しい祝日}]\nworkdays: [2026-11-23]\n"
    given = rules(folder, slots, quiet=quiet)
    found = free_times(Candidate(channel="x"), at("2026-11-21 09:00"), [], given, 3)
    assert found == [at("2026-11-23 09:30"), at("2026-11-30 09:30"), at("2026-12-08 09:30")]


def test_a_slot_that_moved_into_a_blackout_is_none(folder: Path) -> None:
    given = rules(
        folder,
        "slots: {a: {days: [mon], at: 9:30, if_closed: later}}",
        blackouts="- {from: 2026-11-24, to: 2026-11-24, why: 選挙}",
    )
    assert next_free("x", "a", at("2026-11-21 09:00"), [], given) == at("2026-11-30 09:30")


def test_a_day_has_no_more_posts_of_a_channel_than_it_may(folder: Path) -> None:
    given = rules(folder, "per_day: {x: 2}\nslots: {a: {days: [tue, wed], at: 9:30}, b: {days: [tue, wed], at: 15:30}}")
    taken = [at(f"{TUESDAY} 09:30"), at(f"{TUESDAY} 12:00")]
    assert next_free("x", "", at(f"{TUESDAY} 09:45"), taken, given) == at("2026-12-02 09:30")
    assert next_free("x", "", at(f"{TUESDAY} 09:45"), taken[:1], given) == at(f"{TUESDAY} 15:30")
    assert next_free("facebook", "", at(f"{TUESDAY} 09:45"), taken, given) == at(f"{TUESDAY} 15:30")


def test_a_day_is_the_city_s_when_posts_are_counted(folder: Path) -> None:
    write(folder, slots="per_day: {x: 1}\nslots: {a: {days: [tue, wed], at: 9:30}}")
    far = load(folder, FAR)
    taken = [at(f"{TUESDAY} 16:00", FAR).astimezone(TOKYO)]
    assert next_free("x", "", at(f"{TUESDAY} 08:45", FAR), taken, far) == at("2026-12-02 09:30", FAR)


@pytest.mark.parametrize(
    ("slots", "line", "column", "told"),
    [
        ("slots:\n  a: {days: [mon], at: 9:30, if_closed: after}\n", 2, 41, "after"),
        ("per_day: {x: 0}\nslots: {}\n", 1, 14, "0"),
        ("per_day:\n  mixi: 3\nslots: {}\n", 2, 3, "mixi"),
        ("per_day: 3\nslots: {}\n", 1, 10, "per_day"),
    ],
)
def test_a_slip_is_told_with_its_line_and_column(folder: Path, slots: str, line: int, column: int, told: str) -> None:
    write(folder, slots=slots)
    with pytest.raises(FileError) as slip:
        load(folder, TOKYO, ["x", "facebook"])
    assert (slip.value.place.line, slip.value.place.column) == (line, column)
    assert told in slip.value.problem
    assert slip.value.next_step
