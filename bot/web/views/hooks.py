"""The git server tells us that something was pushed. Told by whoever holds the secret, and by nobody else.

GitHub and Forgejo sign the body (X-Hub-Signature-256: sha256=HMAC); GitLab sends the secret itself (X-Gitlab-Token). The answer
comes at once: what is noted is only that a sync is wanted, so a call that is repeated or made up of an old one does no harm.
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256
from http import HTTPStatus

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bot.options import Secret
from bot.services.handing_in import sync
from bot.web.office import office

_CALLS = 60  # that are genuine, in
_WINDOW = 60  # seconds


@csrf_exempt  # a git server has no session; the signature stands in for the token
@require_POST
def content(request: HttpRequest) -> HttpResponse:
    config = office().config
    if not config.content_repository or not config.content_webhook_secret:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    # First, so that whoever does not hold the secret cannot use up the calls of the git server.
    if not _is_genuine(request, config.content_webhook_secret):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    if not _is_heard():
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(_WINDOW)})
    sync.ask(office())
    return HttpResponse(status=HTTPStatus.ACCEPTED)


def _is_heard() -> bool:
    """The limit is far above what a git server does; what comes beyond it is found by the timer."""
    key = f"hooks:content:{int(time.time() // _WINDOW)}"
    cache.add(key, 0, 2 * _WINDOW)  # outlives its window, so that it cannot go between these two lines
    return cache.incr(key) <= _CALLS


def _is_genuine(request: HttpRequest, secret: Secret) -> bool:
    key = secret.reveal().encode()
    if "X-Hub-Signature-256" in request.headers:
        signature = "sha256=" + hmac.new(key, request.body, sha256).hexdigest()
        return hmac.compare_digest(signature.encode(), request.headers["X-Hub-Signature-256"].encode("latin-1"))
    return hmac.compare_digest(key, request.headers.get("X-Gitlab-Token", "").encode("latin-1"))
