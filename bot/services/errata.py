"""Corrections after printing (訂正): recorded by an officer, printed in the box of the next issue, done with its 校了.

An erratum is for the first issue whose copy deadline had not passed when it was recorded and which is not released yet. It
does not wander on when that deadline passes: the page is still being made then.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from bot.errors import AlreadyDecided, NotAllowed, NotFound
from bot.newsletter.plan import Correction
from bot.newsletter.profile import Profile
from bot.services import audit, paper
from bot.services.context import Context
from bot.store.models import SignOff
from bot.store.released import Erratum, Release
from bot.workflow.actors import Actor, Permission

RECORD, WITHDRAW = "record_erratum", "withdraw_erratum"  # in the audit log
MOST = 200  # characters of what was wrong, and of what is right
_MOST_ISSUE = 20


@dataclass(frozen=True, kw_only=True)
class Line:
    """An erratum in the list. `target` is the issue that prints it, "" while the calendar has no later one."""

    row: Erratum
    text: str
    target: str


def lines(ctx: Context) -> list[Line]:
    """All that were not withdrawn, the last recorded first."""
    profile, released = paper.layout(ctx), _released()
    rows = Erratum.objects.filter(withdrawn_at=None).select_related("printed_in__sign_off").order_by("-id")
    return [Line(row=row, text=_correction(row).text, target=_target(ctx, row, profile, released)) for row in rows]


def record(ctx: Context, actor: Actor, issue: str, wrong: str, right: str) -> Erratum:
    """`issue` printed `wrong` and should have printed `right`. Raises NotAllowed for what makes no sentence."""
    actor.require(Permission.DECIDE)
    issue, wrong, right = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (issue, wrong, right))
    _require_sensible(issue, wrong, right)
    now = ctx.clock.now()
    with transaction.atomic():
        row = Erratum.objects.create(issue=issue, wrong=wrong, right=right, officer=actor.person, at=now)
        audit.record(now, actor.person, RECORD, f"erratum:{row.id}", detail=_correction(row).text)
    return row


def withdraw(ctx: Context, actor: Actor, number: int) -> None:
    """Take back what was recorded by mistake. Raises NotFound, and AlreadyDecided once it was released."""
    actor.require(Permission.DECIDE)
    now = ctx.clock.now()
    with transaction.atomic():
        row = Erratum.objects.select_for_update().filter(id=number, withdrawn_at=None).first()
        if row is None:
            raise NotFound("no such erratum", summary="その訂正はありません", next_step="訂正の一覧を開き直してください")
        if row.printed_in is not None:
            raise AlreadyDecided(
                f"erratum {number} is released",
                summary="この訂正は、校了になった号に載っているため取り消せません",
                next_step="誤りがあれば、新しい訂正を記録してください",
            )
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        audit.record(now, actor.person, WITHDRAW, f"erratum:{row.id}", detail=_correction(row).text)


def corrected(ctx: Context, profile: Profile) -> Profile:
    """The profile with the errata in the plans of the issues that print them, after those of the file."""
    released, plans = _released(), dict(profile.plans)
    for row in Erratum.objects.filter(withdrawn_at=None).select_related("printed_in__sign_off").order_by("id"):
        if target := _target(ctx, row, profile, released):
            plan = plans.get(target) or profile.plan(target)
            plans[target] = replace(plan, corrections=(*plan.corrections, _correction(row)))
    return replace(profile, plans=plans)


def settle(release: Release, corrections: Sequence[Correction]) -> None:
    """These were released; call it inside the transaction of the 校了."""
    for row in Erratum.objects.select_for_update().filter(printed_in=None, withdrawn_at=None):
        if _correction(row) in corrections:
            row.printed_in = release
            row.save(update_fields=["printed_in"])


def _target(ctx: Context, row: Erratum, profile: Profile | None, released: Collection[str]) -> str:
    if row.printed_in is not None:
        return row.printed_in.sign_off.issue
    day = _local(ctx, row.at).date()
    issues = sorted(profile.issues.items(), key=lambda entry: (entry[1], entry[0])) if profile else []
    later = (name for name, deadline in issues if deadline >= day and name != row.issue and name not in released)
    return next(later, "")


def _local(ctx: Context, moment: datetime) -> datetime:
    return moment.astimezone(ctx.config.timezone)


def _released() -> set[str]:
    return set(SignOff.objects.values_list("issue", flat=True))


def _correction(row: Erratum) -> Correction:
    return Correction(issue=row.issue, wrong=row.wrong, right=row.right)


def _require_sensible(issue: str, wrong: str, right: str) -> None:
    if not (issue and wrong and right):
        _refuse("訂正に足りないところがあります", "号、印刷された誤り、正しい内容の全てを入れてください")
    if wrong == right:
        _refuse("誤りと正しい内容が同じです", "正しい内容を確かめてください")
    if max(len(wrong), len(right)) > MOST or len(issue) > _MOST_ISSUE:
        _refuse("訂正の文が長すぎます", f"誤りも正しい内容も{MOST}字までにしてください。載る場所は最後の段の終わりだけです")
    if any(unicodedata.category(c) == "Cc" for c in issue + wrong + right):
        _refuse("訂正に読めない文字（制御文字）があります", "文字を打ち直してください")


def _refuse(summary: str, next_step: str) -> None:
    raise NotAllowed("not a correction", summary=summary, next_step=next_step)
