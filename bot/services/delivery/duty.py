"""A stop from a phone: an address for an officer on duty, which lasts a day, needs no log-in, and can only stop, once.

To open it changes nothing, so that a program that looks at links in messages stops nobody; the press with the officer's name
stops and uses it up. It is signed, so that guesses cost no look at the database. Whoever finds it can at worst stop the posts,
which a person can undo; so it may be sent to a phone. See ADR 32.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from unicodedata import normalize

from django.core import signing
from django.db import transaction

from bot.errors import NotAllowed, NotFound
from bot.language import say
from bot.options import Secret
from bot.services.delivery import pause
from bot.services.delivery.pause import Stopped
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.disaster import DutyStop
from bot.workflow.actors import Actor, Permission, Role

LIFETIME = timedelta(days=1)
ISSUED, REVOKED = "issue_duty_stop", "revoke_duty_stop"  # in the audit log
_LONGEST = 60


def issue(ctx: Context, actor: Actor, name: str) -> Secret:
    """A new address's key for whoever is called `name`; shown once."""
    actor.require(Permission.PAUSE)
    name = name.strip()
    if not _plain(name) or len(name) > _LONGEST:
        raise NotAllowed(
            "no name",
            summary="当番の人の氏名が要ります",
            next_step=say("{most}字までで書いてください", most=_LONGEST),
            field="name",
        )
    key, now = _signer().sign(secrets.token_urlsafe(24)), ctx.clock.now()
    with transaction.atomic():
        row = DutyStop.objects.create(
            digest=_digest(key), name=name, issued_by=actor.person, issued_at=now, expires_at=now + LIFETIME
        )
        audit.record(now, actor.person, ISSUED, f"duty_stop:{row.id}", detail=name)
    return Secret(key)


def standing(ctx: Context) -> list[DutyStop]:
    """Those that could still be pressed, the newest first."""
    return list(DutyStop.objects.filter(ended_at=None, expires_at__gt=ctx.clock.now()).order_by("-id"))


def revoke(ctx: Context, actor: Actor, number: int) -> None:
    actor.require(Permission.PAUSE)
    now = ctx.clock.now()
    with transaction.atomic():
        if DutyStop.objects.filter(id=number, ended_at=None).update(ended_at=now):
            audit.record(now, actor.person, REVOKED, f"duty_stop:{number}")


def find(ctx: Context, key: str) -> DutyStop:
    """To show it. Changes nothing. Raises NotFound, for a wrong key, a used one, one taken back and one of yesterday alike."""
    try:
        _signer().unsign(key)
    except signing.BadSignature:
        raise _unknown() from None
    row = DutyStop.objects.filter(digest=_digest(key), ended_at=None, expires_at__gt=ctx.clock.now()).first()
    if row is None:
        raise _unknown()
    return row


def press(ctx: Context, key: str, name: str) -> Stopped:
    """Stop everything, and use the address up. Raises NotFound, NotAllowed."""
    row, now = find(ctx, key), ctx.clock.now()
    if _plain(name) != _plain(row.name):
        raise NotAllowed(
            "another name", summary="氏名が違います", next_step="このアドレスを作るときに伝えた氏名を、そのまま入れてください"
        )
    # An officer's right, narrowed down to the one act.
    actor = Actor(person=f"{row.name}（当番）", role=Role.OFFICER, scopes=frozenset({Permission.PAUSE}))
    with transaction.atomic():
        if not DutyStop.objects.filter(id=row.id, ended_at=None).update(ended_at=now, used=True):
            raise _unknown()  # pressed twice at once: the first one stopped
        return pause.pause(ctx, actor, say("当番の{name}が、電話から止めました", name=row.name))


def _unknown() -> NotFound:
    return NotFound(
        "no such duty stop",
        summary="このアドレスは使えません（使い終わったか、1日を過ぎました）",
        next_step="広報担当に連絡するか、画面の「配信を止める」で止めてください",
    )


def _signer() -> signing.Signer:
    return signing.Signer(salt="dxbot.duty")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _plain(name: str) -> str:
    """As people type it: with a space or without, full width or half."""
    return "".join(normalize("NFKC", name).split()).casefold()
