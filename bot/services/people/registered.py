"""What the accounts know of the people who write: whose a mail address is, their department, its head, for whom they hand in.

People who never sign in have an account as well; content/people.yml gives names, and may ask (ADR 20).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import NotAllowed
from bot.language import say
from bot.services.records.context import Context
from bot.store.models import User
from bot.workflow.actors import Actor, Permission, Role


def by_address(ctx: Context) -> Mapping[str, str]:
    """The person of each mail address that is exactly one person's, of those who have left, too."""
    found: dict[str, set[str]] = {}
    for key, addresses in User.objects.values_list("username", "addresses"):
        for address in addresses:
            found.setdefault(address, set()).add(key)
    # Two people with one address: to guess whose a commit is would be to guess who must not approve.
    return {address: next(iter(keys)) for address, keys in found.items() if len(keys) == 1}


def account(person: str) -> User:
    """Raises NotAllowed for somebody whom the accounts do not know: what they may do, nobody has said."""
    found = User.objects.filter(username=person).first()
    if found is None:
        raise NotAllowed(
            f"{person} has no account",
            summary=say("{person} は、利用者として登録されていません", person=person),
            next_step="運用担当に、画面の「利用者」で登録（people.yml の求めの受け入れか、招待）を頼んでください",
        )
    return found


def heads_of(department: str) -> list[str]:
    """Those who confirm what this department writes, by name; none where its posts need nobody's."""
    rows = User.objects.filter(is_active=True).exclude(heads=[]).order_by("username")
    return [person for person, heads in rows.values_list("username", "heads") if department in heads]


def departments_to_confirm(ctx: Context, actor: Actor) -> list[str] | None:
    """The departments whose trainees' posts this person may read and confirm; None for all."""
    return _confirms_for(ctx, actor, User.objects.filter(username=actor.person).first())


def confirms_for(ctx: Context, user: User) -> list[str] | None:
    """The same of a person whose account is at hand."""
    return _confirms_for(ctx, user.actor, user)


def _confirms_for(ctx: Context, actor: Actor, user: User | None) -> list[str] | None:
    if not actor.may(Permission.CONFIRM):
        return []
    if ctx.config.confirm_across_departments:
        return None
    own = [user.department] if user and user.department and actor.role == Role.LEADER else []
    return [*own, *(user.heads if user else [])]


def confirmers(ctx: Context, department: str) -> set[str]:
    """Those who may confirm what a trainee of this department writes."""
    able = User.objects.filter(
        is_active=True, role__in=[role for role in Role if Actor(person="", role=role).may(Permission.CONFIRM)]
    )
    if ctx.config.confirm_across_departments:
        return set(able.values_list("username", flat=True))
    leaders = set(able.filter(role=Role.LEADER, department=department).values_list("username", flat=True))
    return leaders | {person for person, heads in able.values_list("username", "heads") if department in heads}
