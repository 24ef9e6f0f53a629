"""A repost goes out first; only when all of it stands is what it replaces deleted. So one that is held, refused or in doubt
takes nothing away; see ADR 31."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from bot.language import say
from bot.services.delivery import corrections, takedowns
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store import locks
from bot.store.models import Delivery, Pause
from bot.store.threads import ThreadDecision
from bot.workflow.kinds import HELD_BY
from bot.workflow.states import DeliveryState, ThreadWay
from bot.workflow.transitions import Action


def replace(ctx: Context) -> None:
    """Ask for the deletion of what a whole repost stands in for. The stops that hold a correction hold this as well."""
    older = Delivery.objects.filter(
        identity=OuterRef("identity"),
        channel=OuterRef("channel"),
        version__lt=OuterRef("version"),
        state=DeliveryState.PUBLISHED,
        removals=None,
    )
    reposts = Delivery.objects.filter(Exists(older), way="repost", state="published", part=0).select_related("submission")
    for first in reposts.order_by("id"):
        if not is_stopped(first):
            _replace(ctx, first)


def is_stopped(row: Delivery) -> bool:
    """A stop is in force that holds what corrects this delivery's post."""
    stops = Pause.objects.filter(ended_at=None, channel__in=("", row.channel)).values_list("cause", flat=True)
    return any(cause in HELD_BY[corrections.kind_of(row.submission)] for cause in stops)


def _replace(ctx: Context, first: Delivery) -> None:
    with transaction.atomic():
        locks.lane(first.lane)
        parts = Delivery.objects.filter(submission=first.submission_id, channel=first.channel)
        if parts.exclude(state=DeliveryState.PUBLISHED).exists():  # a thread that broke replaces nothing
            return
        old = Delivery.objects.filter(
            identity=first.identity,
            channel=first.channel,
            version__lt=first.version,
            state=DeliveryState.PUBLISHED,
            removals=None,
        )
        left = list(old.select_related("submission").order_by("version", "part"))
        approval = first.submission.decisions.filter(action=Action.APPROVE).order_by("-id").first()
        assert approval  # noqa: S101 it was published
        for submission in {row.submission_id: row.submission for row in left}.values():
            own = [row for row in left if row.submission_id == submission.id]
            decision = ThreadDecision.objects.create(
                submission=submission,
                channel=first.channel,
                way=ThreadWay.REPLACE,
                parts=len(own),
                stood=len(own),
                # Two people have decided on it: who handed the correction in, and who approved it.
                actor=first.submission.submitted_by,
                at=ctx.clock.now(),
                reason=say("訂正（{kind}）", kind=(first.submission.correction or {}).get("kind", ""))[:200],
                signed_by=approval.actor,
                signed_at=approval.at,
            )
            takedowns.ask_for(ctx, decision, own)
            audit.record(decision.at, approval.actor, ThreadWay.REPLACE, f"delivery:{own[0].id}", digest=submission.digest)
