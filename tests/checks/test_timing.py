"""A wished time is looked at by a clock and a schedule: the test's own, so that no year makes a difference."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.checks import timing
from bot.checks.finding import Finding
from bot.checks.registry import check_post, rules
from bot.checks.rule import MARK, Rule, Subject, Timetable
from bot.cli.core import Core
from bot.registry import load
from bot.schedule.rules import load as load_rules
from tests.office import TOKYO, write_content, write_post

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=TOKYO)  # a Tuesday
SLOTS = """
slots:
  morning: {days: [mon, tue, wed, thu, fri], at: "09:30"}
  lunch: {days: [mon, tue, wed, thu, fri], at: "12:15"}
  photo: {days: [fri], at: "15:00", channels: [instagram]}
"""
QUIET = """
open: "08:30"
close: "17:15"
days: [mon, tue, wed, thu, fri]
closed: [{from: "12-29", to: "01-03", why: 年末年始}]
"""
BLACKOUT = "[{from: 2026-12-21, to: 2026-12-22, why: 選挙期間}]"
RULES = {rule.id: rule for rule in timing.RULES}


class Desk:
    """A post, looked at by the schedule that lies in the folder."""

    def __init__(self, folder: Path) -> None:
        self.content, self.schedules = folder / "content", folder / "schedules"
        write_content(self.content)
        self.schedules.mkdir()
        self.core = Core(load({"DXBOT_CONTENT_DIR": str(self.content)}))
        self.plan()

    def plan(self, blackouts: str = BLACKOUT, slots: str = SLOTS) -> None:
        for name, text in (("slots", slots), ("quiet", QUIET), ("blackouts", blackouts)):
            (self.schedules / f"{name}.yml").write_text(text, encoding="utf-8")

    def found(self, extra: str, now: datetime = NOW, channels: str = "x, facebook") -> list[Finding]:
        core, path = self.core, write_post(self.content, channels=channels, extra=extra, images="")
        table = Timetable(now, lambda: load_rules(self.schedules, TOKYO, [s.key for s in core.specs]))
        post = core.library.read(path)
        subject = Subject(post, core.specs, core.templates, core.library.city, core.library.indicators, {}, table)
        return [f for f in check_post(subject) if f.rule in timing.IDS]

    def said(self, extra: str, now: datetime = NOW, channels: str = "x, facebook") -> list[tuple[str, str]]:
        return [(f.rule, f.message) for f in self.found(extra, now, channels)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("rule", timing.RULES, ids=lambda rule: rule.id)
def test_the_bad_example_is_found_at_its_mark_and_nothing_else(desk: Desk, rule: Rule) -> None:
    (found,) = desk.found(rule.bad.replace(MARK, ""))
    before = rule.bad.partition(MARK)[0]
    line = desk.core.library.read(found.path).source.text.split("\n")[found.line - 1]
    assert (found.rule, found.level) == (rule.id, "error")
    assert line[: found.column - 1] == before.split("\n")[-1]


@pytest.mark.parametrize("rule", timing.RULES, ids=lambda rule: rule.id)
def test_the_good_example_is_not(desk: Desk, rule: Rule) -> None:
    assert desk.found(rule.good) == []


def test_every_rule_is_registered() -> None:
    assert RULES.keys() <= rules().keys()


def test_the_very_moment_is_past_and_the_next_is_not(desk: Desk) -> None:
    moment = NOW + timedelta(hours=1)
    assert desk.said(f"publish: {moment:%Y-%m-%d %H:%M}", moment) == [
        ("timing.past", "希望の時刻（2026年12月1日（火） 10:00）を過ぎています")
    ]
    assert desk.said(f"publish: {moment:%Y-%m-%d %H:%M}", moment - timedelta(seconds=1)) == []


def test_a_time_that_is_past_is_not_called_closed_too(desk: Desk) -> None:
    assert [rule for rule, _ in desk.said("publish: 2026-11-29 22:00")] == ["timing.past"]  # a Sunday


@pytest.mark.parametrize(
    ("wished", "reason", "next_time"),
    [
        ("2026-12-02 22:00", "配信は08:30から17:15まで", "2026-12-03 09:30"),
        ("2026-12-02 17:15", "配信は08:30から17:15まで", "2026-12-03 09:30"),
        ("2026-12-05 12:00", "休業日", "2026-12-07 09:30"),
        ("2026-12-30 12:00", "年末年始", "2027-01-04 09:30"),
        ("2027-01-11 12:00", "成人の日", "2027-01-12 09:30"),
    ],
)
def test_a_closed_time_says_why_and_when_it_could_be(desk: Desk, wished: str, reason: str, next_time: str) -> None:
    (found,) = desk.found(f"publish: {wished}")
    assert found.rule == "timing.closed"
    assert reason in found.message
    assert next_time in found.advice


def test_a_blackout_names_the_channels_that_it_stops(desk: Desk) -> None:
    desk.plan("[{from: 2026-12-07, to: 2026-12-07, why: 保守, channels: [facebook]}]")
    ((rule, message),) = desk.said("publish: 2026-12-07 12:00", channels="x, facebook, newsletter")
    assert rule == "timing.blackout"
    assert "（保守）" in message
    assert message.endswith("止まるのはFacebookです")
    assert desk.said("publish: 2026-12-07 12:00", channels="x") == []


def test_a_blackout_of_all_is_told_once_with_the_next_time(desk: Desk) -> None:
    (found,) = desk.found("publish: 2026-12-21 12:00")
    assert found.message == "12月21日（月） 12:00は配信を止める期間です（選挙期間）"
    assert "2026-12-23 09:30" in found.advice


@pytest.mark.parametrize("of", ["tags: [祭り]", "words: [窓口で書く]"])
def test_a_blackout_of_tags_or_words_stops_only_what_bears_them(desk: Desk, of: str) -> None:
    desk.plan(f"[{{from: 2026-12-07, to: 2026-12-07, why: 弔意, {of}}}]")
    bearing, wish = ("hashtags: [祭り]\n" if of.startswith("tags") else ""), "publish: 2026-12-07 12:00"
    assert [rule for rule, _ in desk.said(bearing + wish)] == ["timing.blackout"]
    desk.plan(f"[{{from: 2026-12-07, to: 2026-12-07, why: 弔意, {of.partition(':')[0]}: [花火]}}]")
    assert desk.said(bearing + wish) == []


def test_a_wish_after_the_limit_a_limit_that_is_past_and_a_slot_that_comes_too_late(desk: Desk) -> None:
    assert [r for r, _ in desk.said("publish: 2026-12-02 12:00\nexpires: 2026-12-02 11:59")] == ["timing.expires"]
    assert desk.said("publish: 2026-12-02 12:00\nexpires: 2026-12-02 12:00") == []
    ((rule, message),) = desk.said("slot: lunch\nexpires: 2026-11-30")
    assert (rule, message) == ("timing.expires", "掲載の期限（2026年11月30日（月） 23:59）を過ぎています")
    ((rule, message),) = desk.said("slot: lunch\nexpires: 2026-12-01 12:00")
    assert "次の配信枠（2026年12月1日（火） 12:15）" in message
    assert [r for r, _ in desk.said("expires: 2026-12-01 09:29")] == ["timing.expires"]  # no wish: the next free slot
    assert desk.said("expires: 2026-12-01 09:30") == []
    assert desk.said("slot: lunch\nexpires: 2026-12-01") == []


@pytest.mark.parametrize(
    ("name", "advice"), [("lunhc", "「lunch」ではありませんか"), ("Ｌｕｎｃｈ", "「lunch」ではありませんか")]
)
def test_a_misspelt_slot_is_recognised(desk: Desk, name: str, advice: str) -> None:
    (found,) = desk.found(f"slot: {name}\nexpires: 2026-12-20")
    assert found.rule == "timing.slot"
    assert found.message == f"「{name}」という配信枠はありません"
    assert found.advice.startswith(advice)


def test_an_unknown_slot_gets_the_names_that_there_are(desk: Desk) -> None:
    (found,) = desk.found("slot: 昼休み")
    assert "morning・lunch・photo" in found.advice
    assert "ではありませんか" not in found.advice
    desk.plan(slots="slots: {}")
    (found,) = desk.found("slot: 昼休み")
    assert "publish:" in found.advice


def test_a_slot_that_never_serves_a_channel(desk: Desk) -> None:
    ((rule, message),) = desk.said("slot: photo\nexpires: 2026-12-20", channels="x, facebook, newsletter")
    assert (rule, message) == ("timing.slot", "配信枠「photo」は、X・Facebookには使えません")


def test_a_slot_without_any_time_for_months(desk: Desk) -> None:
    desk.plan("[{from: 2026-12-01, to: 2027-06-30, why: 改修, channels: [x]}]")
    ((rule, message),) = desk.said("slot: lunch")
    assert rule == "timing.slot"
    assert "Xに出せる時刻がしばらくありません" in message


def test_the_paper_has_a_time_of_its_own(desk: Desk) -> None:
    assert desk.said("publish: 2020-01-01 12:00\nexpires: 2020-01-01", channels="newsletter") == []


def test_a_schedule_that_cannot_be_read_does_not_pass_and_hides_nothing(desk: Desk) -> None:
    desk.plan("- {from: 2026-12-21}\n")
    assert [r for r, _ in desk.said("publish: 2026-11-01 12:00")] == ["timing.past"]
    (found,) = desk.found("publish: 2026-12-02 12:00")
    assert found.rule == "content.settings"
    assert "blackouts.yml の1行目" in found.message
    assert found.line == desk.found("publish: 2020-12-02 12:00")[0].line
    assert desk.found("") == []
