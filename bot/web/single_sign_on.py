"""Log-in through the city's own directory (OpenID Connect). Its groups are the invitation, and say the role at each log-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from bot.errors import BotError, NotAllowed
from bot.services.people import accounts
from bot.services.records import audit
from bot.web.again import ASKED, back_from_directory
from bot.web.office import office

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin

    from bot.store.models import User


class DirectoryAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The directory has said who it is. Find or make that person here, with the role of their groups, or refuse."""
        try:
            user = _person(sociallogin)
            resumed = back_from_directory(request, sociallogin) if ASKED in sociallogin.state else None
        except BotError as e:
            audit.note(office(), accounts.DIRECTORY, audit.REFUSED, "log_in", e.message)
            # allauth's way to let an adapter answer at once; the answer is our page, in Japanese.
            raise ImmediateHttpResponse(render(request, "refused.html", {"error": e}, status=403)) from None
        if resumed:
            raise ImmediateHttpResponse(resumed)
        sociallogin.email_addresses = []  # notices go to User.email; nobody signs in by address
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: whoever may come in is known by then."""
        return False


def proved_second_factor(claims: Mapping[str, object]) -> bool:
    """Whether the directory itself asked for a second factor (RFC 8176)."""
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods


def claims_of(sociallogin: SocialLogin) -> dict[str, object]:
    """The ID token's claims, and those of the userinfo endpoint, which know more."""
    data = sociallogin.account.extra_data
    return {**data.get("id_token", {}), **data.get("userinfo", {})}


def _person(sociallogin: SocialLogin) -> User:
    ctx, claims = office(), claims_of(sociallogin)
    # Connecting a directory's account to one that is signed in would let a person act as two.
    if sociallogin.state.get("process") != "login":
        raise NotAllowed("not a log-in", summary="この操作はできません", next_step="ログインの画面からやり直してください")
    person, groups = claims.get(ctx.config.oidc_person_claim), claims.get(ctx.config.oidc_groups_claim)
    # Once connected, the account here stays the same, even if the directory gives the person a new name.
    known = sociallogin.user.username if sociallogin.is_existing else person
    if not isinstance(known, str) or not isinstance(groups, list):
        raise NotAllowed(
            "the directory told neither name nor groups",
            summary="庁内の認証から、利用者名か所属グループが届きませんでした",
            next_step="運用担当に知らせてください",
        )
    return accounts.known_to_directory(ctx, known, [str(group) for group in groups], str(claims.get("email") or ""))
