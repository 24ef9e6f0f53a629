"""The toy's client: pictures first, then one request that makes a note."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import requests

from bot.channel_kit.answers import MADE, AnswerModel, read, unreadable
from bot.channel_kit.base import Account, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.http import OnceSession, broken_exchange
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import Page, earliest, listed, the_one
from bot.channel_kit.waits import retry_after
from bot.channels.toy import SPEC, Options
from bot.channels.toy.answers import Made, Note, Notes, Owner, Refusal
from bot.config import Config, require
from bot.errors import AuthExpired, ChannelError, OutcomeUnknown, RateLimited, Rejected, Unavailable
from bot.render.variant import Media
from bot.text.likeness import canonical

M = TypeVar("M", bound=AnswerModel)
_STATUSES: dict[int, type[ChannelError]] = {400: Rejected, 401: AuthExpired, 403: AuthExpired, 404: Rejected, 429: RateLimited}


def connect(config: Config) -> Channel:
    """Raises ConfigError if the account or its token is missing."""
    own = config.of(Options)
    require(own, SPEC.label, "account", "token")
    return _Toy(own)


class _Toy:
    def __init__(self, options: Options) -> None:
        self._options, self._session = options, OnceSession(25.0)

    @property
    def account(self) -> str:
        return f"toy:{self._options.account}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        require_fit(SPEC, outgoing)
        return Prepared(outgoing=outgoing, token=",".join(self._upload(media) for media in outgoing.media))

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        note = {"text": prepared.outgoing.text, "pictures": [p for p in prepared.token.split(",") if p]}
        made = self._told(Made, self._call("POST", "/notes", committing=True, json=note), committing=True).id
        return Receipt(remote_id=made, url=self._url(made), at=now)

    def find(self, sent: Sent) -> Found:
        posts = listed(Note, lambda _: self._page(earliest(sent)))
        return the_one(posts, lambda note: _is_it(note, sent.prepared.outgoing), self._receipt)

    def delete(self, remote_id: str) -> None:
        self._call("DELETE", f"/notes/{remote_id}", committing=False)

    def stands(self, remote_id: str) -> bool:
        posts = listed(Note, lambda _: self._page(0))
        return any(note.id == remote_id for note in posts.posts)

    def probe(self) -> Account:
        told = self._told(Owner, self._call("GET", "/me", committing=False), committing=False)
        return Account(identity=f"toy:{told.account}", name=told.name)

    def _page(self, since: int) -> Page:
        answer = self._call("GET", "/notes", committing=False, params={"since": since})
        return Page(entries=self._told(Notes, answer, committing=False).notes)

    def _receipt(self, note: Note) -> Receipt:
        return Receipt(remote_id=note.id, url=self._url(note.id), at=note.made)

    def _upload(self, media: Media) -> str:
        form: dict[str, Any] = {"files": {"picture": (media.file, media.data, "image/jpeg")}, "data": {"alt": media.alt}}
        return self._told(Made, self._call("POST", "/pictures", committing=False, **form), committing=False).id

    def _url(self, made: str) -> str:
        return f"{self._options.base_url}/toy/{made}"

    def _told(self, model: type[M], answer: requests.Response, *, committing: bool) -> M:
        told = read(model, answer)
        if told is None:
            raise unreadable(answer, committing=committing)
        return told

    def _call(self, method: str, path: str, *, committing: bool, **more: Any) -> requests.Response:
        """Raises ChannelError; no error of the library below is chained to it."""
        headers = {"Authorization": f"Bearer {self._options.token.reveal()}"}
        try:
            answer = self._session.request(method, f"{self._options.base_url}/api/toy{path}", headers=headers, **more)
        except Exception as e:
            told = broken_exchange(e, committing=committing)
        else:
            if answer.status_code in MADE:
                return answer
            told = _meaning(answer, committing=committing)
        raise told


def _is_it(note: Note, outgoing: Outgoing) -> bool:
    return canonical(note.text) == canonical(outgoing.text) and note.pictures == len(outgoing.media)


def _meaning(answer: requests.Response, *, committing: bool) -> ChannelError:
    if read(Refusal, answer) is None:
        return unreadable(answer, committing=committing)
    code = str(answer.status_code)
    kind = _STATUSES.get(answer.status_code, OutcomeUnknown if committing else Unavailable)
    if issubclass(kind, RateLimited):
        return kind(code, code=code, retry_after=retry_after(answer.headers))
    return kind(code, code=code)
