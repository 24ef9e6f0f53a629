"""Removing a passkey, which allauth allows even for the last second factor of somebody who needs one."""

from __future__ import annotations

from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from bot.services.people import signing_in
from bot.web.office import user_of


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    signing_in.require_may_go(user_of(request), pk)
    removed: HttpResponse = remove_webauthn(request, pk=pk)
    return removed
