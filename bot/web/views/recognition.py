"""「この投稿は市のものですか」 without a script in the browser: a door without a log-in, so everything about it is bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from threading import BoundedSemaphore

from allauth.core.internal import ratelimit
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bot.errors import BotError
from bot.services.pages import recognition
from bot.services.pages.public_feeds import page
from bot.services.pages.recognition import CityRecord, Recognised
from bot.web.office import office

# Of all questions, and of those with a picture: for one address, then for the whole world. A picture may keep a processor busy
# for a second, and the office works on the same machine.
_RATES = {"verify": "20/m/ip,300/m/key", "verify_picture": "6/m/ip,60/m/key"}
_AT_ONCE = BoundedSemaphore(2)  # pictures in one process, of the eight threads that answer
_PATIENCE = 5  # seconds
_reader = recognition.RecordReader()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was asked for (address, text or picture), and what came of it; `url` is the post's page on the public site."""

    what: str
    found: Recognised | None = None
    url: str = ""
    refused: BotError | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    given = request.POST.get("given", "").strip()
    upload = request.FILES.get("picture")
    if request.method == "POST" and not (_heard(request, "verify") and (upload is None or _heard(request, "verify_picture"))):
        return _too_many(request)
    if not (given or upload):
        return render(request, "verify.html", {"given": "", "answers": [], "empty": request.method == "POST"})
    if upload is not None and not _AT_ONCE.acquire(timeout=_PATIENCE):
        return _too_many(request)
    try:
        record = _reader.read(office())
        answers = list(_answers(given, upload, record))
    finally:
        if upload is not None:
            _AT_ONCE.release()
    wrong = all(answer.refused for answer in answers)
    status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
    shown = {"given": given[: recognition.LONGEST], "answers": answers, "in_doubt": record.in_doubt}
    return render(request, "verify.html", shown, status=status)


def _too_many(request: HttpRequest) -> HttpResponse:
    found: HttpResponse = ratelimit.respond_429(request)
    return found


def _heard(request: HttpRequest, action: str) -> bool:
    return bool(ratelimit.consume(request, app="dxbot", action=action, config=_RATES, key="all"))


def _answers(given: str, upload: object, record: CityRecord) -> Iterator[Answer]:
    ctx = office()
    if given and recognition.address_key(given, ctx.specs):
        yield _answer("address", lambda: record.address(given, ctx.specs))
    elif given:
        yield _answer("text", lambda: record.text(given))
    if upload is not None:
        assert isinstance(upload, UploadedFile)  # noqa: S101 nothing else is in FILES
        data = upload.read(recognition.LARGEST + 1)
        yield _answer("picture", lambda: record.picture(data))


def _answer(what: str, ask: Callable[[], Recognised]) -> Answer:
    try:
        found = ask()
    except BotError as e:  # in the page itself: whoever asked is nobody whose acts are on record
        return Answer(what=what, refused=e)
    url = office().config.public_url.rstrip("/")
    return Answer(what=what, found=found, url=page(url, found.post) if url and found.post else "")
