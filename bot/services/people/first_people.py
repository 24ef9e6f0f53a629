"""The two with whom an installation begins: an operator and an officer, whom nobody is there to agree to (ADR 20)."""

from __future__ import annotations

from django.db import transaction

from bot.errors import NotAllowed
from bot.services.people import accounts
from bot.services.records.context import Context
from bot.store.models import User
from bot.workflow.actors import NEED_SECOND_FACTOR, Actor, Role


def invite(ctx: Context, actor: Actor, operator: tuple[str, str], officer: tuple[str, str]) -> tuple[str, str]:
    """Of each the name and the address for notices; the addresses at which they choose their passwords. Both or none. Raises
    NotAllowed where somebody is there already."""
    if operator[0] == officer[0]:
        raise NotAllowed(
            "one person in two roles",
            summary="運用担当と広報担当に、同じ名前が書かれています",
            next_step="利用者を管理する人と承認する人は、別の人にしてください",
        )
    if User.objects.filter(role__in=NEED_SECOND_FACTOR).exists():
        raise NotAllowed(
            "there are people who decide",
            summary="運用担当か広報担当が、もう登録されています",
            next_step="dxbot admin people で確かめ、ほかの人は dxbot admin invite か、画面の「利用者」で招待してください",
        )
    with transaction.atomic():
        first = accounts.invite(ctx, actor, operator[0], Role.OPERATOR, operator[1])
        return first, accounts.invite(ctx, actor, officer[0], Role.OFFICER, officer[1])
