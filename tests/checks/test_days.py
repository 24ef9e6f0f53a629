"""Days that cannot be, seen from the day on which the post is to appear: found, and no more than those."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from tests.office import write_content, write_post


def found(tmp_path_factory: pytest.TempPathFactory, publish: str, body: str) -> list[str]:
    content = tmp_path_factory.mktemp("content")
    write_content(content)
    path = write_post(content, extra=f"publish: {publish}" if publish else "slot: lunch", body=f"{body}\n", images="")
    env = {"DXBOT_CONTENT_DIR": str(content), "DXBOT_VAR_DIR": str(content / "var")}
    out = CliRunner(env=env).invoke(cli, ["check", str(path), "--json"]).output
    return [f["rule"] for f in json.loads(out) if f["rule"] in ("dates.over", "dates.not-yet")]


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
        ("", "1月1日に開催します。"),
        ("2026-12-10 12:15", "2026年12月に始めました。"),
        ("2026-12-10 12:15", "2027年4月に始まる制度の説明会を開きました。"),
        ("2026-12-10 12:15", "2027年4月に向けて準備を始めました。"),
        ("2026-12-10 12:15", "2027年4月から始める計画を立てました。"),
        ("2026-12-10 12:15", "2027年4月に始めます。準備が終わりました。"),
        ("", "2199年4月に始めました。"),
    ],
)
def test_what_can_be_is_not_told(tmp_path_factory: pytest.TempPathFactory, publish: str, body: str) -> None:
    assert found(tmp_path_factory, publish, body) == []


@pytest.mark.parametrize(
    "body", ["2026年12月11日に公開しました。", "令和9年1月に始めました。", "2027年から2028年4月に移しました。"]
)
def test_what_is_done_on_a_day_to_come_is_told(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    assert found(tmp_path_factory, "2026-12-10 12:15", body) == ["dates.not-yet"]
