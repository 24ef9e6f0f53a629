"""Notices to a chat: one JSON object in the chat's form (`bot.notify.forms`), signed.

`X-Dxbot-Signature: v1=<hex>` is HMAC-SHA256 over `<X-Dxbot-Timestamp>.<body>` with the shared secret. A receiver refuses old
timestamps, and knows a second copy by `X-Dxbot-Id`.
"""

from __future__ import annotations

import hashlib
import hmac

import requests

from bot.channel_kit.http import OnceSession, broken_exchange
from bot.config import Config
from bot.errors import Rejected, Unavailable
from bot.notify import forms
from bot.notify.letter import Letter

_TIMEOUT = 15


def send(config: Config, letter: Letter) -> None:
    """Once. Raises NotSent or Unavailable (surely not taken), Rejected (never will be), OutcomeUnknown (may have been)."""
    body = forms.body(config, letter)
    timestamp = str(int(letter.at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Dxbot-Id": letter.id,
        "X-Dxbot-Timestamp": timestamp,
        "X-Dxbot-Signature": signature(config.webhook_secret.reveal(), timestamp, body),
    }
    try:
        with OnceSession(_TIMEOUT) as session:
            answer = session.post(config.webhook_url.reveal(), data=body, headers=headers)
    except Exception as e:
        raise broken_exchange(e, committing=True) from None
    _judge(answer)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _judge(answer: requests.Response) -> None:
    """Any clear answer but 2xx says that nothing was posted."""
    status = answer.status_code
    if status == requests.codes.too_many_requests or status >= 500:
        raise Unavailable(f"HTTP {status}", code=str(status))
    if not answer.ok or answer.is_redirect:
        raise Rejected(f"HTTP {status}", code=str(status))
