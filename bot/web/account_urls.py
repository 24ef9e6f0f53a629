"""The account pages: django-allauth's, named one by one (what is not named, such as sign-up, does not exist); and people."""

from __future__ import annotations

from allauth.account import views as account
from allauth.socialaccount import views as single_sign_on
from django.urls import include, path, re_path

from bot.web.views import account as own
from bot.web.views import audit, passkeys, people

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/directory/", own.prove_at_directory, name="prove_at_directory"),
    re_path(
        r"^account/invited/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/invited/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("account/second-factor/webauthn/keys/<int:pk>/remove/", passkeys.remove),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/oidc/cancelled/", single_sign_on.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/oidc/error/", single_sign_on.login_error, name="socialaccount_login_error"),
    path("audit/", audit.log, name="audit"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<str:person>/accept/", people.accept, name="accept_request"),
    path("people/<str:person>/standing/", people.change_standing, name="change_standing"),
    path("grants/", people.grant_list, name="grants"),
    path("grants/<int:number>/agree/", people.agree, name="agree"),
    path("grants/<int:number>/refuse/", people.refuse, name="refuse_grant"),
    path("people/<str:person>/invite/", people.invite_again, name="invite_again"),
    path("people/<str:person>/role/", people.change_role, name="change_role"),
    path("people/<str:person>/email/", people.change_email, name="change_email"),
    path("people/<str:person>/dismiss/", people.dismiss, name="dismiss"),
]
