"""A database full of approved posts, each with its file, ready to be sent through the real engine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from bot.render.variant import Bundle, Part, Variant
from bot.services.files import freshness
from bot.services.records.context import Context
from bot.store.models import Blob, Decision, Delivery, Lane, Submission
from bot.workflow.transitions import Action

FILES = 1000  # more posts than that share them
_POST = """---
title: 見本
author: shimin-leader
measure: "1"
achievement: done
channels: [{channel}]
---
本文です。
"""


def accounts(count: int, channel: str = "facebook") -> list[str]:
    """The lanes of so many accounts."""
    return [f"{channel}:{n}" for n in range(count)]


def fill(ctx: Context, due: Sequence[datetime], lanes: Sequence[str], keys: Sequence[str], pictures: bool = False) -> None:
    """One submission with one delivery for each due time; lane by lane in turn. A lane is `channel:number`. With `pictures`
    there is something to prepare early."""
    Lane.objects.bulk_create([Lane(name=name) for name in lanes], ignore_conflicts=True)
    (ctx.config.content_dir / "posts").mkdir(parents=True, exist_ok=True)
    channel = lanes[0].partition(":")[0]
    files = [_file(ctx, f"{keys[n].split('@')[0]}.md", channel) for n in range(min(len(keys), FILES))]
    made = (_submission(key, channel, due[0], *files[n % len(files)]) for n, key in enumerate(keys))
    submissions = Submission.objects.bulk_create(made, batch_size=1000)
    decisions = [
        Decision(submission=s, action=Action.APPROVE, actor="kouhou", at=s.submitted_at, digest=s.digest) for s in submissions
    ]
    Decision.objects.bulk_create(decisions, batch_size=1000)
    Delivery.objects.bulk_create(
        [_delivery(s, lanes[n % len(lanes)], moment) for n, (s, moment) in enumerate(zip(submissions, due, strict=True))],
        batch_size=1000,
    )
    if pictures:
        blob = Blob.objects.create(sha256=hashlib.sha256(keys[0].encode()).hexdigest(), data=b"")
        for submission in submissions:
            submission.blobs.add(blob)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as in a database that has been in use


def _file(ctx: Context, name: str, channel: str) -> tuple[str, dict[str, str]]:
    """A post's path, and its inputs."""
    path = ctx.config.content_dir / "posts" / name
    path.write_text(_POST.format(channel=channel), encoding="utf-8")
    return ctx.relative(path), freshness.inputs(ctx, ctx.library.read(path))


def _submission(key: str, channel: str, now: datetime, path: str, inputs: dict[str, str]) -> Submission:
    part = Part(text=key, length=len(key), limit=None)
    variant = Variant(channel=channel, parts=(part,), media=(), cost_usd=Decimal(0))
    bundle = Bundle(identity=key, author="shimin-leader", wish={}, variants=(variant,))
    return Submission(
        identity=key,
        path=path,
        title="見本",
        author="shimin-leader",
        department="市民課",
        measure="1",
        submitted_by="shimin-leader",
        submitted_at=now,
        state="approved",
        bundle=bundle.canonical,
        digest=bundle.digest,
        source=_POST.format(channel=channel),
        inputs=inputs,
    )


def _delivery(submission: Submission, lane: str, due: datetime) -> Delivery:
    last = due + timedelta(days=1)
    return Delivery(
        submission=submission,
        identity=submission.identity,
        channel=lane.partition(":")[0],
        lane=lane,
        due_at=due,
        run_at=due,
        last_at=last,
    )


def fill_future(count: int, lanes: int, due: datetime) -> None:
    """`count` deliveries for a day far away, by one statement."""
    donor = Delivery.objects.order_by("id").values_list("submission_id", flat=True)[0]
    series = "generate_series(1, %s) AS n(i)"
    if connection.vendor == "sqlite":
        series = "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %s) SELECT i FROM c) AS n"
    moment = connection.ops.adapt_datetimefield_value(due)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO store_delivery (submission_id, identity, channel, lane, part, due_at, run_at, last_at, state, fence,
                kind, version, way, bar, attempts, lease_owner, token, prepared_by, again_by, alone_by, reconcile_attempts,
                remote_id, url, parent_remote_id, problem)
            SELECT %s, 'future-' || i, 'facebook', 'facebook:' || (i %% %s), 0, %s, %s, %s, 'scheduled', 0,
                'publication', 1, '', '', 0, '', '', '', '', '', 0, '', '', '', '' FROM {series}""",  # noqa: S608 nothing of it comes from outside
            [donor, lanes, moment, moment, moment, count],
        )
        cursor.execute("ANALYZE")
