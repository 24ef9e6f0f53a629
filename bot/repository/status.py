"""Showing a commit's result at the git server: GitHub's commit statuses, which Forgejo and Gitea speak as well.

https://docs.github.com/en/rest/commits/statuses
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import requests

from bot.errors import BotError
from bot.loopback import is_loopback
from bot.options import Secret

State = Literal["success", "failure", "error"]
CONTEXT = "dxbot"
_LONGEST = 140  # characters of a description
_SECONDS = 10.0


class StatusFailed(BotError):
    """The status does not show. The sync is done all the same; what the server answered goes to nobody."""

    def __init__(self, message: str) -> None:
        super().__init__(
            message,
            summary="コミットに結果を表示できませんでした（取り込みは済んでいます）",
            next_step="DXBOT_CONTENT_STATUS_URL と DXBOT_CONTENT_TOKEN の権限を確かめてください",
        )


def show(base_url: str, token: Secret, commit: str, state: State, description: str) -> None:
    """One request, not repeated. `base_url` is the repository's address in the API. Raises StatusFailed."""
    url = urlsplit(base_url)
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        raise StatusFailed("the token would travel in the clear")
    try:
        answer = requests.post(
            f"{base_url.rstrip('/')}/statuses/{commit}",
            json={"state": state, "context": CONTEXT, "description": description[:_LONGEST]},
            headers={"Accept": "application/vnd.github+json", "Authorization": f"Bearer {token.reveal()}"},
            timeout=_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as e:
        raise StatusFailed(type(e).__name__) from None
    if answer.status_code != requests.codes.created:
        raise StatusFailed(f"HTTP {answer.status_code}")
