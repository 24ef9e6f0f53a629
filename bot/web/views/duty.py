"""A stop from a phone: making its address, and pressing it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from bot.services.delivery import duty, pause
from bot.web.office import actor_of, office


@login_required
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    ctx = office()
    key = duty.issue(ctx, actor_of(request), request.POST.get("name", ""))
    address = f"{ctx.config.site_url.rstrip('/')}{reverse('duty_stop', args=(key.reveal(),))}"
    answer = render(request, "duty_issued.html", {"address": address, "row": duty.standing(ctx)[0]})
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    duty.revoke(office(), actor_of(request), number)
    return redirect("stop")


# No log-in: who is on duty has a phone and no time. To open it changes nothing.
@require_http_methods(["GET", "HEAD", "POST"])
def press(request: HttpRequest, key: str) -> HttpResponse:
    ctx = office()
    if request.method == "POST":
        stopped = duty.press(ctx, key, request.POST.get("name", ""))
        pause.see_off()
        return _quiet(render(request, "duty_pressed.html", {"stopped": stopped}))
    return _quiet(render(request, "duty.html", {"row": duty.find(ctx, key)}))


def _quiet(answer: HttpResponse) -> HttpResponse:
    """The address is the key: no other site and no search engine is to learn it."""
    answer["Referrer-Policy"] = "same-origin"  # Django's own check of forms over TLS asks for it
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
