"""Log-ins, passwords and second factors, which django-allauth asks for and keeps: each in the audit log, and the last second
factor of whoever needs one stays."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction

from bot.errors import NotAllowed, NotFound
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import User
from bot.workflow.actors import NEED_SECOND_FACTOR, Role

FAILED = "fail_to_log_in"


def record(ctx: Context, user: User, verb: str, detail: str = "") -> None:
    """What a person did on the pages of their account."""
    with transaction.atomic():
        audit.record(ctx.clock.now(), user.username, verb, f"user:{user.username}", detail=detail)


def failed(ctx: Context, name: str, address: str, factor: str = "password") -> None:
    """A log-in with a wrong password or code. Of a name that nobody has, nothing is kept: people type passwords there."""
    known = User.objects.filter(username=name).exists()
    audit.note(ctx, audit.NOBODY, FAILED, f"user:{name}" if known else "user:?", f"{factor} {address}")


def factor_added(ctx: Context, user: User, factor: Authenticator, session_key: str | None) -> bool:
    """Whether the session of this key has shown by it that it holds a second factor: not by recovery codes, which it only got
    to read. Any other session of the person has shown nothing, and ends."""
    record(ctx, user, "add_second_factor", factor.type)
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        return False
    for other in UserSession.objects.filter(user=user).exclude(session_key=session_key):
        other.end()
    return True


def may_go(factor: Authenticator) -> bool:
    """Not the last one of somebody who decides; recovery codes stand in for none."""
    others = Authenticator.objects.filter(user=factor.user).exclude(id=factor.id)
    others = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return Role(factor.user.role) not in NEED_SECOND_FACTOR or others.exists()


def require_may_go(user: User, number: int) -> None:
    """Raises NotAllowed where the person's second factor of this number has to stay."""
    factor = Authenticator.objects.filter(user=user, pk=number).first()
    if factor is not None and not may_go(factor):
        raise NotAllowed(
            "the last second factor",
            summary="最後の二つ目の認証は消せません",
            next_step="先に、認証アプリか別のパスキーを用意してください",
        )


def directory_account(user: User) -> SocialAccount:
    """By which this person comes in from the city's directory. Raises NotFound."""
    account = SocialAccount.objects.filter(user=user).first()
    if account is None:
        raise NotFound("no account of a directory", summary="ページがありません", next_step="一覧から選び直してください")
    return account
