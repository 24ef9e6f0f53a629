"""People: who may sign in, invited by an operator; and personal tokens, by which the command line knows who acts."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.http import int_to_base36

from bot.errors import NotAllowed, NotFound
from bot.language import say
from bot.options import Secret
from bot.services.people import grants
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import PersonalToken, User
from bot.workflow.actors import NEED_SECOND_FACTOR, Actor, Permission, Role, roles_by_group, scopes_of

LIFETIME = timedelta(days=90)
DIRECTORY = "(庁内の認証)"
INVITE_AGAIN = "invite_again"  # in the audit log
_PREFIX = "dxb_"
# Two words and nothing else: what stands after them, or in a second line, would be read by ssh-keygen.
_PUBLIC_KEY = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]+(?:@openssh\.com)? [A-Za-z0-9+/]{40,}={0,2}")


def invite(ctx: Context, actor: Actor, person: str, role: Role, email: str = "") -> str:
    """A new person; the address at which they choose their password, once, within three days. "" where another person has to
    agree first. Raises NotAllowed."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = _unused(person)
    user.role, user.email = role, email
    require_valid(user)
    if grants.needs_two(role):
        grants.ask(ctx, actor, person, role, email)
        return ""
    with transaction.atomic():
        _save_new(ctx, actor.person, user)
    return _address(ctx, user)


def _unused(person: str) -> User:
    """A new account, or the one of somebody who only wrote until now and never signed in. Raises NotAllowed for any other."""
    known = User.objects.filter(username=person).first()
    if known and (known.has_usable_password() or known.last_login or not known.is_active):
        raise NotAllowed(
            "name taken",
            summary=say("{person} はすでに登録されています", person=person),
            next_step="別の名前にするか、一覧の「招待し直す」を使ってください",
        )
    return known or without_password(person)


def without_password(person: str, **given: object) -> User:
    """An account that opens nothing, not kept yet."""
    user = User(username=person, **given)
    user.set_unusable_password()
    return user


def agree(ctx: Context, actor: Actor, number: int) -> str:
    """Give the role for which somebody else asked. For somebody new, and for somebody who had left, the address at which they
    choose their password, else "". Raises NotAllowed."""
    with transaction.atomic():
        grant = grants.agree(ctx, actor, number)
        user = User.objects.filter(username=grant.person).first()
        known = user is not None and user.is_active and bool(user.has_usable_password() or user.last_login)
        user = user or without_password(grant.person, email=grant.email)
        user.role, user.is_active = grant.role, True
        if not known:
            user.set_unusable_password()
        require_valid(user)
        user.save()
        if not known:
            _shut_out(ctx, user)
    return "" if known else _address(ctx, user)


def invite_again(ctx: Context, actor: Actor, person: str) -> str:
    """For a lost password or telephone: password, second factors, sessions, keys and feeds of this person end at once; a
    new address as from `invite`."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = find(person)
    # Who had left comes back with the role that they had: given once more, it takes two once more.
    if not user.is_active and grants.needs_two(Role(user.role)):
        grants.ask(ctx, actor, person, Role(user.role))
        return ""
    with transaction.atomic():
        user.set_unusable_password()
        user.is_active = True
        user.save()
        _shut_out(ctx, user)
        # The address opens the account to whoever holds it, so those who decide are told of each other's (see notices).
        audit.record(ctx.clock.now(), actor.person, INVITE_AGAIN, f"user:{person}", detail=user.role)
    return _address(ctx, user)


def dismiss(ctx: Context, actor: Actor, person: str) -> None:
    """The person has left or moved: every session, key and feed of theirs ends at once. What they did stays on record."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = find(person)
    if user.username == actor.person:
        raise NotAllowed("oneself", summary="自分自身は外せません", next_step="ほかの運用担当に頼んでください")
    with transaction.atomic():
        user.is_active = False
        user.save()
        _shut_out(ctx, user)
        audit.record(ctx.clock.now(), actor.person, "dismiss", f"user:{person}")


