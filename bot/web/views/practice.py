"""A practice's clock, moved by a button, and its training. Where no practice is open, these addresses do not exist."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bot.language import say
from bot.services import practice, training
from bot.web.office import actor_of, office


@login_required
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    practice.required()
    said = office().said(practice.move(actor_of(request)))
    messages.success(request, say("練習の時計を{said}へ進めました。", said=said))
    if not practice.wait_until_sent():
        messages.success(request, say("配信が続いています。少し待って開き直してください。"))
    return _back(request)


@login_required
@require_POST
def begin_training(request: HttpRequest) -> HttpResponse:
    training.begin(actor_of(request))
    messages.success(request, say("研修を始めました。上の案内のとおりに進めてください。途中でやめても、続きから始められます。"))
    return _back(request)


@login_required
@require_POST
def let_partner_decide(request: HttpRequest) -> HttpResponse:
    training.let_partner_decide(actor_of(request))
    messages.success(request, say("練習の広報担当が承認しました。"))
    return _back(request)


@login_required
@require_POST
def end_training(request: HttpRequest) -> HttpResponse:
    training.end(actor_of(request))
    messages.success(request, say("研修を終えました。研修で出した投稿・予定・停止は、片付けました。"))
    return redirect("home")


def _back(request: HttpRequest) -> HttpResponse:
    """To the page whose form it was; a page that answers to a form of its own has no address to come back to."""
    page = request.POST.get("next", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return redirect(page if is_ours else "home")
