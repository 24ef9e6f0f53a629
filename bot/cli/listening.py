"""The web site as it stands on the network: who is believed about a caller, and how much a caller may send."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from bot import trouble
from bot.config import Config
from bot.errors import ConfigError
from bot.language import say
from bot.loopback import is_loopback

LARGEST = 25 * 1024 * 1024  # bytes of one request: a form with its pictures, as docs/deploy/nginx.conf says as well
_LONGEST_HEADERS = 32 * 1024  # bytes
_SILENCE = 60  # seconds after which a connection that says nothing is closed
log = logging.getLogger(__name__)


class Door:
    """Listens from its making on, so that a port that is taken shows before anything else begins; answers from `open` on."""

    def __init__(self, config: Config, host: str, port: int) -> None:
        self.host = host
        self._site: Any = None
        self._server: Any = create_server(self._answer, host=host, port=port, **_settings(config))
        self.port: int = getattr(self._server, "effective_port", port)

    def open(self, ended: Callable[[], None]) -> None:
        """In a thread of its own. Django must be set up; `ended` is called when nobody answers any more, whatever the cause."""
        self._site = get_wsgi_application()
        threading.Thread(target=self._run, args=(ended,), daemon=True, name="web").start()

    def close(self) -> None:
        self._server.close()

    def _run(self, ended: Callable[[], None]) -> None:
        try:
            self._server.run()
        except Exception:
            log.exception("the web site ended")
        finally:
            ended()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        return self._site(environ, start_response)


def listen(config: Config, host: str, port: int) -> Door:
    """Raises ConfigError where others would reach it without TLS, and where this address and port cannot be had."""
    _require_tls(config, host)
    try:
        return Door(config, host, port)
    except (OSError, ValueError) as e:
        if (lacking := trouble.of(e)) is not None:
            raise lacking from None
        taken = isinstance(e, OSError) and e.errno == errno.EADDRINUSE
        why = say("使われています") if taken else say("使えません")
        raise ConfigError(
            f"cannot listen on {host}:{port}",
            summary=say("画面を開けません（{host} のポート {port} は{why}）", host=host, port=port, why=why),
            next_step="動いている dxbot がないか確かめるか、--port で別の番号に（アドレスは --host で）してください",
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
