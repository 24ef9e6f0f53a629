"""The city's pictures on record, by the hash of their bytes: which post shows which, and until when each may be shown.

Registered here is whatever a submission shows, by whichever road it came; and what is handed up with a draft. What the office
says of a picture reaches the checks, the schedule and the gate from here, as data (ADR 43).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db.models import Q, QuerySet

from bot.content.crop import Focus
from bot.content.picture_limits import PictureLimit, reached
from bot.content.post import Picture, Post
from bot.language import say
from bot.services.records.context import Context
from bot.store.models import Submission
from bot.store.pictures import PictureFile, PictureRecord, PictureUse
from bot.text.moments import day

LONGEST = 200  # characters of a line, as the columns are wide


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hand_up(ctx: Context, person: str, file: str, data: bytes) -> PictureRecord:
    """A picture that came with a draft: its bytes are kept here until it lies in the content folder. Inside a transaction."""
    own = {"file": file, "added_by": person, "added_at": ctx.clock.now()}
    record, new = PictureRecord.objects.get_or_create(sha256=sha256(data), defaults=own)
    if new:
        PictureFile.objects.create(picture=record, data=data)
    return record


def register(ctx: Context, submission: Submission, post: Post, inputs: Mapping[str, str]) -> None:
    """What this submission shows. A description that the picture already has stays. Inside the submission's transaction."""
    for picture in post.files:
        path = ctx.relative(picture.path)
        if not (known := inputs.get(path, "")):
            continue
        own = {"file": picture.path.name[:LONGEST], "added_by": submission.author, "added_at": submission.submitted_at}
        record, _ = PictureRecord.objects.get_or_create(sha256=known, defaults=own)
        _learn(record, picture, path)
        PictureUse.objects.get_or_create(picture=record, submission=submission)


def _learn(record: PictureRecord, picture: Picture, path: str) -> None:
    """Where it lies now; and what its author says, where nobody has said anything yet."""
    # Each by itself, and by what the row says now: an officer may be writing into it.
    own = PictureRecord.objects.filter(id=record.id)
    own.update(path=path[:500])
    own.filter(alt="").update(alt=picture.alt)
    own.filter(credit="").update(credit=picture.credit[:LONGEST])
    own.filter(focus="").update(focus=_written(picture.focus))
    own.filter(recorded_by="").update(people=picture.people, consent=picture.consent[:LONGEST])
    PictureFile.objects.filter(picture=record).exclude(data=None).update(data=None)


def _written(focus: Focus | None) -> str:
    return f"{100 * focus[0]:.4g}% {100 * focus[1]:.4g}%" if focus else ""


def limits(ctx: Context, post: Post) -> Mapping[Path, tuple[PictureLimit, ...]]:
    """Until when each of the post's pictures may be shown, by its path; one without a limit is left out."""
    found = {picture.path: _hash_of(picture.path) for picture in post.files}
    known = {r.sha256: limits_of(ctx, r) for r in _limited().filter(sha256__in=set(found.values()))}
    return {path: known[own] for path, own in found.items() if own in known}


def _hash_of(path: Path) -> str:
    """ "" for a file that cannot be read: the checks tell of it."""
    try:
        return sha256(path.read_bytes())
    except (OSError, ValueError):  # ValueError: a name with NUL
        return ""


def _limited() -> QuerySet[PictureRecord]:
    return PictureRecord.objects.filter(Q(until__isnull=False) | Q(not_from__isnull=False))


def limits_of(ctx: Context, record: PictureRecord) -> tuple[PictureLimit, ...]:
    found: list[PictureLimit] = []
    if record.until:
        said = say("承諾の期限（{day}）を過ぎています", day=day(record.until, with_year=True))
        found.append(PictureLimit(start=_midnight(ctx, record.until + timedelta(days=1)), cause="consent", said=said))
    if record.not_from:
        when = day(record.not_from, with_year=True)
        said = say("{day}から使わないことになっています（{why}）", day=when, why=record.why)
        found.append(PictureLimit(start=_midnight(ctx, record.not_from), cause="not_again", said=said))
    return tuple(found)


def _midnight(ctx: Context, local: date) -> datetime:
    return datetime.combine(local, time(), ctx.config.timezone)


def of_submissions(ctx: Context, submissions: Collection[int]) -> dict[int, list[PictureLimit]]:
    """Until when what they show may be shown, each with the picture's name, in one query; what has no limit is left out."""
    uses = PictureUse.objects.filter(submission__in=submissions, picture__in=_limited()).select_related("picture")
    found: dict[int, list[PictureLimit]] = {}
    for use in uses.order_by("picture"):
        for limit in limits_of(ctx, use.picture):
            said = say("画像「{file}」は、{said}", file=use.picture.file, said=limit.said)
            found.setdefault(use.submission_id, []).append(replace(limit, said=said))
    return found


def objection(ctx: Context, submission: int, moment: datetime) -> str:
    """Why this submission must not go out at this moment, for its pictures; "" for nothing."""
    limit = reached(of_submissions(ctx, [submission]).get(submission, ()), moment)
    return limit.said if limit else ""
