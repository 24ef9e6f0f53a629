"""One button for ten seconds: what was just done is undone."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bot.language import say
from bot.web import undo as undoing
from bot.web.office import actor_of, office, page_before


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    if undoing.take_back(request, office(), actor_of(request)):
        messages.success(request, say("元に戻しました。"))
    else:
        messages.error(request, say("元に戻せるものはありません。"))
    return redirect(page_before(request) or "home")
