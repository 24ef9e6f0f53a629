"""The city does not chat while the siren sounds: from the agency's feed to a post that stays unsent."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError

from bot.disaster import telegram
from bot.disaster.table import Effect
from bot.errors import NotAllowed
from bot.registry import load
from bot.services.delivery import disasters, pause, telegrams
from bot.services.records import audit
from bot.services.records.context import context
from bot.services.runner import Runner
from bot.store import locks
from bot.store.disaster import Danger, Feed, Telegram
from bot.store.models import AuditEntry, Delivery, Pause
from bot.workflow.kinds import Bar, Kind
from tests.disaster import telegrams as made
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
SOON = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)
CITY = """name: 金沢市
office: 広報広聴課
paper: 新聞広報「いいね金沢」
protected_words: [金沢市]
disaster:
  office: "170000"
  prefecture: 石川県
  city: {code: "1720100", name: 金沢市}
  quake: {code: "391", name: 石川県加賀}
  tsunami: {code: "361", name: 石川県加賀}
  weather: {code: "170010", name: 加賀}
"""
QUAKE, COAST = ("391", "石川県加賀", "5+"), ("361", "石川県加賀", "津波警報", "51")
RAIN, HEAVY = ("レベル３大雨警報", "03", "発表"), ("レベル５大雨特別警報", "33", "発表")


@pytest.fixture
def hall(office: Office) -> Office:
    """An office that hears the sandbox's agency, with a post on X that is due at a quarter past twelve."""
    (office.folder / "city.yml").write_text(CITY, encoding="utf-8")
    office.env |= {"DXBOT_JMA_BASE_URL": f"{office.sandbox.base_url}/jma"}
    office.ctx = context(load(office.env), office.clock)
    office.approved(channels="x")
    office.at(NOON - SOON)
    return office


def listened(hall: Office) -> Runner:
    runner = hall.runner()
    runner.listen()
    return runner


def at_noon(hall: Office, runner: Runner) -> Delivery:
    """What has become of the post that was due ten seconds later."""
    hall.at(NOON)
    runner.beat()
    (delivery,) = hall.deliveries()
    return delivery


def said() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_on_a_quiet_day_the_post_goes_out(hall: Office) -> None:
    assert at_noon(hall, listened(hall)).state == "published"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("VXSE51", made.quake(QUAKE, at=NOON - MINUTE)),
        ("VXSE53", made.quake(("390", "石川県能登", "6+"), city=("1720100", "金沢市", "5-"), at=NOON - MINUTE)),
        ("VTSE41", made.tsunami(COAST, at=NOON - MINUTE)),
        ("VPWW55", made.warning(HEAVY, at=NOON - MINUTE)),
        ("VPWW53", made.warning(("大雨特別警報", "33", "発表"), at=NOON - MINUTE)),
        ("VPWW61", made.warning(("何かの情報", "77", "発表"), at=NOON - MINUTE)),
    ],
)
def test_ten_seconds_after_the_siren_the_post_stays_unsent(hall: Office, kind: str, data: bytes) -> None:
    address = hall.sandbox.telegram(kind, data)
    delivery = at_noon(hall, listened(hall))
    assert (delivery.state, delivery.bar) == ("held", Bar.DISASTER)
    assert hall.sandbox.posts("x") == []
    (stop,) = pause.active()
    (danger,) = disasters.of_pause(stop)
    assert (stop.cause, stop.set_by, danger.address) == (Bar.DISASTER, audit.SYSTEM, address)
    assert said().count(disasters.HELD) == 1


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("VXSE53", made.quake(("361", "神奈川県西部", "7"), at=NOON - MINUTE)),
        ("VTSE41", made.tsunami(("391", "伊勢・三河湾", "大津波警報", "52"), at=NOON - MINUTE)),
        ("VXSE53", made.quake(QUAKE, at=NOON - MINUTE, status="訓練")),
        ("VXSE53", made.quake(QUAKE, at=NOON - MINUTE, status="試験")),
        ("VXSE53", made.quake(("391", "石川県加賀", "4"), at=NOON - MINUTE)),
        ("VPWW55", made.warning(RAIN, at=NOON - MINUTE)),
        ("VPWW61", made.warning(("雷注意報", "14", "発表"), at=NOON - MINUTE)),
    ],
)
def test_what_is_elsewhere_a_drill_or_small_holds_nothing(hall: Office, kind: str, data: bytes) -> None:
    hall.sandbox.telegram(kind, data)
    assert at_noon(hall, listened(hall)).state == "published"


