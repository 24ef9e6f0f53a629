"""One's own keys for the command line."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.services import accounts
from bot.store.models import User
from bot.web.office import office


@login_required
@require_GET
def tokens(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    label = request.POST.get("label", "").strip()[:60] or "名前なし"
    key = accounts.issue_token(office(), cast(User, request.user), label)
    return _page(request, key.reveal())


@login_required
@require_POST
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    accounts.revoke_token(office(), cast(User, request.user), token)
    return redirect("tokens")


def _page(request: HttpRequest, new_key: str = "") -> HttpResponse:
    own = cast(User, request.user).tokens.filter(revoked_at=None).order_by("-id")
    return render(request, "tokens.html", {"tokens": own, "new_key": new_key})
