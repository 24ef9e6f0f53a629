"""Each channel's account as it was told last: whose, rights, end, quota, what the month has cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.channel_kit.base import ENDS_SOON
from bot.render.variant import ChannelSpec
from bot.services.delivery import connections, spending
from bot.services.records.context import Context
from bot.store.connections import Connection
from bot.store.models import Lane
from bot.workflow.actors import Actor, Permission

_ANY_TEXT = "見本"


@dataclass(frozen=True, kw_only=True)
class Row:
    """`told` is None before the first asking. `spent` and `cap` are in US dollars, None where nothing is asked or capped."""

    spec: ChannelSpec
    told: Connection | None
    lane: Lane | None
    ends_soon: bool
    spent: Decimal | None
    cap: int | None


def rows(ctx: Context, actor: Actor) -> list[Row]:
    actor.require(Permission.READ_ALL)
    told, lanes = Connection.objects.in_bulk(), Lane.objects.in_bulk()
    return [_row(ctx, spec, told.get(spec.key), lanes.get(spec.key)) for spec in connections.offered(ctx)]


def _row(ctx: Context, spec: ChannelSpec, told: Connection | None, lane: Lane | None) -> Row:
    now, priced = ctx.clock.now(), bool(spec.cost(_ANY_TEXT))
    left: timedelta | None = told.ends_at - now if told and told.ends_at else None
    return Row(
        spec=spec,
        told=told,
        lane=lane,
        ends_soon=left is not None and left < ENDS_SOON,
        spent=spending.spent(ctx, spec.key, now) if priced else None,
        cap=ctx.config.monthly_cap_usd or None if priced else None,
    )
