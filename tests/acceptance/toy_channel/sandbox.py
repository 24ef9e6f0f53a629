"""The toy's platform: pictures first, then a note that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from bot.platform_kit.platform import Example, Platform, PlatformContext, Service
from bot.platform_kit.state import Picture, Span, State
from bot.platform_kit.wire import Call, Endpoint, answer, route

ACCOUNT, TOKEN = "7", "sandbox-toy-token"


class Notes:
    def __init__(self, state: State) -> None:
        self._state = state

    def rules(self) -> Iterable[Rule]:
        return [
            route("POST", "/api/toy/pictures", _on("upload", self._upload)),
            route("POST", "/api/toy/notes", _on("commit", self._create)),
            route("GET", "/api/toy/notes", _on("read", self._list)),
            route("GET", "/api/toy/me", _on("read", lambda _: answer({"account": ACCOUNT, "name": "おもちゃの市"}))),
            route("DELETE", "/api/toy/notes/<identity>", _on("upload", self._delete)),
        ]

    def _upload(self, call: Call) -> Response:
        identity, data = self._state.new_id(), call.request.files["picture"].read()
        self._state.put("toy_picture", identity, {"alt": call.request.form["alt"], "sha256": self._state.keep(data)})
        return answer({"id": identity}, 201)

    def _create(self, call: Call) -> Response:
        note = call.request.get_json()
        pictures = [self._state.get("toy_picture", picture) for picture in note["pictures"]]
        if None in pictures:
            return _refuse(400)
        identity = self._state.new_id()
        shown = [Picture(alt=p["alt"], sha256=p["sha256"]) for p in pictures if p]
        self._state.publish("toy", identity, note["text"], shown, late=call.late)
        return answer({"id": identity}, 201)

    def _list(self, call: Call) -> Response:
        posts = self._state.visible("toy", Span(late=call.late, since=call.request.args.get("since", 0.0, float)))
        notes = [{"id": p.id, "text": p.text, "pictures": len(p.pictures), "made": p.created_at.isoformat()} for p in posts]
        return answer({"notes": notes})

    def _delete(self, call: Call) -> Response:
        self._state.change_post(call.values["identity"], deleted=True)
        return answer({})


def _on(on: str, handle: Callable[[Call], Response]) -> Endpoint:
    def work(call: Call) -> Response:
        known = call.request.headers.get("Authorization") == f"Bearer {TOKEN}"
        return handle(call) if known else _refuse(401)

    return Endpoint(channel=lambda _: "toy", on=on, work=work, refuse=_refuse)


def _refuse(status: int) -> Response:
    return answer({"error": {"code": status, "message": "no"}}, status)


def _environment(base_url: str) -> Mapping[str, str]:
    return {"DXBOT_TOY_BASE_URL": base_url, "DXBOT_TOY_ACCOUNT": ACCOUNT, "DXBOT_TOY_TOKEN": TOKEN}


def _services(context: PlatformContext) -> Iterable[Service]:
    return [Notes(context.state)]


PLATFORM = Platform(
    services=_services,
    environment=_environment,
    words={"likes": "すき", "views": "閲覧"},
    examples=(Example(prepared="31,32", made={"id": "18"}, readings={"/api/toy/notes?": {"notes": []}}),),
    hosts=frozenset({"toy.example"}),
)