def test_a_warning_holds_what_is_light_hearted_and_nothing_else(hall: Office) -> None:
    hall.approved("matsuri", title="お祭りの案内（見本）", channels="facebook", extra="slot: lunch\nhashtags: [明るい話題]")
    hall.sandbox.telegram("VPWW55", made.warning(RAIN, at=NOON - MINUTE))
    runner = listened(hall)
    hall.at(NOON)
    runner.beat()
    found = {d.channel: (d.state, d.bar) for d in hall.deliveries()}
    assert found == {"x": ("published", ""), "facebook": ("held", Bar.LIGHT)}
    (light,) = hall.deliveries("held")
    with pytest.raises(NotAllowed):
        pause.release(hall.ctx, hall.officer, light.id)
    pause.resume(hall.ctx, hall.officer)
    pause.release(hall.ctx, hall.officer, light.id)
    runner.beat()
    assert hall.states()["facebook"] == "published"


def test_going_on_is_a_persons_act_post_by_post(hall: Office) -> None:
    hall.sandbox.telegram("VTSE41", made.tsunami(COAST, at=NOON - MINUTE))
    runner = listened(hall)
    hall.at(NOON + 2 * MINUTE)
    lifted = ("361", "石川県加賀", "警報解除", "50")
    hall.sandbox.telegram("VTSE41", made.tsunami(lifted, at=NOON + 2 * MINUTE))
    runner.listen()
    runner.beat()
    assert Danger.objects.get().ended_at is not None
    assert disasters.OVER in said()
    assert hall.states()["x"] == "held"
    pause.resume(hall.ctx, hall.officer)
    hall.at(NOON + 4 * MINUTE)
    runner.listen()
    runner.beat()
    assert hall.states()["x"] == "held"
    pause.release(hall.ctx, hall.officer, hall.deliveries()[0].id)
    runner.beat()
    assert hall.states()["x"] == "published"


def test_a_stop_that_a_person_ended_is_not_pressed_again_by_the_same_danger_but_by_a_graver_one(hall: Office) -> None:
    hall.sandbox.telegram("VPWW55", made.warning(("レベル４大雨危険警報", "43", "発表"), at=NOON - MINUTE))
    runner = listened(hall)
    pause.resume(hall.ctx, hall.officer)
    hall.at(NOON + MINUTE)
    hall.sandbox.telegram("VPWW55", made.warning(("レベル４大雨危険警報", "43", "継続"), at=NOON + MINUTE))
    runner.listen()
    assert pause.active() == []
    hall.at(NOON + 3 * MINUTE)
    hall.sandbox.telegram("VTSE41", made.tsunami(COAST, at=NOON + 3 * MINUTE))
    runner.listen()
    assert [stop.cause for stop in pause.active()] == [Bar.DISASTER]


def test_several_dangers_press_one_stop_and_none_hides_a_persons(hall: Office) -> None:
    pause.pause(hall.ctx, hall.officer, "訓練のため")
    for kind, data in (("VXSE53", made.quake(QUAKE, at=NOON - MINUTE)), ("VTSE41", made.tsunami(COAST, at=NOON - MINUTE))):
        hall.sandbox.telegram(kind, data)
    runner = listened(hall)
    hall.sandbox.telegram("VPWW55", made.warning(RAIN, at=NOON - MINUTE))
    hall.at(NOON + MINUTE)
    runner.listen()
    assert sorted(stop.cause for stop in pause.active()) == [Bar.DISASTER, Bar.STOP]
    assert Danger.objects.filter(pause__cause=Bar.DISASTER).count() == 3


