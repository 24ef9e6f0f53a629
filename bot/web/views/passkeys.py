"""Removing a passkey, which allauth allows even for the last second factor of somebody who needs one."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from bot.errors import NotAllowed


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    passkey = Authenticator.objects.filter(user=request.user, pk=pk).first()
    if passkey is not None and not get_adapter().can_delete_authenticator(passkey):
        raise NotAllowed(
            "the last second factor",
            summary="最後の二つ目の認証は消せません",
            next_step="先に、認証アプリか別のパスキーを用意してください",
        )
    removed: HttpResponse = remove_webauthn(request, pk=pk)
    return removed
