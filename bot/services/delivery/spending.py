"""What the month's posts have cost on a channel that asks a price, and the cap that holds it (ADR 23)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.db.models import Sum

from bot import registry
from bot.language import say
from bot.render.variant import read_variant
from bot.services.delivery.outcome import DOUBTS
from bot.services.records.context import Context
from bot.store.models import Attempt, Submission
from bot.store.vanished import ListLook

_NOTHING = Decimal(0)


def spent(ctx: Context, channel: str, now: datetime) -> Decimal:
    """In US dollars, since the first of this month on the office's wall: what was published, what may have been, and what was
    read to see whether it still stands."""
    begin = now.astimezone(ctx.config.timezone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    left = Attempt.objects.filter(delivery__channel=channel, started_at__gte=begin, outcome__in=("published", *DOUBTS))
    # An attempt that was in doubt and then found has two lines in the record.
    tries = left.values_list("delivery_id", "number", "delivery__submission__digest", "delivery__part").distinct()
    made = sum((_price(channel, digest, part) for _, _, digest, part in tries), start=_NOTHING)
    return made + _read(ctx, channel, begin)


def _read(ctx: Context, channel: str, since: datetime) -> Decimal:
    """What the daily looks at the account's list have cost."""
    posts = ListLook.objects.filter(channel=channel, at__gte=since).aggregate(read=Sum("read"))["read"]
    return ctx.spec(channel).reading_usd * (posts or 0)


def objection(ctx: Context, channel: str, text: str, now: datetime) -> str:
    """Why this text must not leave: with it the month would cost more than the cap. "" for no objection."""
    cap = ctx.config.monthly_cap_usd
    price = ctx.spec(channel).cost(text)
    if not cap or not price:
        return ""
    before = spent(ctx, channel, now)
    if before + price <= cap:
        return ""
    return say(
        "今月の費用が上限（{cap}米ドル）を超えるため止めました。これまでに{spent}米ドル、この投稿は{price}米ドルです",
        cap=cap,
        spent=before,
        price=price,
    )


@lru_cache(maxsize=10_000)
def _price(channel: str, digest: str, part: int) -> Decimal:
    """Of one part of an approved content, which never changes."""
    bundle = Submission.objects.filter(digest=digest).values_list("bundle", flat=True).first()
    variant = read_variant(bundle, channel) if bundle else None
    spec = registry.specs().get(channel)
    return spec.cost(variant.parts[part].text) if spec and variant and part < len(variant.parts) else _NOTHING
