"""The city's public site beside the timelines, as its own web server would serve it: the files of a folder, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule
from werkzeug.utils import redirect, send_from_directory
from werkzeug.wrappers import Response

from bot.platform_kit.wire import Call, Own, route

PATH = "/site"
# As docs/public-site.md tells the city's web server.
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class CitySite:
    """Nothing is found until a practice has named the folder into which it builds the site."""

    def __init__(self) -> None:
        self.folder: Path | None = None

    def rules(self) -> Iterable[Rule]:
        return [route("GET", PATH, Own(work=self._home)), route("GET", f"{PATH}/<path:file>", Own(work=self._file))]

    def _home(self, call: Call) -> Response:
        return redirect(f"{PATH}/index.html", Response=Response)

    def _file(self, call: Call) -> Response:
        name = call.values["file"]
        if self.folder is None or any(part.startswith(".") for part in name.split("/")):
            raise NotFound
        found = send_from_directory(self.folder.resolve(), name, call.request.environ)
        found.headers.update(_HEADERS)
        return found