def change_role(ctx: Context, actor: Actor, person: str, role: Role) -> bool:
    """False where another person has to agree first. Raises NotAllowed for one's own role: nobody makes an approver of
    themself."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = find(person)
    if user.username == actor.person:
        raise NotAllowed("own role", summary="自分の役割は変えられません", next_step="ほかの運用担当に頼んでください")
    if role != user.role and grants.needs_two(role):
        grants.ask(ctx, actor, person, role)
        return False
    with transaction.atomic():
        user.role = role
        user.save()
        audit.record(ctx.clock.now(), actor.person, "change_role", f"user:{person}", detail=role)
    return True


def change_standing(ctx: Context, actor: Actor, person: str, standing: Mapping[str, str | list[str]]) -> None:
    """`standing` are fields of bot.store.people.Standing. Raises NotAllowed for one's own: whose commits count as whose is said
    by somebody else."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = find(person)
    if user.username == actor.person:
        raise NotAllowed("own standing", summary="自分の登録は変えられません", next_step="ほかの運用担当に頼んでください")
    if unclear := [key for key in standing.get("signing_keys", ()) if not _PUBLIC_KEY.fullmatch(key)]:
        raise NotAllowed(
            "not a public key",
            summary=say("「{value}」は署名の公開鍵ではありません", value=unclear[0][:40]),
            next_step="ssh-ed25519 などで始まる、.pub ファイルの初めの二つの語を書いてください",
            field="signing_keys",
        )
    changed = {field: value for field, value in standing.items() if getattr(user, field) != value}
    for field, value in changed.items():
        setattr(user, field, value)
    with transaction.atomic():
        require_valid(user)
        user.save()
        told = " ".join(f"{field}={value}" for field, value in changed.items())
        audit.record(ctx.clock.now(), actor.person, "change_standing", f"user:{person}", detail=told)


def change_email(ctx: Context, actor: Actor, person: str, email: str) -> None:
    """Where notices for this person go; nobody signs in by it. Empty: no notices. Raises NotAllowed."""
    actor.require(Permission.MANAGE_PEOPLE)
    user = find(person)
    user.email = email
    with transaction.atomic():
        require_valid(user)
        user.save()
        audit.record(ctx.clock.now(), actor.person, "change_email", f"user:{person}")


def known_to_directory(ctx: Context, person: str, groups: Collection[str], email: str) -> User:
    """Whom the city's directory vouches for: made at the first log-in, given the role of their groups at each. Raises
    NotAllowed for somebody in none of the configured groups."""
    # In the order of the configuration, so that a city says which of two groups counts.
    by_group = roles_by_group(ctx.config.oidc_roles)
    given = {role for _, role in by_group} | set(Role) - NEED_SECOND_FACTOR
    role = next((role for group, role in by_group if group in groups), None)
    if role is None:
        raise NotAllowed(
            f"{person} is in no configured group",
            summary="あなたの所属グループには、このシステムの役割がありません",
            next_step="運用担当に、グループに加えてもらってください",
        )
    user = User.objects.filter(username=person).first()
    with transaction.atomic():
        if user is None:
            user = User(username=person, role=role, email=email)
            user.set_unusable_password()
            _save_new(ctx, DIRECTORY, user)
        # At each log-in: who has left a group in the directory must lose its role here, too. A role that the configuration
        # gives no group is given here, by two people, and stays.
        elif user.role != role and user.role in given:
            user.role = role
            user.save()
            audit.record(ctx.clock.now(), DIRECTORY, "change_role", f"user:{person}", detail=role)
    return user


def find(person: str) -> User:
    try:
        return User.objects.get(username=person)
    except User.DoesNotExist:
        raise NotFound(
            f"no person {person}",
            summary=say("{person} という利用者はいません", person=person),
            next_step="利用者の一覧で名前を確かめてください",
        ) from None


def everyone() -> list[User]:
    return list(User.objects.order_by("-is_active", "username"))


def _save_new(ctx: Context, by: str, user: User) -> None:
    """In the caller's transaction."""
    require_valid(user)
    user.save()
    audit.record(ctx.clock.now(), by, "add_user", f"user:{user.username}", detail=user.role)


def require_valid(user: User) -> None:
    """Raises NotAllowed for a name or a mail address that is none, and for an address of commits that is another person's."""
    own = {*user.addresses, *user.signing_keys}
    others = User.objects.exclude(username=user.username).values_list("username", "addresses", "signing_keys")
    for person, addresses, keys in others if own else ():
        if shared := own & {*addresses, *keys}:
            raise NotAllowed(
                "address taken",
                summary=say(
                    "コミットのアドレスか署名の鍵 {value} は、すでに {person} のものです", value=min(shared)[:60], person=person
                ),
                next_step="どちらのものかを確かめ、一方だけに登録してください",
                field="addresses",
            )
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as e:
        field = next(iter(e.error_dict))
        raise NotAllowed(
            "not a name",
            summary="利用者名かアドレスが使えません",
            next_step=" ".join(e.messages).rstrip("。"),
            field="person" if field == "username" else field,
        ) from None


