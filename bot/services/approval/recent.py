"""The texts that went out of late, for the checks: one that is sent again can cost the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.checks.rule import SentText
from bot.render.variant import read_bundle
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.text.likeness import canonical
from bot.workflow.states import DeliveryState

PERIOD = timedelta(days=365)
MOST = 1000  # deliveries, the latest; a city posts a few times a day


def texts(ctx: Context, identity: str) -> Mapping[str, tuple[SentText, ...]]:
    """By channel, the texts of other posts than `identity` that were published in the last year, the oldest first."""
    # No longer than a year: an office announces the same festival in the same words each year.
    since = ctx.clock.now() - PERIOD
    rows = Delivery.objects.filter(due_at__gte=since, state=DeliveryState.PUBLISHED).exclude(identity=identity)
    # A Submission is a wide row; the texts of many deliveries come from few of them, each read once (ADR 9).
    newest = list(
        rows.order_by("-due_at", "-id").only("submission_id", "channel", "part", "published_at", "due_at", "url")[:MOST]
    )
    wanted = Submission.objects.filter(id__in={d.submission_id for d in newest})
    bundles = {number: read_bundle(bundle) for number, bundle in wanted.values_list("id", "bundle")}
    sent: dict[str, list[SentText]] = {}
    # The limit keeps the newest; who compares is promised the oldest first.
    for delivery in reversed(newest):
        variant = bundles[delivery.submission_id].variant(delivery.channel)
        assert variant is not None  # noqa: S101 it was made from there
        day = (delivery.published_at or delivery.due_at).astimezone(ctx.config.timezone).date()
        text = SentText(text=canonical(variant.parts[delivery.part].text), day=day, url=delivery.url)
        sent.setdefault(delivery.channel, []).append(text)
    return {channel: tuple(texts) for channel, texts in sent.items()}
