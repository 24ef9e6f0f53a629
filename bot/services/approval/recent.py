"""The texts that went out of late or are to go out, for the checks: one that is sent again can cost the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q

from bot.checks.rule import SentText
from bot.render.variant import Bundle, read_bundle
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.text.likeness import canonical
from bot.workflow.states import IN_QUEUE, OCCUPIED, DeliveryState

PERIOD = timedelta(days=365)
MOST = 1000  # deliveries, the latest; a city posts a few times a day
_TO_COME = OCCUPIED - {DeliveryState.PUBLISHED}


def texts(ctx: Context, identity: str) -> Mapping[str, tuple[SentText, ...]]:
    """By channel, the texts of other posts than `identity` that were published in the last year, the oldest first; behind them
    those that are planned, and those that await their approval."""
    # No longer than a year: an office announces the same festival in the same words each year.
    recent = Q(due_at__gte=ctx.clock.now() - PERIOD, state=DeliveryState.PUBLISHED)
    found: dict[str, list[SentText]] = {}
    for channel, text in (*_of(ctx, recent, identity), *_of(ctx, Q(state__in=sorted(_TO_COME)), identity)):
        found.setdefault(channel, []).append(text)
    for channel, text in _queued(ctx, identity):
        found.setdefault(channel, []).append(text)
    return {channel: tuple(texts) for channel, texts in found.items()}


def _of(ctx: Context, which: Q, identity: str) -> Iterator[tuple[str, SentText]]:
    rows = Delivery.objects.filter(which).exclude(identity=identity).order_by("-due_at", "-id")
    # A Submission is a wide row; the texts of many deliveries come from few of them, each read once (ADR 9).
    newest = list(rows.only("submission_id", "channel", "part", "published_at", "due_at", "url", "state")[:MOST])
    wanted = Submission.objects.filter(id__in={d.submission_id for d in newest})
    bundles = {number: (title, read_bundle(bundle)) for number, title, bundle in wanted.values_list("id", "title", "bundle")}
    # The limit keeps the newest; who compares is promised the oldest first.
    for delivery in reversed(newest):
        title, bundle = bundles[delivery.submission_id]
        planned = "" if delivery.state == DeliveryState.PUBLISHED else title
        yield delivery.channel, _text(ctx, bundle, delivery, planned)


def _text(ctx: Context, bundle: Bundle, delivery: Delivery, planned: str) -> SentText:
    variant = bundle.variant(delivery.channel)
    assert variant is not None  # noqa: S101 it was made from there
    day = _day(ctx, delivery.published_at or delivery.due_at)
    return SentText(text=canonical(variant.parts[delivery.part].text), day=day, url=delivery.url, planned=planned)


def _queued(ctx: Context, identity: str) -> Iterator[tuple[str, SentText]]:
    waiting = Submission.objects.filter(state__in=sorted(IN_QUEUE)).exclude(identity=identity).order_by("id")
    for title, bundle, wished in waiting.values_list("title", "bundle", "publish_at")[:MOST]:
        day = _day(ctx, wished) if wished else None
        for variant in read_bundle(bundle).variants:
            for part in variant.parts:
                yield variant.channel, SentText(text=canonical(part.text), day=day, planned=title)


def _day(ctx: Context, moment: datetime) -> date:
    return moment.astimezone(ctx.config.timezone).date()