def test_one_quake_and_one_storm_in_several_telegrams_are_one_danger_each(hall: Office) -> None:
    area = made.quake(QUAKE, at=NOON - MINUTE, event="1")
    hall.sandbox.telegram("VXSE51", area)
    hall.sandbox.telegram("VPWW53", made.warning(("大雨特別警報", "33", "発表"), at=NOON - MINUTE))
    runner = listened(hall)
    pause.resume(hall.ctx, hall.officer)
    hall.at(NOON + MINUTE)
    hall.sandbox.telegram("VXSE53", made.quake(QUAKE, city=("1720100", "金沢市", "5+"), at=NOON, event="1"))
    hall.sandbox.telegram("VPWW55", made.warning(HEAVY, at=NOON))
    runner.listen()
    assert pause.active() == []
    hall.at(NOON + 3 * MINUTE)
    hall.sandbox.telegram("VXSE53", made.quake(("391", "石川県加賀", "6-"), at=NOON + MINUTE, event="1"))
    runner.listen()
    assert [stop.cause for stop in pause.active()] == [Bar.DISASTER]


def test_telegrams_that_contradict_each_other_are_told_once_with_their_addresses(hall: Office) -> None:
    """Which of the two counts is decided; that the agency's wires disagree is for people to know."""
    several = [hall.sandbox.telegram("VPWW55", made.warning(kind, at=NOON - MINUTE)) for kind in (RAIN, HEAVY)]
    runner = listened(hall)
    hall.at(NOON + MINUTE)
    hall.sandbox.telegram("VPWW55", made.nothing(at=NOON + MINUTE))
    runner.listen()
    (told,) = AuditEntry.objects.filter(verb=disasters.CONFLICT).values_list("detail", flat=True)
    assert all(address in told for address in several)


def test_a_telegram_is_the_same_after_years_in_the_database(hall: Office) -> None:
    """The state is made of what was kept: a telegram that comes back otherwise would lift a warning, or keep one up."""
    wires = {
        "VXSE53": made.quake(QUAKE, at=NOON - MINUTE, event="20261201120000"),
        "VTSE41": made.tsunami(COAST, at=NOON - 2 * MINUTE),
        "VPWW55": made.warning(RAIN, at=NOON - 3 * MINUTE, control=NOON - 2 * MINUTE),
    }
    addresses = {kind: hall.sandbox.telegram(kind, data) for kind, data in wires.items()}
    listened(hall)
    places = hall.ctx.library.city.disaster
    assert places
    read = {kind: telegram.read(data, kind, places) for kind, data in wires.items()}
    assert {one.kind: one for one in telegrams.kept(NOON)} == {
        kind: replace(one, address=addresses[kind]) for kind, one in read.items()
    }


def test_a_telegram_of_a_time_to_come_does_not_stand_for_ever(hall: Office) -> None:
    hall.sandbox.telegram("VPWW55", made.nothing(at=NOON + timedelta(days=400)))
    runner = listened(hall)
    hall.at(NOON + MINUTE)
    hall.sandbox.telegram("VPWW55", made.warning(HEAVY, at=NOON + MINUTE))
    runner.listen()
    assert [stop.cause for stop in pause.active()] == [Bar.DISASTER]


def test_an_emergency_text_passes_a_disasters_stop_and_no_persons(hall: Office) -> None:
    Delivery.objects.update(kind=Kind.EMERGENCY)
    hall.sandbox.telegram("VXSE53", made.quake(QUAKE, at=NOON - MINUTE))
    runner = listened(hall)
    assert at_noon(hall, runner).state == "published"


# -- what cannot be read


def test_a_kind_that_nobody_knows_holds_where_its_headline_names_us_and_is_told_once(hall: Office) -> None:
    for _ in range(2):
        hall.sandbox.telegram("VZZZ99", made.report("", headline="石川県"), headline="【石川県何々】")
    delivery = at_noon(hall, listened(hall))
    assert delivery.state == "held"
    assert said().count(telegrams.STRANGE) == 1


