"""One loopback server that speaks the platforms' own protocols, so that the real client libraries run against it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.routing import Map
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from bot import registry
from bot.clock import Clock
from bot.errors import ConfigError
from bot.language import say
from bot.loopback import is_loopback
from bot.platform_kit.platform import PlatformContext, Service
from bot.platform_kit.state import State
from bot.platform_kit.wire import Call, Endpoint, Own
from bot.sandbox.agency import Agency
from bot.sandbox.city_site import PATH, CitySite
from bot.sandbox.control import Control
from bot.sandbox.faults import Cut, Faults, reset
from bot.sandbox.timelines import Timelines

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
_WAITING_CONNECTIONS = 128


class Sandbox:
    """Running from `start` to `stop`, or within `serve_forever`; also a context manager."""

    def __init__(self, directory: Path, port: int) -> None:
        listening = _listen(port)
        self._state, self._faults = State(directory), Faults()
        self._agency, self._site = Agency(self._state), CitySite()
        app = _App(self._state, self._faults, self._agency, self._site)
        with listening:  # the server takes a copy of it
            self._server = make_server(HOST, port, app, threaded=True, request_handler=_Handler, fd=listening.fileno())
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, name="sandbox")

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self._server.port}"

    def follow(self, clock: Clock) -> None:
        """The platforms' clock is this one from here on: they and their publisher agree, however far a practice moves it."""
        self._state.follow(clock)

    def show_site(self, folder: Path) -> str:
        """The city's public site as it stands in this folder from now on; returns its address."""
        self._site.folder = folder
        return self.base_url + PATH

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What hangs is ended; what was posted is kept."""
        self._faults.stop()
        self._agency.stop()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._close()

    def serve_forever(self) -> None:
        """Until Ctrl+C."""
        try:
            self._server.serve_forever()
        finally:
            self._faults.stop()
            self._agency.stop()
            self._close()

    def _close(self) -> None:
        self._server.server_close()
        self._state.close()

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


def create(directory: Path, port: int = 0) -> Sandbox:
    """A sandbox that keeps its posts in `directory`; port 0 takes a free one. Raises ConfigError if the port is taken."""
    return Sandbox(directory, port)


def _listen(port: int) -> socket.socket:
    """Bound here, for the server itself would print about a port that is taken, and exit."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(_WAITING_CONNECTIONS)
    except OSError:
        listening.close()
        raise ConfigError(
            f"port {port} is taken",
            summary=say("練習用サーバーを始められません（ポート {port} が使われています）", port=port),
            next_step="動いている練習用サーバーを終えるか、--port で別の番号にしてください",
        ) from None
    return listening


class _App:
    def __init__(self, state: State, faults: Faults, agency: Agency, site: CitySite) -> None:
        self._faults, self.now = faults, state.now
        platforms, context = registry.platforms(), PlatformContext(state)
        services: list[Service] = [Control(state, faults, platforms, agency), agency, site, Timelines(state, platforms)]
        services += [service for platform in platforms.values() for service in platform.services(context)]
        everything = (*services, *context.all_shared())
        self._map = Map([rule for service in everything for rule in service.rules()], strict_slashes=False)
        self._hosts = frozenset(host for platform in platforms.values() for host in platform.hosts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with Request(environ) as request:
            try:
                response = self._answer(request)
            except HTTPException as e:
                response = Response(f"{e.code}", e.code or 500, content_type="text/plain; charset=utf-8")
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if not self._from_this_machine(request):
            return Response("403", 403, content_type="text/plain; charset=utf-8")
        endpoint, values = self._map.bind_to_environ(request.environ).match()
        if isinstance(endpoint, Own):
            return endpoint.work(Call(request=request, values=values))
        return self._platform(request, endpoint, values)

    def _platform(self, request: Request, endpoint: Endpoint, values: Mapping[str, str]) -> Response:
        kind = self._faults.take(endpoint.channel(values), endpoint.on)
        if kind == "refuse":
            reset(request)
        request.get_data()  # whatever the answer: what is left unread would turn it into a reset

        def work(late: timedelta) -> Response:
            return endpoint.work(Call(request=request, values=values, late=late))

        return self._faults.play(kind, request, work, endpoint.refuse)

    def _from_this_machine(self, request: Request) -> bool:
        """A page of another site must not reach the sandbox through somebody's browser, under its own name or another. Clients
        that are turned to the sandbox below their library may still name the host that the library knows."""
        named = [request.host_url, *filter(None, [request.headers.get("Origin")])]
        hosts = {urlsplit(name).hostname or "" for name in named}
        return all(host in self._hosts or is_loopback(host) for host in hosts)


class _Handler(WSGIRequestHandler):
    """Quiet, and a connection that was cut stays cut. An answer's Date is of the sandbox's clock: a client may judge by it, as
    ours does whether Instagram can still publish."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return http_date(timestamp or self.server.app.now())  # type: ignore[attr-defined]

    def log(self, type: str, message: str, *args: Any) -> None:
        logging.getLogger(__name__).debug(message, *args)

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        self.close_connection = isinstance(error, Cut) or self.close_connection
