"""The codes of authenticator apps: a clock may be a little off, and yet a code opens once."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.cache import cache

# A code is good for its own 30 seconds and one step on either side; allauth itself remembers a used one for 30.
_REMEMBERED = 120


class CodeForm(AuthenticateForm):
    def clean_code(self) -> str:
        code: str = super().clean_code()
        _use_up(self.user.pk, code)
        return code


class CodeAgainForm(ReauthenticateForm):
    def clean_code(self) -> str:
        code: str = super().clean_code()
        _use_up(self.user.pk, code)
        return code


def _use_up(user: int, code: str) -> None:
    """Raises ValidationError for a code that this person has used before."""
    # `add` is atomic: of two requests with one code, one gets in.
    if not cache.add(f"dxbot:code:{user}:{code.strip()}", True, _REMEMBERED):
        raise get_adapter().validation_error("incorrect_code")
