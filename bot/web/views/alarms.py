"""What the watchman found, and saying that one knows of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.language import say
from bot.services.telling import alarms
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission


@login_required
@require_GET
def alarm_list(request: HttpRequest) -> HttpResponse:
    actor_of(request).require(Permission.WATCH)
    return render(request, "alarms.html", {"rows": alarms.open_ones()})


@login_required
@require_POST
def see(request: HttpRequest, number: int) -> HttpResponse:
    if alarms.see(office(), actor_of(request), number):
        messages.success(request, say("確認したと記録しました。次の人には知らせません。"))
    else:
        messages.error(request, say("ほかの人が先に確認したか、もとに戻っています。"))
    return redirect("alarms")
