"""Personal tokens: how the command line knows who acts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from bot.config import Secret
from bot.errors import NotAllowed
from bot.services import audit
from bot.services.context import Context
from bot.store.models import PersonalToken, User
from bot.workflow.actors import Actor, Role

LIFETIME = timedelta(days=90)
_PREFIX = "dxb_"


def add_user(ctx: Context, person: str, role: Role, password: str) -> User:
    """A person who may sign in. Raises NotAllowed for a weak password, or a name that is taken."""
    user = User(username=person, role=role)
    try:
        validate_password(password, user)
    except ValidationError as e:
        raise NotAllowed("weak password", summary="パスワードが弱すぎます", next_step=" ".join(e.messages)) from None
    if User.objects.filter(username=person).exists():
        raise NotAllowed("name taken", summary=f"{person} はすでに登録されています", next_step="別の名前にしてください")
    user.set_password(password)
    with transaction.atomic():
        user.save()
        audit.record(ctx.clock.now(), audit.SYSTEM, "add_user", f"user:{person}", detail=role)
    return user


def set_up_user(ctx: Context, person: str, role: Role, password: str) -> User:
    """Make the person sign in with this password from now on, whether known before or not. For the demo and for tests."""
    User.objects.filter(username=person).delete()
    return add_user(ctx, person, role, password)


def issue_token(ctx: Context, user: User, label: str) -> Secret:
    """A new key for this person, shown once and kept only as a hash. 256 random bits need no slow hash."""
    key = _PREFIX + secrets.token_urlsafe(32)
    now = ctx.clock.now()
    with transaction.atomic():
        PersonalToken.objects.create(user=user, digest=_digest(key), label=label, created_at=now, expires_at=now + LIFETIME)
        audit.record(now, user.username, "issue_token", f"user:{user.username}", detail=label)
    return Secret(key)


def revoke_token(ctx: Context, user: User, token_id: int) -> None:
    """The key stops working at once."""
    now = ctx.clock.now()
    with transaction.atomic():
        if user.tokens.filter(id=token_id, revoked_at=None).update(revoked_at=now):
            audit.record(now, user.username, "revoke_token", f"user:{user.username}")


def actor_for(ctx: Context, key: Secret) -> Actor:
    """The person whose key this is. Raises NotAllowed for a missing, unknown, expired or revoked one, all alike."""
    token = (
        PersonalToken.objects.select_related("user")
        .filter(digest=_digest(key.reveal()), revoked_at=None, expires_at__gt=ctx.clock.now(), user__is_active=True)
        .first()
        if key
        else None
    )
    if token is None:
        raise NotAllowed(
            "no valid personal token",
            summary="あなたが誰かを確かめられません",
            next_step="画面の「自分の鍵」で鍵を作り、環境変数 DXBOT_TOKEN に入れてください",
        )
    return token.user.actor


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
