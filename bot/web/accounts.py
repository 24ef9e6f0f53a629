"""What the account pages of django-allauth do our way: no sign-up, encrypted second factors, every act in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_changed, password_reset, user_logged_in
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest

from bot.errors import ConfigError
from bot.services.people import signing_in
from bot.services.people.key_check import SECOND_FACTOR
from bot.services.people.sealing import seal
from bot.web.office import office, user_of
from bot.web.single_sign_on import claims_of, proved_second_factor

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialLogin

    from bot.store.models import User

_HOME_IS_KNOWN_FOR = 90 * 24 * 60 * 60  # seconds since a person last came in from there
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

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        """A wrong password, at the log-in and where it is asked for again."""
        signing_in.failed(office(), str(credentials.get("username", "")), self.get_client_ip(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Passwords are counted twice until they prove right: for a name at an address, and for a name at all addresses from
        which that person never came in. So neither does a stranger's guessing keep an officer out at their desk, nor can a
        thousand addresses guess on."""
        super().pre_authenticate(request, **credentials)
        self._elsewhere = None
        if not cache.get(_home(request, credentials)):
            name = str(credentials.get("username", "")).lower()
            self._elsewhere = ratelimit.consume(request, app="allauth.account", action="login_failed_elsewhere", key=name)
            if not self._elsewhere:
                raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            if self._elsewhere:
                self._elsewhere.rollback()
            cache.set(_home(request, credentials), True, _HOME_IS_KNOWN_FOR)
        return user

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}@{ratelimit.get_ip(request)}"


def _home(request: HttpRequest, credentials: Mapping[str, Any]) -> str:
    place = f"{str(credentials.get('username', '')).lower()}@{ratelimit.get_ip(request)}"
    return f"dxbot:home:{sha256(place.encode()).hexdigest()}"


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "コードが違います。いま表示されている数字を入力してください。",
        "cannot_delete_authenticator": "承認をする人は、二つ目の認証を一つは残してください。",
    }

    def encrypt(self, text: str) -> str:
        """A copy of the database alone must not be enough to make codes."""
        return seal(SECOND_FACTOR).encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return seal(SECOND_FACTOR).decrypt(encrypted_text.encode("ascii")).decode()
        except InvalidToken:  # the database was changed for another one while this process ran
            raise ConfigError(
                "sealed with another key",
                summary="二つ目の認証を読めません。秘密の鍵が、このデータベースのものではありません",
                next_step="運用担当に、dxbot を始め直して、示されることに従うよう伝えてください",
            ) from None

    # Recovery codes are for the day on which the factor is lost; alone they are no factor.
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return signing_in.may_go(authenticator)


def has_proved_second_factor(request: HttpRequest) -> bool:
    """Whether this very session was opened with a second factor, or has set one up. That the person owns one is not enough:
    another session may have been opened before that, with a stolen password."""
    user = user_of(request)
    if request.session.get(_PROVED_BY) == user.pk:
        return True
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


@receiver(authenticator_added)
def _on_second_factor(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    if signing_in.factor_added(office(), user, authenticator, request.session.session_key):
        request.session[_PROVED_BY] = user.pk


@receiver(authenticator_removed)
def _on_removal(user: User, authenticator: Authenticator, **_: object) -> None:
    signing_in.record(office(), user, "remove_second_factor", authenticator.type)


@receiver(authentication_failed)
def _on_wrong_code(request: HttpRequest, user: User, authenticator: Authenticator, **_: object) -> None:
    signing_in.failed(office(), user.username, get_adapter().get_client_ip(request), authenticator.type)


@receiver(user_logged_in)
def _on_login(request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_: object) -> None:
    """allauth's signal, after the session was renewed."""
    if sociallogin is not None and proved_second_factor(claims_of(sociallogin)):
        request.session[_PROVED_BY] = user.pk
    signing_in.record(office(), user, "log_in", "" if sociallogin is None else "OpenID Connect")


@receiver([password_reset, password_changed])
def _on_password(user: User, **_: object) -> None:
    signing_in.record(office(), user, "set_password")
