"""Proving anew who one is, before an act that gives a right to act: by what the person has here, or at the city's directory.

allauth asks for a password or a second factor, and lets by whoever has neither. Such a person is sent to the directory once
more: it is told to ask (`prompt=login`), and its answer must say that it has (`auth_time`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows, resume_request, suspend_request
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from bot.errors import NotAllowed
from bot.services.people import signing_in
from bot.web.office import user_of

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin

View = Callable[..., HttpResponse]
ASKED = "asked_again_at"  # in what is kept of a log-in while the person is at the directory
_CLOCKS = 60  # seconds that the directory's clock may be behind ours


def asks_again(when: Callable[[HttpRequest], bool]) -> Callable[[View], View]:
    """A view that gives somebody the right to act, where `when` says so of the request: for that an open session is not enough,
    which may be stolen or left open. The person proves anew who they are, if they have not in the last five minutes, and the
    request goes on from there."""

    def guard(view: View) -> View:
        here: View = reauthentication_required(enabled=when)(view)

        @wraps(view)
        def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
            if not when(request) or get_reauthentication_flows(user_of(request)):
                return here(request, *given, **named)
            if _proved_lately(request):
                return view(request, *given, **named)
            # By a page of ours: the content security policy lets no form lead to another site.
            return suspend_request(request, reverse("prove_at_directory"))  # type: ignore[no-any-return]

        return guarded

    return guard


def _proved_lately(request: HttpRequest) -> bool:
    records = get_authentication_records(request, user_of(request))
    return any(r.get("reauthenticated") and time.time() - r["at"] < app_settings.REAUTHENTICATION_TIMEOUT for r in records)


def to_directory(request: HttpRequest) -> HttpResponse:
    """Off to the directory, which is to ask the person again. Raises NotFound for whoever does not come from there."""
    provider = signing_in.directory_account(user_of(request)).get_provider(request)
    wanted = request.GET.get("next", "")
    then = wanted if url_has_allowed_host_and_scheme(wanted, None) else "/"
    how = {**provider.get_auth_params(), "prompt": "login", "max_age": "0"}
    kept: dict[str, Any] = {ASKED: time.time()}
    return provider.redirect(request, "login", next_url=then, auth_params=how, **kept)  # type: ignore[no-any-return]


def back_from_directory(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """The suspended request goes on. Raises NotAllowed unless the same person was asked there just now."""
    if not sociallogin.is_existing or sociallogin.user != request.user:
        raise NotAllowed(
            "another person came back",
            summary="ログインしている人と、庁内の認証で確かめた人が違います",
            next_step="ログアウトし、本人がログインし直してください",
        )
    told = sociallogin.account.extra_data.get("id_token", {}).get("auth_time")
    if not isinstance(told, int | float) or told < sociallogin.state[ASKED] - _CLOCKS:
        raise NotAllowed(
            "the directory did not ask again",
            summary="庁内の認証が、本人かどうかを確かめ直しませんでした",
            next_step="運用担当に、認証のサーバーの設定（prompt と max_age に応じること）を確かめてもらってください",
        )
    record_authentication(request, user_of(request), method="socialaccount", reauthenticated=True)
    then = sociallogin.state.get("next") or "/"
    found = request.GET.copy()
    found["next"] = then
    request.GET = found  # type: ignore[assignment]  # where allauth looks for it
    return resume_request(request) or redirect(then)