def test_of_two_publishers_that_hear_it_at_once_one_presses_the_stop(hall: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.sandbox.telegram("VXSE53", made.quake(QUAKE, at=NOON - MINUTE))
    telegrams.look(hall.ctx)
    shut = locks.shut_gate

    def after_the_other() -> None:
        monkeypatch.setattr(locks, "shut_gate", shut)
        assert disasters.settle(hall.ctx) == 1
        shut()

    monkeypatch.setattr(locks, "shut_gate", after_the_other)
    assert disasters.settle(hall.ctx) == 0
    assert said().count(disasters.HELD) == 1
    assert len(pause.active()) == 1


def test_a_long_telegram_is_read_like_any_other(hall: Office) -> None:
    """Three megabytes: more than any answer of a platform, less than the agency's own bound."""
    address = hall.sandbox.telegram(
        "VPWW55", made.warning(HEAVY, at=NOON - MINUTE, headline="大雨に警戒してください。" * 80_000)
    )
    assert at_noon(hall, listened(hall)).state == "held"
    assert Telegram.objects.get().tries == 0
    assert Danger.objects.get().address == address


def test_a_broken_telegram_that_names_us_holds_at_once_and_one_that_can_be_read_later_decides(hall: Office) -> None:
    hall.sandbox.telegram("VPWW55", b"<Report>", headline="【石川県気象警報・注意報】")
    runner = listened(hall)
    assert at_noon(hall, runner).state == "held"
    hall.at(NOON + 2 * MINUTE)
    hall.sandbox.telegram("VPWW55", made.nothing(at=NOON + 2 * MINUTE))
    runner.listen()
    assert disasters.in_force(hall.ctx).conditions == ()


@pytest.mark.parametrize("fault", ["broken", "large", "500", "redirect"])
def test_a_feed_that_nobody_can_read_holds_and_tells_after_ten_minutes(hall: Office, fault: str) -> None:
    runner = listened(hall)
    hall.sandbox.agency_fault(fault, times=60)
    for minute in range(1, 12):
        hall.at(NOON - SOON - 12 * MINUTE + minute * MINUTE)
        runner.listen()
    assert pause.active() == []
    for minute in range(1, 12):
        hall.at(NOON - SOON + minute * MINUTE)
        runner.listen()
    assert [stop.cause for stop in pause.active()] == [Bar.DISASTER]
    assert "読めていません" in pause.active()[0].reason
    assert Feed.objects.get(name="eqvol").problem


def test_a_feed_that_hangs_ends_within_its_time(hall: Office) -> None:
    runner = listened(hall)
    hall.sandbox.agency_fault("hang")
    hall.at(NOON + MINUTE)
    begun = time.monotonic()
    runner.listen()
    assert time.monotonic() - begun < 12
    assert Feed.objects.get(name="eqvol").problem
    assert Feed.objects.get(name="extra").problem == ""


def test_without_the_thread_that_listens_nothing_leaves_either(hall: Office) -> None:
    runner = listened(hall)
    hall.at(NOON + 20 * MINUTE)
    runner.beat()
    (delivery,) = hall.deliveries()
    assert (delivery.state, delivery.bar) == ("held", Bar.DISASTER)


def test_a_silence_that_a_person_has_looked_at_holds_no_more_until_the_next(hall: Office) -> None:
    runner = listened(hall)
    hall.at(NOON + 20 * MINUTE)
    hall.sandbox.agency_fault("500", times=100)
    runner.listen()
    assert len(pause.active()) == 1
    pause.resume(hall.ctx, hall.officer)
    pause.release(hall.ctx, hall.officer, hall.deliveries()[0].id)
    runner.beat()
    assert hall.states()["x"] == "published"


def test_after_a_gap_the_long_feed_is_read_before_anything_leaves(hall: Office) -> None:
    hall.sandbox.telegram("VXSE53", made.quake(QUAKE, at=NOON - timedelta(hours=3)), at=(NOON - timedelta(hours=3)).isoformat())
    runner = hall.runner()
    hall.at(NOON)
    runner.beat()
    assert hall.states()["x"] == "scheduled"
    runner.listen()
    runner.beat()
    assert hall.states()["x"] == "held"


def test_a_city_without_places_hears_nothing_and_holds_after_the_silence(hall: Office) -> None:
    (hall.folder / "city.yml").write_text(CITY.partition("disaster:")[0], encoding="utf-8")
    runner = listened(hall)
    hall.at(NOON + 11 * MINUTE)
    runner.listen()
    assert "city.yml" in pause.active()[0].reason


def test_where_no_feed_is_configured_nothing_is_held(office: Office) -> None:
    office.approved(channels="x")
    runner = office.runner()
    runner.listen()
    office.at(NOON)
    runner.beat()
    assert office.states()["x"] == "published"
    assert Feed.objects.count() == 0


# -- manners


def test_each_feed_is_asked_once_a_minute_and_each_telegram_once(hall: Office) -> None:
    hall.sandbox.telegram("VXSE53", made.quake(("391", "石川県加賀", "3"), at=NOON - MINUTE))
    runner = listened(hall)
    for _ in range(3):
        assert telegrams.look(hall.ctx) == 0
    hall.at(NOON + MINUTE)
    hall.sandbox.agency_fault("500", times=0)
    runner.listen()
    assert Telegram.objects.get().tries == 0
    assert Feed.objects.get(name="eqvol").etag


def test_what_was_announced_while_the_database_went_away_is_not_lost(hall: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = listened(hall)
    hall.sandbox.telegram("VXSE53", made.quake(QUAKE, at=NOON - MINUTE))
    hall.at(NOON + MINUTE)
    with monkeypatch.context() as away:
        away.setattr(telegrams, "_note", raise_away)
        with pytest.raises(OperationalError):
            runner.listen()
    hall.at(NOON + 3 * MINUTE)
    runner.listen()
    assert [stop.cause for stop in pause.active()] == [Bar.DISASTER]


def raise_away(*_: object) -> None:
    raise OperationalError("gone")


def test_a_telegram_elsewhere_is_not_fetched(hall: Office) -> None:
    runner = listened(hall)
    found = telegrams._row(
        f"{hall.sandbox.base_url}/_sandbox/posts",
        "eqvol",
        made_unread(),
        hall.ctx,
        1,
    )
    found.save()
    hall.at(NOON + MINUTE)
    runner.listen()
    assert Telegram.objects.get().tries == 2


def made_unread():  # type: ignore[no-untyped-def]
    from bot.disaster import telegram

    return telegram.unread("VXSE53", "地震", "", "気象庁", made.PLACES, NOON, "a")


def test_the_table_of_the_office_decides(hall: Office) -> None:
    folder = hall.schedules()
    (folder / "disaster.yml").write_text('quake: {"1": nothing}\n', encoding="utf-8")
    hall.sandbox.telegram("VXSE53", made.quake(QUAKE, at=NOON - MINUTE))
    assert at_noon(hall, listened(hall)).state == "published"
    assert disasters.rules(hall.ctx).quake["7"] is Effect.NOTHING
    (folder / "disaster.yml").write_text("quake: oops\n", encoding="utf-8")
    assert disasters.rules(hall.ctx).quake["7"] is Effect.HOLD


def test_pauses_of_each_cause_are_told_apart(hall: Office) -> None:
    hall.sandbox.telegram("VPWW55", made.warning(RAIN, at=NOON - MINUTE))
    runner = listened(hall)
    assert Pause.objects.get().cause == Bar.LIGHT
    assert not pause.is_paused("x")
    hall.at(NOON + MINUTE)
    hall.sandbox.telegram("VPWW55", made.warning(HEAVY, at=NOON + MINUTE))
    runner.listen()
    assert pause.is_paused("x")


def test_no_clock_is_moved_in_the_middle_of_a_look(hall: Office) -> None:
    """A look that ended after the move would find the agency silent for as long as the clock was moved."""
    runner, begun, end, order = hall.runner(), threading.Event(), threading.Event(), list[str]()

    def long_look() -> None:
        begun.set()
        end.wait(60)
        order.append("looked")

    looking = threading.Thread(target=runner.listen_after, args=(long_look,))
    looking.start()
    begun.wait(60)
    threading.Timer(0.3, end.set).start()
    runner.listen_after(lambda: order.append("moved"))
    looking.join()
    runner.stop()
    assert order == ["looked", "moved"]
