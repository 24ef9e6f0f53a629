"""What the account pages of django-allauth do our way: no sign-up, encrypted second factors, every act in the audit log."""

from __future__ import annotations

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_changed, password_reset, user_logged_in
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.socialaccount.models import SocialLogin
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from bot.services.records import audit
from bot.store.models import User
from bot.web.office import office
from bot.web.single_sign_on import claims_of, proved_second_factor
from bot.workflow.actors import NEED_SECOND_FACTOR, Role

_PROVED_BY = "second_factor_proved_by"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "利用者名かパスワードが違います。もう一度入力してください。",
        "too_many_login_attempts": "続けて間違えたため、受け付けを止めています。5分ほど待ってから、もう一度お試しください。",
        "incorrect_code": "コードが違います。いま表示されている数字を入力してください。",
        "incorrect_password": "パスワードが違います。もう一度入力してください。",
        "enter_current_password": "いまのパスワードが違います。もう一度入力してください。",
        "rate_limited": "短い間に操作が重なりました。5分ほど待ってから、もう一度お試しください。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people are invited."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "コードが違います。いま表示されている数字を入力してください。",
        "cannot_delete_authenticator": "承認をする人は、二つ目の認証を一つは残してください。",
    }

    def encrypt(self, text: str) -> str:
        """A copy of the database alone must not be enough to make codes."""
        return _fernet().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode("ascii")).decode()

    # Recovery codes are for the day on which the factor is lost; alone they are no factor.
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user).exclude(id=authenticator.id)
        others = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
        return Role(authenticator.user.role) not in NEED_SECOND_FACTOR or others.exists()


def _fernet() -> Fernet:
    # Derived with a purpose, so that this key opens nothing else that SECRET_KEY protects.
    key = hashlib.sha256(b"dxbot second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def has_proved_second_factor(request: HttpRequest) -> bool:
    """Whether this very session was opened with a second factor, or has set one up. That the person owns one is not enough:
    another session may have been opened before that, with a stolen password."""
    assert isinstance(request.user, User)  # noqa: S101 the caller has looked
    if request.session.get(_PROVED_BY) == request.user.pk:
        return True
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


@receiver(authenticator_added)
def _on_second_factor(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    """This session has shown that it holds the factor; any other session of the person has not, and ends."""
    _note(user, "add_second_factor", authenticator.type)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        request.session[_PROVED_BY] = user.pk
        # A session opened with a stolen password before the factor was there must not go on beside it.
        for other in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
            other.end()


@receiver(authenticator_removed)
def _on_removal(user: User, authenticator: Authenticator, **_: object) -> None:
    _note(user, "remove_second_factor", authenticator.type)


@receiver(user_logged_in)
def _on_login(request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_: object) -> None:
    """allauth's signal, after the session was renewed."""
    if sociallogin is not None and proved_second_factor(claims_of(sociallogin)):
        request.session[_PROVED_BY] = user.pk
    _note(user, "log_in", "" if sociallogin is None else "OpenID Connect")


@receiver([password_reset, password_changed])
def _on_password(user: User, **_: object) -> None:
    _note(user, "set_password")


def _note(user: User, verb: str, detail: str = "") -> None:
    # The audit chain is appended to under a lock that belongs to a transaction (ADR 6).
    with transaction.atomic():
        audit.record(office().clock.now(), user.username, verb, f"user:{user.username}", detail=detail)
