"""From telegrams to what is in force, and to what is held."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.disaster import table, telegram
from bot.disaster.levels import Hazard, Level
from bot.disaster.state import State, state_of
from bot.disaster.table import Effect, Table
from bot.disaster.telegram import Telegram
from bot.errors import FileError
from tests.disaster import telegrams as made
from tests.disaster.telegrams import NOON, PLACES

HEAVY, SPECIAL = ("レベル３大雨警報", "03", "発表"), ("レベル５大雨特別警報", "33", "発表")
QUAKE, COAST = ("391", "石川県加賀", "5+"), ("361", "石川県加賀", "津波警報", "51")
MINUTE = timedelta(minutes=1)


def read(data: bytes, kind: str) -> Telegram:
    return telegram.read(data, kind, PLACES)


def held(state: State, rules: Table | None = None) -> Effect:
    return max(((rules or Table()).effect(c) for c in state.conditions), default=Effect.NOTHING)


def in_force(*telegrams: Telegram, later: timedelta = MINUTE) -> State:
    return state_of(telegrams, NOON + later)


def levels(state: State) -> list[Level]:
    return [c.statement.level for c in state.conditions]


def test_one_storm_in_both_schemes_is_held_once_and_until_both_have_lifted_it() -> None:
    steps = [("大雨注意報", "10", Effect.NOTHING), ("大雨警報", "03", Effect.LIGHT), ("大雨特別警報", "33", Effect.HOLD)]
    kept = list[Telegram]()
    for number, (name, code, effect) in enumerate(steps):
        at = NOON + number * MINUTE
        told = made.warning((name, code, "発表"), at=at)
        kept += [read(told, kind) for kind in ("VPWW53", "VPWW54", "VPWW55")]
        assert held(state_of(kept, at)) is effect
    lifted = NOON + 10 * MINUTE
    kept.append(read(made.warning(("解除", "00", "解除"), at=lifted), "VPWW55"))
    assert held(state_of(kept, lifted)) is Effect.HOLD
    kept += [read(made.nothing(at=lifted), kind) for kind in ("VPWW53", "VPWW54")]
    assert state_of(kept, lifted).conditions == ()


def test_a_telegram_speaks_for_its_own_hazard_only() -> None:
    rain, landslide = read(made.warning(SPECIAL), "VPWW55"), read(made.nothing(at=NOON + MINUTE), "VPWW56")
    assert levels(in_force(rain, landslide)) == [Level.SPECIAL]


def test_an_old_telegram_is_the_whole_state_of_all_hazards() -> None:
    both = made.warning(("大雨警報", "03", "発表"), ("洪水警報", "04", "発表"))
    rain = made.warning(("大雨警報", "03", "継続"), ("洪水警報", "04", "解除"), at=NOON + MINUTE)
    found = in_force(read(both, "VPWW54"), read(rain, "VPWW54"))
    assert [c.statement.hazard for c in found.conditions] == [Hazard.RAIN]


def test_the_order_is_that_of_the_telegrams_and_not_of_their_coming() -> None:
    story = [
        read(made.warning(HEAVY, at=NOON), "VPWW55"),
        read(made.warning(SPECIAL, at=NOON + MINUTE), "VPWW55"),
        read(made.warning(("大雨警報", "03", "特別警報から警報"), at=NOON + 2 * MINUTE), "VPWW55"),
        read(made.nothing(at=NOON + 3 * MINUTE), "VPWW55"),
    ]
    for coming in itertools.permutations(story):
        assert state_of(coming, NOON + 5 * MINUTE).conditions == ()
    for coming in itertools.permutations(story[:3]):
        assert levels(state_of(coming, NOON + 5 * MINUTE)) == [Level.WARNING]


def test_of_one_report_time_the_later_control_time_counts() -> None:
    first = read(made.warning(SPECIAL, control=NOON), "VPWW55")
    second = read(made.warning(HEAVY, control=NOON + timedelta(seconds=5)), "VPWW55")
    for coming in ([first, second], [second, first]):
        assert levels(state_of(coming, NOON + MINUTE)) == [Level.WARNING]


def test_two_of_one_moment_that_differ_are_a_conflict_and_the_graver_counts() -> None:
    two = [read(made.warning(HEAVY), "VPWW55"), read(made.warning(SPECIAL), "VPWW55")]
    for coming in (two, two[::-1]):
        found = state_of(coming, NOON + MINUTE)
        assert levels(found) == [Level.SPECIAL]
        assert len(found.conflicts) == 1
    assert state_of([two[0], two[0]], NOON).conflicts == ()


def test_a_correction_of_the_same_moment_replaces() -> None:
    wrong, right = read(made.warning(SPECIAL), "VPWW55"), read(made.warning(HEAVY, info="訂正"), "VPWW55")
    assert levels(in_force(right, wrong)) == [Level.WARNING]


@pytest.mark.parametrize("status", ["訓練", "試験"])
def test_a_drill_does_nothing_and_lifts_nothing(status: str) -> None:
    assert in_force(read(made.quake(QUAKE, status=status), "VXSE53")).conditions == ()
    real, drill = read(made.warning(SPECIAL), "VPWW55"), read(made.nothing(at=NOON + MINUTE, status=status), "VPWW55")
    assert levels(in_force(real, drill)) == [Level.SPECIAL]


def test_voiding_is_not_lifting_what_stood_before_stands_again() -> None:
    heavy, special = read(made.warning(HEAVY), "VPWW55"), read(made.warning(SPECIAL, at=NOON + MINUTE), "VPWW55")
    void = read(made.cancelled(at=NOON + 2 * MINUTE), "VPWW55")
    assert levels(in_force(heavy, special, void)) == [Level.WARNING]
    assert in_force(heavy, void).conditions == ()


def test_voiding_what_nobody_has_changes_nothing_and_is_told() -> None:
    found = in_force(read(made.quake(QUAKE), "VXSE53"), read(made.cancelled(event="another", at=NOON + MINUTE), "VXSE53"))
    assert len(found.conditions) == 1
    assert len(found.lost) == 1


def test_a_quake_that_was_none() -> None:
    felt = read(made.quake(QUAKE, event="1"), "VXSE51")
    assert held(in_force(felt)) is Effect.HOLD
    assert in_force(felt, read(made.cancelled(event="1", at=NOON + MINUTE), "VXSE51")).conditions == ()


def test_a_tsunami_warning_and_its_lifting() -> None:
    warned = read(made.tsunami(COAST), "VTSE41")
    assert held(in_force(warned)) is Effect.HOLD
    seen = read(made.report("<Tsunami><Observation/></Tsunami>", at=NOON + MINUTE), "VTSE51")
    elsewhere = read(made.tsunami(("391", "伊勢・三河湾", "津波なし", "00"), at=NOON + MINUTE), "VTSE41")
    assert levels(in_force(warned, seen, elsewhere)) == [Level.WARNING]
    lifted = made.tsunami(("361", "石川県加賀", "警報解除", "50"), at=NOON + timedelta(hours=9))
    assert in_force(warned, read(lifted, "VTSE41"), later=timedelta(hours=10)).conditions == ()


def test_a_quake_counts_for_a_day_and_a_warning_until_it_is_lifted() -> None:
    both = (read(made.quake(QUAKE), "VXSE53"), read(made.warning(HEAVY), "VPWW55"))
    assert len(in_force(*both, later=timedelta(hours=23)).conditions) == 2
    assert [c.statement.hazard for c in in_force(*both, later=timedelta(hours=25)).conditions] == [Hazard.RAIN]


def test_what_could_not_be_read_counts_until_the_next_of_its_kind_can() -> None:
    unread = telegram.unread("VPWW55", "大雨", "【石川県】金沢市", "金沢地方気象台", PLACES, NOON, "a")
    assert held(in_force(unread)) is Effect.HOLD
    assert in_force(unread, read(made.nothing(at=NOON + MINUTE), "VPWW55")).conditions == ()


@pytest.mark.parametrize(
    ("intensity", "effect"),
    [("3", Effect.NOTHING), ("4", Effect.TELL), *((i, Effect.HOLD) for i in ("5-", "5+", "6-", "6+", "7"))],
)
def test_the_default_for_quakes(intensity: str, effect: Effect) -> None:
    assert held(in_force(read(made.quake(("391", "石川県加賀", intensity)), "VXSE51"))) is effect


@pytest.mark.parametrize(
    ("name", "code", "effect"),
    [("津波注意報", "62", Effect.LIGHT), ("津波警報", "51", Effect.HOLD), ("大津波警報", "52", Effect.HOLD)],
)
def test_the_default_for_tsunamis(name: str, code: str, effect: Effect) -> None:
    assert held(in_force(read(made.tsunami(("361", "石川県加賀", name, code)), "VTSE41"))) is effect


# -- the table


def load(tmp_path: Path, text: str) -> Table:
    (path := tmp_path / "disaster.yml").write_text(text, encoding="utf-8")
    return table.load(path)


def test_the_table_that_the_program_brings_says_what_the_defaults_say(tmp_path: Path) -> None:
    brought = table.load(Path(__file__).parents[2] / "schedules" / "disaster.yml")
    cases: Sequence[tuple[bytes, str]] = [
        *((made.quake(("391", "石川県加賀", i)), "VXSE53") for i in ("1", "3", "4", "5-", "5+", "7")),
        *((made.tsunami(("361", "石川県加賀", "x", c)), "VTSE41") for c in ("62", "51", "52")),
        *(
            (made.warning((n, c, "発表")), "VPWW55")
            for n, c in (("大雨注意報", "10"), ("大雨警報", "03"), ("大雨特別警報", "33"))
        ),
    ]
    for data, kind in cases:
        (condition, *_) = in_force(read(data, kind)).conditions
        assert brought.effect(condition) is Table().effect(condition)


def test_what_an_office_writes_counts(tmp_path: Path) -> None:
    own = load(
        tmp_path, 'quake: {"3": light}\nrain: {warning: hold}\nsilence: 5m\nsilent: tell\nunknown: light\ntags: ["#まつり"]\n'
    )
    assert held(in_force(read(made.quake(("391", "石川県加賀", "4")), "VXSE53")), own) is Effect.LIGHT
    assert held(in_force(read(made.warning(HEAVY), "VPWW55")), own) is Effect.HOLD
    assert held(in_force(read(made.warning(("何か", "77", "発表")), "VPWW55")), own) is Effect.LIGHT
    assert (own.silence, own.silent, own.tags) == (timedelta(minutes=5), Effect.TELL, {"まつり"})


@pytest.mark.parametrize(
    "wrong", ["quake: {'5': hold}", "rain: {warnin: hold}", "rain: {warning: stop}", "silence: 1m", "typhoon: {warning: hold}"]
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(FileError) as e:
        load(tmp_path, f"silent: hold\n{wrong}\n")
    assert e.value.place.line == 2
