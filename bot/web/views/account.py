"""One's own keys for the command line."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.language import say
from bot.services.people import accounts, signing_in
from bot.web.again import asks_again, to_directory
from bot.web.asking import asks
from bot.web.office import office, user_of
from bot.workflow.actors import TOKEN_SCOPES, Permission, Role, scopes_of

_DAYS = {"7": 7, "30": 30, "90": 90}


@login_required
@require_GET
def tokens(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _scopes(request: HttpRequest) -> set[Permission]:
    return {scope for scope in Permission if scope in request.POST.getlist("scopes")}


def _decides(request: HttpRequest) -> bool:
    return Permission.DECIDE in _scopes(request)


# A key outlives the session, so for one that approves, an open session is not enough.
@login_required
@require_POST
@asks_again(_decides)
def issue(request: HttpRequest) -> HttpResponse:
    label = request.POST.get("label", "").strip()[:60] or "名前なし"
    scopes = _scopes(request)
    days = timedelta(days=_DAYS.get(request.POST.get("days", ""), accounts.LIFETIME.days))
    key = accounts.issue_token(office(), user_of(request), label, scopes, days)
    return _page(request, key.reveal())


def _named(request: HttpRequest, token: int) -> str:
    return next((t.label for t in accounts.live_tokens(office(), user_of(request)) if t.id == token), "")


@login_required
@require_POST
@asks("この鍵を使えなくしますか", "使えなくする", _named)
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    accounts.revoke_token(office(), user_of(request), token)
    return redirect("tokens")


def _page(request: HttpRequest, new_key: str = "") -> HttpResponse:
    user = user_of(request)
    own = accounts.live_tokens(office(), user)
    shown = {
        "tokens": [{"token": t, "scopes": "、".join(say(TOKEN_SCOPES[Permission(s)]) for s in t.scopes)} for t in own],
        "new_key": new_key,
        "scopes": [(scope, TOKEN_SCOPES[scope]) for scope in scopes_of(Role(user.role))],
        "days": _DAYS,
    }
    return render(request, "tokens.html", shown)


@login_required
@require_GET
def prove_at_directory(request: HttpRequest) -> HttpResponse:
    """A link that leads there, since a form may not."""
    if request.GET.get("go"):
        return to_directory(request)
    signing_in.directory_account(user_of(request))
    return render(request, "account/at_directory.html", {"next": request.GET.get("next", "")})
