"""What content/people.yml and `heads:` of content/city.yml ask for and the accounts do not say: parked until an operator has
looked (ADR 20). Whoever can push could otherwise make themself a leader, or their department one without a head."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bot.content.people import City
from bot.content.post import Author
from bot.errors import ConfigError, NotAllowed, NotFound, StaleApproval
from bot.services.people import accounts
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import User
from bot.workflow.actors import ROLE_LABELS, Actor, Permission, Role

ASK = "ask_standing"  # in the audit log
_LABELS = {
    "role": "役割",
    "department": "所属",
    "addresses": "コミットのアドレス",
    "submits_for": "代わりに申請する相手",
    "heads": "発信管理者をする課",
}
_ASKABLE = (Role.LEADER, Role.TRAINEE)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is to be different, in words; `before` is "" for an account that is not there yet."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """All that the files ask for one person. `wanted` are the account's fields; `digest` is over them."""

    person: str
    name: str
    new: bool
    changes: tuple[Change, ...]
    wanted: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.person, self.new, self.wanted], sort_keys=True).encode()).hexdigest()

    @property
    def told(self) -> str:
        changes = "、".join(f"{c.label} {c.before or 'なし'} → {c.after}" for c in self.changes)
        return f"{self.person}：{changes}"


def waiting(ctx: Context) -> list[Request]:
    """Those that no operator has accepted, by person; none while the files cannot be read."""
    library = ctx.library
    try:
        people, city = library.people, library.city
    except ConfigError:
        return []
    accounts = {user.username: user for user in User.objects.all()}
    keys = [*people, *sorted(set(city.heads.values()) - set(people))]
    found = (_request(key, people.get(key), city, accounts.get(key)) for key in keys)
    return [request for request in found if request is not None]


def accept(ctx: Context, actor: Actor, person: str, seen_digest: str) -> None:
    """Let the accounts say what the files ask for this person, as the operator saw it. An account that is made by it opens
    nothing: whoever is to sign in is invited.

    Raises NotAllowed for one's own, StaleApproval if another thing is asked by now.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    asked = next((request for request in waiting(ctx) if request.person == person), None)
    if asked is None:
        raise NotFound("nothing asked", summary="受け入れる求めがありません", next_step="画面を開き直してください")
    if person == actor.person:
        raise NotAllowed("one's own", summary="自分の求めは受け入れられません", next_step="ほかの運用担当に頼んでください")
    if asked.digest != seen_digest:
        raise StaleApproval(
            "another thing is asked", summary="見ていた求めと、いまの求めが違います", next_step="画面を開き直してください"
        )
    _apply(ctx, actor.person, asked)


def accept_all(ctx: Context) -> None:
    """Let the accounts say what the files say. For the demo and for tests."""
    for asked in waiting(ctx):
        _apply(ctx, audit.SYSTEM, asked)


def tell(ctx: Context) -> None:
    """Into the log, and from there to the operators; once for each set of requests."""
    asked = waiting(ctx)
    if not asked:
        return
    target = f"requests:{hashlib.sha256(''.join(r.digest for r in asked).encode()).hexdigest()[:16]}"
    audit.record_once(ctx, ASK, target, "\n".join(r.told for r in asked))


def _request(key: str, author: Author | None, city: City, user: User | None) -> Request | None:
    wanted = dict(_wanted(key, author, city, user))
    if user is not None:
        wanted = {field: value for field, value in wanted.items() if getattr(user, field) != value}
    if not wanted:
        return None
    changes = tuple(
        Change(label=_LABELS[field], before=_words(field, getattr(user, field)) if user else "", after=_words(field, value))
        for field, value in wanted.items()
    )
    return Request(person=key, name=author.name if author else "", new=user is None, changes=changes, wanted=wanted)


def _wanted(key: str, author: Author | None, city: City, user: User | None) -> Iterator[tuple[str, Any]]:
    """What the files say; what they are silent about, and a role that is not theirs to give, asks for nothing."""
    if author is not None and (author.role or user is not None):
        if author.role and (user is None or user.role in _ASKABLE):
            yield "role", str(author.role)
        yield "department", author.department
        if author.emails:
            yield "addresses", sorted(author.emails)
        if author.submits_for:
            yield "submits_for", sorted(author.submits_for)
    elif user is None and key in city.heads.values():
        yield "role", str(Role.HEAD)
    headed = {department for department, head in city.heads.items() if head == key}
    if headed - set(user.heads if user else ()):
        yield "heads", sorted(headed | set(user.heads if user else ()))


def _words(field: str, value: Any) -> str:
    if field == "role":
        return ROLE_LABELS[Role(value)]
    return value if isinstance(value, str) else "・".join(value)


def _apply(ctx: Context, by: str, asked: Request) -> None:
    with transaction.atomic():
        user = User.objects.filter(username=asked.person).first() or accounts.without_password(asked.person)
        for field, value in asked.wanted.items():
            setattr(user, field, value)
        accounts.require_valid(user)
        user.save()
        audit.record(ctx.clock.now(), by, "accept_standing", f"user:{asked.person}", detail=asked.told)
