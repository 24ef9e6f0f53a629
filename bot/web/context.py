"""What every page shows: the city's name, the person, the stop switch, the sandbox mark."""

from __future__ import annotations

from django.http import HttpRequest

from bot.services import pause
from bot.web.office import office
from bot.workflow.actors import ROLE_LABELS, Role


def city(request: HttpRequest) -> dict[str, object]:
    ctx = office()
    shown: dict[str, object] = {"city": ctx.library.city, "sandbox": ctx.config.sandbox}
    if request.user.is_authenticated:
        shown["role_label"] = ROLE_LABELS[Role(request.user.role)]
        shown["pauses"] = pause.active()
        shown["closed_lanes"] = pause.closed_lanes()
    return shown
