"""Building an issue by itself some days before its copy deadline, and telling the office how it stands.

The notice goes through the audit log like every other; the row that allows one for each deadline is written with it, so that
of several publishers one tells, and a crash tells either both or neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction

from bot.newsletter.arrangement import issue_name
from bot.newsletter.printable import problem_of
from bot.services.paper import issue_desk, issues, layout
from bot.services.paper.issue_desk import Desk
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.newsletter import ProofBuild

BUILD_PROOF = "rehearse"  # in the audit log
_WEEKDAYS = "月火水木金土日"


def build_proofs(ctx: Context) -> int:
    """Every issue whose copy deadline is near and that was not built for it; how many? Raises ConfigError."""
    profile, today = layout.layout(ctx), ctx.today
    if profile is None:
        return 0
    near = layout.deadlines(ctx, profile).between(today, today + timedelta(days=profile.notice_days))
    return sum(_once(ctx, issue, deadline) for deadline, issue in near)


def _once(ctx: Context, issue: str, deadline: date) -> bool:
    if ProofBuild.objects.filter(issue=issue, deadline=deadline).exists():
        return False
    told, now = "".join(_words(ctx, issue, deadline)), ctx.clock.now()
    with transaction.atomic():
        _, new = ProofBuild.objects.get_or_create(issue=issue, deadline=deadline, defaults={"at": now})
        if new:
            audit.record(now, audit.SYSTEM, BUILD_PROOF, f"issue:{issue}", detail=told)
    return new


def _words(ctx: Context, issue: str, deadline: date) -> Iterator[str]:
    day = f"{deadline.month}月{deadline.day}日（{_WEEKDAYS[deadline.weekday()]}）"
    yield f"{issue_name(issue)}の原稿の締切は{day}です。"
    try:
        desk = issue_desk.look(ctx, issue)
        yield from _built(ctx, desk)
    except Exception as e:  # told, whatever it is: a fault in one issue must not end the sweep, nor be tried every ten seconds
        problem = problem_of(issue_name(issue), e)  # what the machine lacks: the next turn may find it put right
        yield f"校正刷りを作れません：{problem.summary}。{problem.next_step}。"
        return
    for _, reason in desk.refused:
        yield f"{reason.summary}。この原稿を除いて作りました。"
    if desk.waiting:
        yield f"承認待ちの原稿が{len(desk.waiting)}件あります。"
    if desk.missing:
        yield f"予定にあるのに承認された原稿がないものが{len(desk.missing)}件あります。"


def _built(ctx: Context, desk: Desk) -> Iterator[str]:
    if not desk.count:
        yield "承認された原稿がまだありません。"
        return
    issues.build(ctx, desk.issue)
    yield "校正刷りを作りました。"
    for frame in desk.frames:
        yield f"「{frame.column.title}」は、{frame.column.summary}です。"
