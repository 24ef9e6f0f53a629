"""A role that decides (広報担当, 運用担当) is given by two people: one asks, another one agrees (ADR 20)."""

from __future__ import annotations

from django.db import transaction

from bot.errors import NotAllowed, NotFound
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import User
from bot.store.people import Grant
from bot.workflow.actors import NEED_SECOND_FACTOR, Actor, Permission, Role

ASK, AGREE, REFUSE = "ask_grant", "grant", "refuse_grant"  # in the audit log
FIRST = 2  # people of a new installation, whom nobody is there to agree to


def needs_two(role: Role) -> bool:
    """Whether one person alone may not give this role. Those who have left count: that they left makes nothing new."""
    return role in NEED_SECOND_FACTOR and User.objects.filter(role__in=NEED_SECOND_FACTOR).count() >= FIRST


def ask(ctx: Context, actor: Actor, person: str, role: Role, email: str = "") -> None:
    """Keep it until another one agrees. Asked twice, it is one grant, and the later asking holds."""
    actor.require(Permission.MANAGE_PEOPLE)
    now = ctx.clock.now()
    with transaction.atomic():
        Grant.objects.filter(person=person, ended_at=None).update(ended_at=now, ended_by=actor.person)
        Grant.objects.create(person=person, role=role, email=email, asked_by=actor.person, asked_at=now)
        audit.record(now, actor.person, ASK, f"user:{person}", detail=role)


def waiting(actor: Actor) -> list[Grant]:
    """Those that wait for a second person, oldest first; none for somebody who may not agree to any."""
    return list(Grant.objects.filter(ended_at=None).order_by("id")) if actor.may(Permission.GRANT) else []


def agree(ctx: Context, actor: Actor, number: int) -> Grant:
    """The second person's yes, in the caller's transaction. Raises NotAllowed for whoever asked, and for the person."""
    actor.require(Permission.GRANT)
    grant = _ended(ctx, actor, number, given=True)
    if actor.person in (grant.asked_by, grant.person):
        raise NotAllowed(
            "the same person",
            summary="自分が頼んだ役割や自分の役割には、同意できません",
            next_step="ほかの広報担当か運用担当に頼んでください",
        )
    audit.record(ctx.clock.now(), actor.person, AGREE, f"user:{grant.person}", detail=f"{grant.role} ({grant.asked_by})")
    return grant


def refuse(ctx: Context, actor: Actor, number: int) -> None:
    """Not given; whoever asked may take it back in this way, too."""
    actor.require(Permission.GRANT)
    with transaction.atomic():
        grant = _ended(ctx, actor, number, given=False)
        audit.record(ctx.clock.now(), actor.person, REFUSE, f"user:{grant.person}", detail=grant.role)


def _ended(ctx: Context, actor: Actor, number: int, *, given: bool) -> Grant:
    # A conditional UPDATE, so that of two who press the button one ends it.
    ended = {"ended_at": ctx.clock.now(), "ended_by": actor.person, "given": given}
    if not Grant.objects.filter(id=number, ended_at=None).update(**ended):
        raise NotFound("no such grant", summary="待っている役割の付与がありません", next_step="画面を開き直してください")
    return Grant.objects.get(id=number)
