"""Days that cannot be, seen from the day on which the post is to appear: found, and no more than those."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from bot.text.tokens.days import WEEKDAYS
from tests.office import TOKYO, write_content, write_post


def found(tmp_path_factory: pytest.TempPathFactory, publish: str, body: str) -> list[str]:
    """Whether the day can be, by the rules that say so."""
    shown = checked(tmp_path_factory, publish, body)
    return [str(f["rule"]) for f in shown if f["rule"] in ("dates.over", "dates.not-yet")]


def checked(tmp_path_factory: pytest.TempPathFactory, publish: str, body: str) -> list[dict[str, object]]:
    content = tmp_path_factory.mktemp("content")
    write_content(content)
    path = write_post(content, extra=f"publish: {publish}" if publish else "slot: lunch", body=f"{body}\n", images="")
    env = {"DXBOT_CONTENT_DIR": str(content), "DXBOT_VAR_DIR": str(content / "var")}
    shown: list[dict[str, object]] = json.loads(CliRunner(env=env).invoke(cli, ["check", str(path), "--json"]).output)
    return shown


@pytest.mark.parametrize(
    ("publish", "body"),
    [
        ("2026-12-10 12:15", "12月9日（水）に市役所で説明会を開きます。"),
        ("2026-12-10 12:15", "2025年12月20日に開催します。"),
        ("2026-12-10 12:15", "令和8年12月1日に相談を受け付けます。"),
        ("2027-01-05 12:15", "1月4日に始めます。"),
    ],
)
def test_an_event_before_the_post_is_told(tmp_path_factory: pytest.TempPathFactory, publish: str, body: str) -> None:
    assert found(tmp_path_factory, publish, body) == ["dates.over"]


@pytest.mark.parametrize(
    ("publish", "body"),
    [
        ("2026-12-10 12:15", "12月10日に開催します。"),
        ("2026-12-10 12:15", "1月10日に開催します。"),  # of the next year
        ("2026-12-10 12:15", "12月1日から12月20日まで受け付けます。"),
        ("2026-12-10 12:15", "12月1日に始めた窓口を、来年も開きます。"),
        ("2026-12-10 12:15", "12月1日に説明会を開きました。"),
        ("2026-12-10 12:15", "12月1日の会議のとおり、12月15日に開きます。"),
        ("2026-12-10 12:15", "26年12月1日に開催します。"),
        ("2026-12-10 12:15", "2月30日に開催します。"),
        ("2026-12-10 12:15", "2026年12月に始めました。"),
        ("2026-12-10 12:15", "2027年4月に始まる制度の説明会を開きました。"),
        ("2026-12-10 12:15", "2027年4月に向けて準備を始めました。"),
        ("2026-12-10 12:15", "2027年4月から始める計画を立てました。"),
        ("2026-12-10 12:15", "2027年4月に始めます。準備が終わりました。"),
    ],
)
def test_what_can_be_is_not_told(tmp_path_factory: pytest.TempPathFactory, publish: str, body: str) -> None:
    assert found(tmp_path_factory, publish, body) == []


@pytest.mark.parametrize(
    "body", ["2026年12月11日に公開しました。", "令和9年1月に始めました。", "2027年から2028年4月に移しました。"]
)
def test_what_is_done_on_a_day_to_come_is_told(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    assert found(tmp_path_factory, "2026-12-10 12:15", body) == ["dates.not-yet"]


def days_off(days: int) -> datetime:
    return datetime.now(TOKYO) + timedelta(days=days)


@pytest.mark.parametrize(("days", "rules"), [(-2, ["dates.over"]), (2, [])])
def test_a_post_for_a_slot_is_seen_from_today(tmp_path_factory: pytest.TempPathFactory, days: int, rules: list[str]) -> None:
    day = days_off(days)
    assert found(tmp_path_factory, "", f"{day.month}月{day.day}日に説明会を開きます。") == rules


def test_a_month_to_come_is_told_of_a_post_for_a_slot(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert found(tmp_path_factory, "", f"{days_off(0).year + 1}年12月に始めました。") == ["dates.not-yet"]


ANSWER = "<!-- 点検: dates.weekday-near 見本の暦のため -->\n"


@pytest.mark.parametrize(
    ("off", "before", "rules"),
    [
        (1, "", [("dates.weekday-near", "")]),
        (0, "", []),
        (1, ANSWER, [("dates.weekday-near", "見本の暦のため")]),
        (0, ANSWER, [("silence.void", "")]),
    ],
    ids=["wrong", "right", "answered", "answer to nothing"],
)
def test_a_weekday_in_a_post_for_a_slot_is_seen_from_today(
    tmp_path_factory: pytest.TempPathFactory, off: int, before: str, rules: list[tuple[str, str]]
) -> None:
    """What only today shows can be answered like the rest."""
    day = days_off(10)
    weekday = WEEKDAYS[(day.weekday() + off) % 7]
    shown = checked(tmp_path_factory, "", f"{before}{day.month}月{day.day}日（{weekday}）に開きます。")
    assert [(f["rule"], f["silenced"]) for f in shown if f["rule"] in ("dates.weekday-near", "silence.void")] == rules
