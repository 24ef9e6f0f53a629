"""What machines ask: does it live, is it ready, does a publisher work, and how much of everything is there.

Without a log-in, and before all that a person's request goes through (`bot.web.middleware.Probes`): a probe has no session,
calls by an address that is not the site's name, and does not speak TLS. So nothing is said here but figures and single words.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client import Gauge as Exposed

from bot.loopback import is_loopback
from bot.services.pages import gauges, health
from bot.services.pages.health import Health
from bot.web.office import office


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The web server answers."""
    return _answer(Health())


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """So does the database, and its tables are those of this program."""
    found = health.ready(office())
    return _answer(found, **({"feed_age_seconds": dict(found.feeds)} if found.feeds else {}))


@require_safe
def publisher(request: HttpRequest) -> HttpResponse:
    """A publisher has finished a turn lately, in whatever process on whatever machine."""
    found = health.publisher(office())
    return _answer(found, publishers=found.publishers, age_seconds=found.age)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: from this machine, or with the configured token."""
    if not (_is_from_here(request) or _has_token(request)):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    if not (state := health.ready(office())).well:
        return _answer(state)
    registry = CollectorRegistry()
    for gauge in filter(lambda one: one.samples, gauges.read(office())):  # without a figure there is none, and no 0
        exposed = Exposed(f"dxbot_{gauge.name}", gauge.meaning, gauge.labels, registry=registry)
        for labels, figure in gauge.samples:
            (exposed.labels(*labels) if labels else exposed).set(figure)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _answer(found: Health, **figures: object) -> HttpResponse:
    told = {"status": "ok"} if found.well else {"status": "failing", "why": found.why}
    status = HTTPStatus.OK if found.well else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({**told, **figures}, status=status, headers={"Cache-Control": "no-store"})


def _is_from_here(request: HttpRequest) -> bool:
    """By the address that waitress believes, which is the caller's own also where a named server passes the call on; what comes
    by TLS has come through such a server, whatever it says of the caller."""
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and not request.is_secure()


def _has_token(request: HttpRequest) -> bool:
    token = office().config.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.reveal().encode())
