"""What a chat gets: Slack's text, Teams' card, or the form that the city wrote down."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.config import WebhookForm
from bot.errors import ConfigError
from bot.registry import load
from bot.services.delivery import pause
from tests.notices.conftest import Desk
from tests.notices.servers import Chat

SLY = "A&B <!channel> @all <https://evil.example|開く> [開く](https://evil.example) *太字*"


def told(desk: Desk, room: Chat, form: WebhookForm, reason: str = SLY, **more: str) -> dict[str, Any]:
    desk.ctx = replace(desk.ctx, config=replace(desk.ctx.config, webhook_form=form, **more))
    pause.pause(desk.office.ctx, desk.office.officer, reason)
    desk.round()
    message: dict[str, Any] = json.loads(room.calls[0][1])
    return message


def test_slack_gets_text_in_which_only_three_signs_are_written_otherwise(desk: Desk, room: Chat) -> None:
    message = told(desk, room, "slack")
    text = message["text"]
    assert "A&amp;B &lt;!channel&gt; @all &lt;https://evil.example|開く&gt;" in text
    assert not set("<>") & set(text)
    assert message["mrkdwn"] is False


def test_teams_gets_a_card_whose_text_is_no_markdown(desk: Desk, room: Chat) -> None:
    message = told(desk, room, "teams")
    (attachment,) = message["attachments"]
    card = attachment["content"]
    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    lines = [run["text"] for block in card["body"] for run in block["inlines"]]
    assert lines[0] == "【金沢市 広報配信】停止 1件"
    assert any(SLY in line for line in lines)
    assert [action["url"] for action in card["actions"]] == ["https://bot.city.example.jp"]


def test_a_long_notice_is_cut_to_what_teams_takes(desk: Desk, room: Chat) -> None:
    for number in range(60):
        pause.pause(desk.office.ctx, desk.office.officer, f"{number}：{'長い理由' * 40}")
    message = told(desk, room, "teams")
    assert len(room.calls[0][1]) < 28_000
    last = message["attachments"][0]["content"]["body"][-1]["inlines"][0]["text"]
    assert last == "（続きは画面にあります）"


def test_another_chat_gets_the_form_that_the_city_wrote_down(desk: Desk, room: Chat) -> None:
    form = '{"message": {"title": "$subject", "parts": ["$body"]}, "silent": false, "note": "$5"}'
    message = told(desk, room, "plain", webhook_body=form)
    assert message["message"]["title"] == "【金沢市 広報配信】停止 1件"
    assert "A&B ＜!channel＞ ＠all" in message["message"]["parts"][0]
    assert (message["silent"], message["note"]) == (False, "$5")


@pytest.mark.parametrize("form", ["text", "[]", '{"text": $text}'])
def test_a_form_that_is_no_json_is_refused_at_the_start(form: str) -> None:
    with pytest.raises(ConfigError, match="DXBOT_WEBHOOK_BODY") as e:
        load({"DXBOT_WEBHOOK_BODY": form})
    assert "$text" in e.value.next_step