def _address(ctx: Context, user: User) -> str:
    """Made of the password's hash, so the address is dead as soon as a password is chosen."""
    key = f"{int_to_base36(user.pk)}-{default_token_generator.make_token(user)}"
    return f"{ctx.config.site_url}/account/invited/{key}/"


def _shut_out(ctx: Context, user: User) -> None:
    # Sessions, keys and feeds open a door without a password, and the factor may be on the telephone that was lost.
    for session in UserSession.objects.filter(user=user):
        session.end()
    Authenticator.objects.filter(user=user).delete()
    for opener in (user.tokens, user.feed_keys):
        opener.filter(revoked_at=None).update(revoked_at=ctx.clock.now())


def set_up_user(ctx: Context, person: str, role: Role, password: str) -> User:
    """Make the person sign in with this password from now on, whether known before or not. For the demo and for tests."""
    known = User.objects.filter(username=person).first()
    fields = ("department", "addresses", "heads", "submits_for", "signing_keys") if known else ()
    standing = {field: getattr(known, field) for field in fields}
    User.objects.filter(username=person).delete()
    user = User(username=person, role=role, **standing)
    user.set_password(password)
    with transaction.atomic():
        _save_new(ctx, audit.SYSTEM, user)
    return user


def issue_token(
    ctx: Context, user: User, label: str, scopes: Collection[Permission] | None = None, lifetime: timedelta = LIFETIME
) -> Secret:
    """A new key for this person, shown once and kept only as a hash. 256 random bits need no slow hash.

    `scopes`: what it may do, all that the role may by default; `lifetime`: at most LIFETIME.
    """
    most = scopes_of(Role(user.role))
    if not most:
        raise NotAllowed(
            f"{user.role} has no key",
            summary="あなたの役割には、鍵でできる操作がありません",
            next_step="操作は画面でしてください",
        )
    # Never more than the role has, and a role that shrinks later takes the key's right with it.
    chosen = [scope for scope in most if scopes is None or scope in scopes]
    if not chosen:
        raise NotAllowed(
            "empty token", summary="鍵でする操作が選ばれていません", next_step="一つ以上選んでください", field="scopes"
        )
    key = _PREFIX + secrets.token_urlsafe(32)
    now = ctx.clock.now()
    with transaction.atomic():
        PersonalToken.objects.create(
            user=user,
            digest=_digest(key),
            label=label,
            created_at=now,
            # A key that nobody uses any more must end by itself.
            expires_at=now + min(lifetime, LIFETIME),
            scopes=chosen,
        )
        audit.record(now, user.username, "issue_token", f"user:{user.username}", detail=f"{label}: {' '.join(chosen)}")
    return Secret(key)


def live_tokens(ctx: Context, user: User) -> list[PersonalToken]:
    """The keys of this person that still open something, newest first."""
    return list(user.tokens.filter(revoked_at=None, expires_at__gt=ctx.clock.now()).order_by("-id"))


def revoke_token(ctx: Context, user: User, token_id: int) -> None:
    """The key stops working at once."""
    now = ctx.clock.now()
    with transaction.atomic():
        if user.tokens.filter(id=token_id, revoked_at=None).update(revoked_at=now):
            audit.record(now, user.username, "revoke_token", f"user:{user.username}")


def actor_for(ctx: Context, key: Secret) -> Actor:
    """The person whose key this is. Raises NotAllowed for a missing, unknown, expired or revoked one, all alike."""
    now = ctx.clock.now()
    token = (
        PersonalToken.objects.select_related("user")
        .filter(digest=_digest(key.reveal()), revoked_at=None, expires_at__gt=now, user__is_active=True)
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
    # Shown to its person: a use that was not theirs is seen there.
    PersonalToken.objects.filter(id=token.id).update(last_used_at=now)
    return Actor(
        person=token.user.username, role=Role(token.user.role), scopes=frozenset(Permission(scope) for scope in token.scopes)
    )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
