"""The two ports of a practice, and what has them where they are taken."""

from __future__ import annotations

import json
import socket
import urllib.request
from contextlib import suppress

from bot.errors import ConfigError
from bot.language import say

HOST = "127.0.0.1"
_PATIENCE = 1.0  # seconds


def require_free(web: int, sandbox: int) -> None:
    """Before anything begins. Raises ConfigError that says what listens there, and how to take others."""
    wanted = {"PORT": web, "SANDBOX_PORT": sandbox}
    if web == sandbox and web:
        raise ConfigError(
            "one port for two",
            summary=say("画面と練習用の掲示に、同じポート {port} は使えません", port=web),
            next_step="PORT と SANDBOX_PORT に、別の番号を書いてください",
        )
    for name, port in wanted.items():
        if port and _is_taken(port):
            raise ConfigError(
                f"port {port} is taken",
                summary=say("ポート {port} は、{who}が使っています", port=port, who=_listener(port)),
                next_step=say(
                    "それを終えるか、別の番号で始めてください：make serve {name}={other}（dxbot demo では --{option} {other}）",
                    name=name,
                    other=_next_free(port, set(wanted.values())),
                    option=name.lower().replace("_", "-"),
                ),
            )


def _is_taken(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
            trial.listen(1)
        except PermissionError:
            return False  # nobody has it: whoever listens there tells what is wrong
        except (OSError, OverflowError):
            return True
    return False


def _next_free(port: int, taken: set[int]) -> int:
    return next((n for n in range(port + 10, port + 1000, 10) if n not in taken and n < 2**16 and not _is_taken(n)), 0)


def _listener(port: int) -> str:
    """As far as it says so itself."""
    with suppress(Exception):  # whatever answers there may answer anything
        if "now" in json.loads(_asked(port, "_sandbox/clock")):
            return say("動いている dxbot の練習用サーバー")
    with suppress(Exception):
        if _asked(port, "health/live"):
            return say("動いている dxbot の画面")
    return say("ほかのプログラム")


def _asked(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://{HOST}:{port}/{path}", timeout=_PATIENCE) as answer:
        found: bytes = answer.read(1000)
    return found
