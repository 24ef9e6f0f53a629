"""One loopback server that speaks the platforms' own protocols, so that the real client libraries run against it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from bot.errors import ConfigError
from bot.sandbox.control import Control
from bot.sandbox.faults import Cut, Faults
from bot.sandbox.graph import Page
from bot.sandbox.graph_instagram import Publishing
from bot.sandbox.instagram_private import Private
from bot.sandbox.state import State
from bot.sandbox.x import X

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"


class Sandbox:
    """Running from `start` to `stop`; also a context manager."""

    def __init__(self, directory: Path, port: int) -> None:
        self._state, self._faults = State(directory), Faults()
        self._app = _App(self._state, self._faults)
        try:
            self._server = make_server(HOST, port, self._app, threaded=True, request_handler=_Handler)
        except (OSError, SystemExit):
            raise ConfigError(
                f"port {port} is taken",
                summary=f"練習用サーバーを始められません（ポート {port} が使われています）",
                next_step="動いている練習用サーバーを終えるか、--port で別の番号にしてください",
            ) from None
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, name="sandbox")

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._faults.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._state.close()

    def serve_forever(self) -> None:
        self._server.serve_forever()

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def create(directory: Path, port: int = 0) -> Sandbox:
    """A sandbox that keeps its posts in `directory`; port 0 takes a free one. Raises ConfigError if the port is taken."""
    return Sandbox(directory, port)


class _App:
    def __init__(self, state: State, faults: Faults) -> None:
        rooms = (Control, X, Page, Publishing, Private)
        self._map = Map([rule for room in rooms for rule in room(state, faults).rules()], strict_slashes=False)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response: Any
        with Request(environ) as request:
            request.get_data(cache=True, parse_form_data=True)  # read the body even if the answer will not wait for it
            try:
                handle, values = self._map.bind_to_environ(environ).match()
                response = handle(request, **values)
            except HTTPException as e:
                response = Response(f"{e.code}", e.code, content_type="text/plain; charset=utf-8")
        return response(environ, start_response)  # type: ignore[no-any-return]


class _Handler(WSGIRequestHandler):
    """Quiet, and a connection that was cut stays cut."""

    def log(self, type: str, message: str, *args: Any) -> None:
        logging.getLogger(__name__).debug(message, *args)

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        self.close_connection = isinstance(error, Cut) or self.close_connection
