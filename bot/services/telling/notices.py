"""What people are told, read off the audit log.

The log is the outbox: its entry is written in the transaction of the change, by every service, so no change can forget its
notice and none is announced that was rolled back. `take_in` turns new entries into Notices, one for each address, and moves the
bookmark in the same transaction; `messages` sends them afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bot.services.approval import review
from bot.services.handing_in import yearly
from bot.services.records.context import Context
from bot.services.telling import half, talk
from bot.services.telling.kinds import DIGEST, OF_A_PART, ROLES, TO_AUTHOR, Kind, kind_of
from bot.services.telling.lines import line
from bot.store.drafts import YearlyDraft
from bot.store.models import AuditEntry, Delivery, PersonalToken, Submission, User
from bot.store.notices import Bookmark, Notice
from bot.workflow.states import IN_QUEUE, SubmissionState

READER = "notices"
# A transaction that moves the bookmark over years of log would hold its row for minutes.
_BATCH = 500
TOKEN_WARNING = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class _News:
    """An entry of the log with what it is about."""

    kind: Kind
    entry: AuditEntry
    submission: Submission | None
    line: str
    key: str = ""  # where several entries tell of one thing


def take_in(ctx: Context) -> int:
    """Turn what is new in the audit log into Notices; returns the number of entries read. One reader at a time."""
    with transaction.atomic():
        # One reader at a time: the entries' numbers become visible in order, so the bookmark skips none (ADR 7).
        bookmark = Bookmark.objects.select_for_update().get(reader=READER)
        entries = list(AuditEntry.objects.filter(id__gt=bookmark.entry).order_by("id")[:_BATCH])
        for entry in entries:
            for news in _news(ctx, entry):
                # The key lets none be written twice, should the batch be read again.
                Notice.objects.bulk_create(_notices(ctx, news), ignore_conflicts=True)
            bookmark.entry = entry.id
        bookmark.save()
    return len(entries)


def warn_of_ending_tokens(ctx: Context) -> None:
    """Once for each key that ends within a week."""
    now = ctx.clock.now()
    ending = PersonalToken.objects.select_related("user").filter(
        revoked_at=None, expires_at__gt=now, expires_at__lte=now + TOKEN_WARNING, user__is_active=True
    )
    for token in ending.exclude(user__email=""):
        end = token.expires_at.astimezone(ctx.config.timezone)
        line = f"鍵「{token.label}」は{end.month}月{end.day}日に使えなくなります。画面の「自分の鍵」で作り直してください。"
        if ctx.config.smtp_server:
            Notice.objects.get_or_create(
                key=f"token:{token.id}",
                defaults={
                    "kind": Kind.TOKEN_ENDS,
                    "channel": "mail",
                    "address": token.user.email,
                    "object": f"token:{token.id}",
                    "line": f"{line}\n{ctx.config.site_url}/tokens/",
                    "due_at": next_digest(ctx, now),
                },
            )


def still_true(notice: Notice) -> bool:
    """Whether what waited for a digest still waits for a person."""
    # A digest at noon about what was approved at ten sends people to an empty page.
    if notice.kind not in (Kind.WAITING, Kind.TO_CONFIRM):
        return True
    states = {SubmissionState.SUBMITTED} if notice.kind == Kind.TO_CONFIRM else IN_QUEUE
    return Submission.objects.filter(id=notice.object.partition(":")[2], state__in=sorted(states)).exists()


def next_digest(ctx: Context, now: datetime) -> datetime:
    """The next of the configured times of day."""
    local = now.astimezone(ctx.config.timezone)
    days = (local.date(), local.date() + timedelta(days=1))
    return next(
        moment
        for day in days
        for at in ctx.config.digest_at
        if (moment := datetime.combine(day, at, tzinfo=ctx.config.timezone)) > local
    )


def _news(ctx: Context, entry: AuditEntry) -> Iterator[_News]:
    """Nothing for an entry of which nobody needs a notice."""
    about, _, number = entry.object.partition(":")
    delivery = Delivery.objects.select_related("submission").filter(id=number).first() if about == "delivery" else None
    submission = delivery.submission if delivery else None
    if about == "submission":
        submission = Submission.objects.filter(id=number).first()
    broken = half.to_tell(delivery, submission)
    for thread in broken:
        told = half.line(ctx, thread)
        yield _News(kind=Kind.PARTLY, entry=entry, submission=submission, line=told, key=half.key(thread))
    kind = kind_of(entry, submission)
    if kind is not None and not (delivery and broken and kind in OF_A_PART):
        yield _News(kind=kind, entry=entry, submission=submission, line=line(ctx, kind, entry, submission, delivery))


def _notices(ctx: Context, news: _News) -> Iterator[Notice]:
    # What can wait is gathered: a mail for each post teaches people to look away (ADR 7).
    due = next_digest(ctx, news.entry.at) if news.kind in DIGEST else news.entry.at
    targets = [("mail", address) for address in _addresses(ctx, news)] if ctx.config.smtp_server else []
    if ctx.config.webhook_url:
        targets.append(("webhook", ""))
    for channel, address in targets:
        yield Notice(
            key=f"{news.key or f'audit:{news.entry.id}'}:{channel}:{address}",
            kind=news.kind,
            channel=channel,
            address=address,
            object=news.entry.object,
            line=news.line,
            due_at=due,
        )


def _addresses(ctx: Context, news: _News) -> list[str]:
    """Each address once; nobody gets a notice of what they did themselves."""
    people = User.objects.filter(is_active=True).exclude(email="").exclude(username=news.entry.actor)
    told = people.filter(role__in=sorted(ROLES.get(news.kind, ())))
    # A trainee's post is read in its own department, and so is its title.
    near = news.submission if news.kind == Kind.TO_CONFIRM else None
    chosen = {user.email for user in told if near is None or review.may_confirm(ctx, user.actor, near)}
    if news.kind in TO_AUTHOR and news.submission:
        authors = (news.submission.author, news.submission.submitted_by)
        chosen |= set(people.filter(username__in=authors).values_list("email", flat=True))
    chosen |= set(people.filter(username__in=talk.called(news.entry)).values_list("email", flat=True))
    if news.entry.verb == yearly.MADE:
        made = YearlyDraft.objects.filter(id=news.entry.object.partition(":")[2])
        chosen |= set(people.filter(username__in=made.values("author")).values_list("email", flat=True))
    return sorted(chosen)
