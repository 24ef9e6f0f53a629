"""The approval queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import cast, get_args

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bot.content.library import Library
from bot.services import looks, review
from bot.services import queue as desk
from bot.services.context import Context
from bot.store.models import Submission
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission
from bot.workflow.states import LABELS, SubmissionState

PER_PAGE = 25
RECENT = 10


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the queue. `age` since it was handed in; `deadline` is the last moment for an approval, `left` the time until
    then ("" once it is past), `urgent` if that is less than a day."""

    submission: Submission
    label: str
    measure: str
    channels: list[str]
    slot_at: time | None
    age: str
    deadline: datetime | None
    left: str
    urgent: bool
    opened: bool
    pickable: bool


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    library = ctx.library
    wanted = _wanted(request)
    numbers = desk.waiting(ctx, actor, wanted).values_list("id", flat=True)
    page = Paginator(numbers, PER_PAGE).get_page(request.GET.get("page"))
    opened = looks.opened(actor, page)
    may_decide = actor.may(Permission.DECIDE)
    rows = [
        row(ctx, library, s, s.id in opened, may_decide and actor.person not in (s.author, s.submitted_by))
        for s in desk.rows(page)
    ]
    shown = {
        "rows": rows,
        "page": page,
        "wanted": wanted,
        "filtered": wanted != desk.Wanted(),
        "query": _query(request),
        "departments": desk.departments(ctx, actor),
        "channels": ctx.specs,
        "recent": [row(ctx, library, s, True, False) for s in desk.decided(ctx, actor, RECENT)],
        "countersign": review.to_countersign(actor),
        "may_decide": may_decide,
        "pickable": any(r.pickable for r in rows),
    }
    return render(request, "queue.html", shown)


def _wanted(request: HttpRequest) -> desk.Wanted:
    given = request.GET
    findings = given.get("findings", "")
    return desk.Wanted(
        words=given.get("q", "").strip(),
        department=given.get("department", ""),
        channel=given.get("channel", ""),
        findings=cast(desk.Findings, findings if findings in get_args(desk.Findings) else ""),
        unopened=bool(given.get("unopened")),
    )


def _query(request: HttpRequest) -> str:
    """The filter as it stands in the address, for the links to the other pages."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()


def row(ctx: Context, library: Library, submission: Submission, opened: bool, may_pick: bool) -> Row:
    last, now = review.deadline(ctx, submission), ctx.clock.now()
    slot = ctx.rules.slots.get(submission.slot)
    return Row(
        submission=submission,
        label=LABELS[SubmissionState(submission.state)],
        measure=f"{submission.measure} {library.measures.get(submission.measure, '')}".strip(),
        channels=[ctx.spec(key).label for key in submission.channels.strip(",").split(",") if key],
        slot_at=slot.at if slot else None,
        age=timesince(submission.submitted_at, now, depth=1),
        deadline=last,
        left=timeuntil(last, now, depth=1) if last and last > now else "",
        urgent=last is not None and (last - now).days < 1,
        opened=opened,
        pickable=may_pick and opened and not submission.findings,
    )


@login_required
@require_POST
def approve_opened(request: HttpRequest) -> HttpResponse:
    """Several at a time. A ticked box says "number:digest", so what is approved is what the page showed."""
    pairs = (box.partition(":") for box in request.POST.getlist("chosen"))
    chosen = {int(number): digest for number, _, digest in pairs if number.isdecimal()}
    outcomes = desk.approve_opened(office(), actor_of(request), chosen)
    approved = [o for o in outcomes if o.refusal is None]
    if approved:
        planned = sum(o.deliveries for o in approved)
        messages.success(
            request,
            gettext("%(count)d件を承認し、%(planned)d件の配信を予定に入れました。")
            % {"count": len(approved), "planned": planned},
        )
    for outcome in outcomes:
        if outcome.refusal:
            why = f"{outcome.refusal.summary}。{outcome.refusal.next_step}。"
            messages.error(request, gettext("「%(title)s」は承認していません。%(why)s") % {"title": outcome.title, "why": why})
    if not outcomes:
        messages.error(request, gettext("承認する申請が選ばれていません。左の欄で選んでください。"))
    return redirect("queue")
