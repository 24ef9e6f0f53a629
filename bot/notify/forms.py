"""How a notice looks to the chat that takes it: Slack's text, Teams' Adaptive Card, or whatever JSON the city wrote down.

What people wrote (a title, a reason) stays text in each of them: no mention of everybody, no link, no formatting.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from string import Template
from typing import Any

from bot.config import Config
from bot.language import say
from bot.notify.letter import Letter

# https://docs.slack.dev/messaging/formatting-message-text: these three, and no others. A mention and a link begin with "<".
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Of a chat that we do not know: none of what such programs take for a mention or a link.
_TAMED = str.maketrans("<>@", "＜＞＠")
# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: 28 KB a message.
_TEAMS_BYTES = 27_000
_CARD = "application/vnd.microsoft.card.adaptive"


def body(config: Config, letter: Letter) -> bytes:
    """The JSON to be sent."""
    return _encode(_FORMS[config.webhook_form](config, letter))


def _slack(_: Config, letter: Letter) -> dict[str, Any]:
    return {"text": f"{letter.subject}\n{letter.body}".translate(_SLACK), "mrkdwn": False}


def _teams(config: Config, letter: Letter) -> dict[str, Any]:
    """Cut to what Teams takes; the button leads to the rest."""
    lines = letter.body.splitlines()
    while len(_encode(made := _card(config, letter.subject, lines))) > _TEAMS_BYTES:
        lines = [*lines[: len(lines) // 2], say("（続きは画面にあります）")]
    return made


def _card(config: Config, subject: str, lines: list[str]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [_line(subject, weight="Bolder"), *map(_line, lines)],
        "actions": [{"type": "Action.OpenUrl", "title": say("画面を開く"), "url": config.site_url}],
    }
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": content}]}


def _line(text: str, **more: str) -> dict[str, Any]:
    """A RichTextBlock: unlike a TextBlock it reads no Markdown, in which a title could hide a link."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text or " ", **more}]}


def _plain(config: Config, letter: Letter) -> Any:
    parts = {"subject": letter.subject.translate(_TAMED), "body": letter.body.translate(_TAMED)}
    return _filled(json.loads(config.webhook_body), {**parts, "text": f"{parts['subject']}\n{parts['body']}"})


def _filled(form: Any, parts: dict[str, str]) -> Any:
    match form:
        case str():
            return Template(form).safe_substitute(parts)
        case list():
            return [_filled(each, parts) for each in form]
        case dict():
            return {key: _filled(value, parts) for key, value in form.items()}
    return form


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


_FORMS: dict[str, Callable[[Config, Letter], Any]] = {"plain": _plain, "slack": _slack, "teams": _teams}
