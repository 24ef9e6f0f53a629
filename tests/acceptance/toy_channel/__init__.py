"""A channel that does not exist: what the acceptance test adds to a copy of the program, and a pattern for a real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.config import Config, Secret, option, require
from bot.media.limits import ImageLimits
from bot.render.variant import ChannelSpec

if TYPE_CHECKING:
    import requests

    from bot.channel_kit.base import Channel, Found, Outgoing, Prepared, Receipt, Sent
    from bot.errors import ChannelError
    from bot.render.variant import Media


@dataclass(frozen=True, kw_only=True)
class Options:
    base_url: str = option("DXBOT_TOY_BASE_URL", "https://toy.example", "おもちゃの接続先")
    account: str = option("DXBOT_TOY_ACCOUNT", "", "おもちゃのアカウントの番号")
    token: Secret = option("DXBOT_TOY_TOKEN", Secret(""), "おもちゃの鍵")


OPTIONS = (Options,)
SPEC = ChannelSpec(
    key="toy",
    label="おもちゃ",
    limit=500,
    length=len,
    images=ImageLimits(max_count=4, max_bytes=2_000_000, max_alt=500),
)


def connect(config: Config) -> Channel:
    """Raises ConfigError if the account or its token is missing."""
    own = config.of(Options)
    require(own, SPEC.label, "account", "token")
    return _Toy(own)


class _Toy:
    def __init__(self, options: Options) -> None:
        from bot.channel_kit.http import OnceSession

        self._options, self._session = options, OnceSession(25.0)

    @property
    def account(self) -> str:
        return f"toy:{self._options.account}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        from bot.channel_kit.base import Prepared
        from bot.channel_kit.limits import require_fit

        require_fit(SPEC, outgoing)
        return Prepared(outgoing=outgoing, token=",".join(self._upload(media) for media in outgoing.media))

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        from bot.channel_kit.base import Receipt

        note = {"text": prepared.outgoing.text, "pictures": [p for p in prepared.token.split(",") if p]}
        made = self._id(self._call("POST", "/notes", committing=True, json=note), committing=True)
        return Receipt(remote_id=made, url=self._url(made), at=now)

    def find(self, sent: Sent) -> Found:
        from bot.channel_kit.base import CannotTell, Receipt
        from bot.channel_kit.matching import earliest

        notes = self._call("GET", "/notes", committing=False, params={"since": earliest(sent)})["notes"]
        hits = [note for note in notes if _is_it(note, sent)]
        if len(hits) != 1:
            return CannotTell(f"{len(hits)} of {len(notes)}")
        made = datetime.fromisoformat(hits[0]["made"])
        return Receipt(remote_id=hits[0]["id"], url=self._url(hits[0]["id"]), at=made)

    def delete(self, remote_id: str) -> None:
        self._call("DELETE", f"/notes/{remote_id}", committing=False)

    def stands(self, remote_id: str) -> bool:
        notes = self._call("GET", "/notes", committing=False, params={"since": 0})["notes"]
        return any(note["id"] == remote_id for note in notes)

    def _upload(self, media: Media) -> str:
        form = {"files": {"picture": (media.file, media.data, "image/jpeg")}, "data": {"alt": media.alt}}
        return self._id(self._call("POST", "/pictures", committing=False, **form), committing=False)

    def _url(self, made: str) -> str:
        return f"{self._options.base_url}/toy/{made}"

    def _id(self, answer: Any, *, committing: bool) -> str:
        from bot.errors import OutcomeUnknown, Unavailable

        if isinstance(answer, dict) and isinstance(answer.get("id"), str):
            return str(answer["id"])
        raise (OutcomeUnknown if committing else Unavailable)("no id")

    def _call(self, method: str, path: str, *, committing: bool, **more: Any) -> Any:
        """The answer's JSON. Raises ChannelError; no error of the library below is chained to it."""
        from bot.channel_kit.http import broken_exchange

        headers = {"Authorization": f"Bearer {self._options.token.reveal()}"}
        try:
            answer = self._session.request(method, f"{self._options.base_url}/api/toy{path}", headers=headers, **more)
            if answer.ok and not answer.is_redirect:
                return answer.json()
            told = _meaning(answer, committing=committing)
        except Exception as e:
            told = broken_exchange(e, committing=committing)
        raise told


def _is_it(note: dict[str, Any], sent: Sent) -> bool:
    from bot.text.likeness import canonical

    outgoing = sent.prepared.outgoing
    return canonical(note["text"]) == canonical(outgoing.text) and note["pictures"] == len(outgoing.media)


def _meaning(answer: requests.Response, *, committing: bool) -> ChannelError:
    from bot.channel_kit.waits import retry_after
    from bot.errors import AuthExpired, OutcomeUnknown, RateLimited, Rejected, Unavailable

    code = str(answer.status_code)
    if answer.status_code == 429:
        return RateLimited(code, code=code, retry_after=retry_after(answer.headers))
    known = {400: Rejected, 401: AuthExpired, 403: AuthExpired, 404: Rejected}
    return known.get(answer.status_code, OutcomeUnknown if committing else Unavailable)(code, code=code)
