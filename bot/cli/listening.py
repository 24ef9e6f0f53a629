"""The web site as it stands on the network: who is believed about a caller, and how much a caller may send."""

from __future__ import annotations

from typing import Any

from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from bot.config import Config
from bot.errors import ConfigError
from bot.language import say
from bot.loopback import is_loopback

LARGEST = 25 * 1024 * 1024  # bytes of one request: a form with its pictures, as docs/deploy/nginx.conf says as well
_LONGEST_HEADERS = 32 * 1024  # bytes
_SILENCE = 60  # seconds after which a connection that says nothing is closed


def open_door(config: Config, host: str, port: int) -> Any:
    """A server that listens already; its `run` answers until the process ends. Raises ConfigError."""
    _require_tls(config, host)
    try:
        return create_server(get_wsgi_application(), host=host, port=port, **_settings(config))
    except (OSError, ValueError):
        raise ConfigError(
            f"cannot listen on {host}:{port}",
            summary=say("画面を開けません（{host} のポート {port} を使えません）", host=host, port=port),
            next_step="同じポートで動いている画面がないか、--host と --port を確かめてから、もう一度お試しください",
        ) from None


def _require_tls(config: Config, host: str) -> None:
    """Beyond this machine, a password in the clear would be anybody's; and without the callers' addresses, ten wrong passwords
    of one would shut out all."""
    if config.proxy is None and not all(map(is_loopback, [host, *config.hosts])):
        raise ConfigError(
            "no proxy is named for a site that others reach",
            summary="ほかのコンピューターから開く画面なのに、TLS を終えるサーバーが DXBOT_TRUSTED_PROXY にありません",
            next_step="docs/operations.md の「画面の前のサーバー」のとおりに置き、そのアドレスを書いてください",
        )


def _settings(config: Config) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "threads": 8,
        "ident": "",
        # Looked at before the body is: what is too large is refused without being kept.
        "max_request_body_size": LARGEST + 1,  # waitress refuses from this size on
        "max_request_header_size": _LONGEST_HEADERS,
        "channel_timeout": _SILENCE,
    }
    if config.proxy is not None:
        address, hops = config.proxy
        # From this peer alone; from any other these headers are dropped, so that nobody says who they are.
        settings |= {
            "trusted_proxy": address,
            "trusted_proxy_count": hops,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
            "clear_untrusted_proxy_headers": True,
        }
    return settings
