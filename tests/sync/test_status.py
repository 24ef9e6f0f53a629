"""The result shown at the git server: over real HTTP, once, and without harm when it fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.options import Secret
from bot.repository.status import StatusFailed, show
from bot.services.handing_in.sync import Rewritten
from tests.sync.desk import Desk


class Api(ThreadingHTTPServer):
    """Answers as GitHub does, and remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.code = 201
        self.told: list[tuple[str, str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/repos/shi/genkou"


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.server.code)
        self.send_header("Location", self.server.url + "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api(desk: Desk) -> Iterator[Api]:
    with Api() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = replace(desk.office.ctx.config, content_status_url=server.url, content_token=Secret("s3cret"))
        desk.office.ctx = replace(desk.office.ctx, config=config)
        yield server
        server.shutdown()


def test_each_commit_that_is_taken_shows_its_result_once(desk: Desk, api: Api) -> None:
    desk.write("good")
    desk.taken()
    desk.sync()
    desk.write("bad", extra="link: not a link")
    desk.taken()
    assert [(authorization, body["state"]) for _, authorization, body in api.told] == [
        ("Bearer s3cret", "success"),
        ("Bearer s3cret", "failure"),
    ]
    path, _, body = api.told[1]
    assert path == f"/repos/shi/genkou/statuses/{desk.origin.head}"
    assert body == {"state": "failure", "context": "dxbot", "description": "申請できません 1件"}


def test_a_rewritten_branch_shows_as_an_error_once(desk: Desk, api: Api) -> None:
    desk.origin.forget()
    desk.commit()
    for _ in range(2):
        with pytest.raises(Rewritten):
            desk.sync()
    desk.sync(accept_rewritten=True)
    assert [body["state"] for _, _, body in api.told] == ["error"]


@pytest.mark.parametrize("code", [301, 401, 404, 422, 500])
def test_a_server_that_does_not_take_the_status_is_told_of_and_does_no_harm(desk: Desk, api: Api, code: int) -> None:
    api.code = code
    desk.write()
    desk.commit()
    report = desk.sync()
    assert "コミットに結果を表示できませんでした" in report.problem
    assert "コミットに結果を表示できませんでした" in report.as_markdown()
    assert len(desk.submissions()) == 1
    assert desk.sync().problem == ""
    assert len(api.told) == 1


def test_the_token_does_not_travel_in_the_clear() -> None:
    with pytest.raises(StatusFailed) as caught:
        show("http://git.example.jp/api", Secret("s3cret"), "0" * 40, "success", "")
    assert "s3cret" not in caught.value.message
