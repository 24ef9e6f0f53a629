"""The approval queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast, get_args

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timesince import timesince, timeuntil
from django.views.decorators.http import require_GET, require_POST

from bot.content.library import Library
from bot.errors import ConfigError
from bot.language import say
from bot.schedule.rules import Slot
from bot.services.approval import comments, returned, review
from bot.services.approval.undone import Approvals
from bot.services.files import viewed
from bot.services.handing_in import drafts
from bot.services.pages import queue as queue_page
from bot.services.people import hands
from bot.services.records.context import Context
from bot.values import reading
from bot.web import undo
from bot.web.asking import SURE
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission
from bot.workflow.states import LABELS, SubmissionState

if TYPE_CHECKING:
    from bot.store.models import Submission

PER_PAGE = 15
RECENT = 10


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the queue, in words: a page has many of them, and a template's tags are slower. `age` since it was handed in;
    `deadline` is the last moment for an approval (`due` in words), `left` the time until then, `urgent` if that is less than
    a day."""

    submission: Submission
    label: str
    measure: str
    measure_label: str
    channels: list[str]
    wish: str
    age: str
    submitted: str
    deadline: datetime | None
    due: str
    left: str
    urgent: bool
    opened: bool
    pickable: bool


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    library, slots = ctx.library, slots_of(ctx)
    wanted = _wanted(request)
    page = Paginator(queue_page.waiting(ctx, actor, wanted), PER_PAGE).get_page(request.GET.get("page"))
    opened = viewed.opened(actor, page)
    may_decide, spoken_of = actor.may(Permission.DECIDE), comments.still_open(page)
    rows = [
        row(ctx, library, slots, s, s.id in opened, may_decide and actor.person not in hands.contributors(s), s.id in spoken_of)
        for s in queue_page.rows(page)
    ]
    shown = {
        "rows": rows,
        "page": page,
        "wanted": wanted,
        "filtered": wanted != queue_page.Wanted(),
        "query": _query(request),
        "departments": queue_page.departments(ctx, actor),
        "channels": ctx.specs,
        "recent": [row(ctx, library, slots, s, True, False) for s in queue_page.decided(ctx, actor, RECENT)],
        "returned": returned.mine(actor),
        "writes": drafts.writes(ctx, actor),
        "countersign": review.to_countersign(actor),
        "may_decide": may_decide,
        "pickable": any(r.pickable for r in rows),
    }
    return render(request, "queue.html", shown)


def _wanted(request: HttpRequest) -> queue_page.Wanted:
    given = request.GET
    findings = given.get("findings", "")
    return queue_page.Wanted(
        words=given.get("q", "").strip(),
        department=given.get("department", ""),
        channel=given.get("channel", ""),
        findings=cast(queue_page.Findings, findings if findings in get_args(queue_page.Findings) else ""),
        unopened=bool(given.get("unopened")),
    )


def _query(request: HttpRequest) -> str:
    """The filter as it stands in the address, for the links to the other pages."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()


def row(
    ctx: Context,
    library: Library,
    slots: Mapping[str, Slot],
    submission: Submission,
    opened: bool,
    may_pick: bool,
    talked_about: bool = False,
) -> Row:
    """`slots` are those of `slots_of`, read once for all rows. `talked_about`: somebody's comment on it is still open."""
    last, now = review.deadline(ctx, submission), ctx.clock.now()
    measure = f"{submission.measure} {library.measures.get(submission.measure, '')}".strip()
    return Row(
        submission=submission,
        label=LABELS[SubmissionState(submission.state)],
        measure=measure,
        measure_label=say("施策 {number}", number=measure),
        channels=[ctx.spec(key).label for key in submission.channels],
        wish=_wish(slots, submission),
        age=say("{time}前", time=timesince(submission.submitted_at, now, depth=1)),
        submitted=office().said(submission.submitted_at),
        deadline=last,
        due=say("{time}まで", time=office().said(last)) if last else "",
        left=_left(last, now) if last else "",
        urgent=last is not None and (last - now).days < 1,
        opened=opened,
        # Together with others only what this person has opened and the checks have nothing against (ADR 9).
        pickable=may_pick and opened and not submission.findings and not talked_about,
    )


def _left(last: datetime, now: datetime) -> str:
    if last <= now:
        return say("過ぎています")
    return say("あと{time}", time=timeuntil(last, now, depth=1))


def slots_of(ctx: Context) -> Mapping[str, Slot]:
    """None while the rules cannot be read."""
    try:
        return ctx.rules.slots
    except ConfigError:
        return {}


def _wish(slots: Mapping[str, Slot], submission: Submission) -> str:
    """When the author would have it go out. A slot is told by its time: its name is for files."""
    slot = slots.get(submission.slot)
    if submission.publish_at:
        return office().said(submission.publish_at)
    if slot:
        return say("次の{time}の枠", time=f"{slot.at:%H:%M}")
    if submission.slot:
        return say("配信枠「{name}」", name=submission.slot)
    return say("次の空き枠")


@login_required
@require_POST
def approve_opened(request: HttpRequest) -> HttpResponse:
    """Several at a time: first the minutes of all of them, then the approvals. A ticked box says "number:digest", so what is
    approved is what the page showed."""
    ctx, actor = office(), actor_of(request)
    pairs = (box.partition(":") for box in request.POST.getlist("chosen"))
    chosen = {number: digest for text, _, digest in pairs if (number := reading.ordinal(text)) is not None}
    if chosen and not request.POST.get(SURE):
        ready = queue_page.before_approving(ctx, actor, chosen)
        return render(request, "approve_several.html", {"rows": ready, "count": sum(1 for r in ready if r.refusal is None)})
    seen = {n: queue_page.Seen(digest=d, planned=request.POST.get(f"planned-{n}", "")[:500]) for n, d in chosen.items()}
    outcomes = queue_page.approve_opened(ctx, actor, seen)
    _tell(request, outcomes)
    return redirect("queue")


def _tell(request: HttpRequest, outcomes: Sequence[queue_page.Outcome]) -> None:
    approved = [o for o in outcomes if o.refusal is None]
    if approved:
        planned = sum(o.deliveries for o in approved)
        made = Approvals(
            person=actor_of(request).person, at=office().clock.now(), rows=tuple(o.given for o in approved if o.given)
        )
        told = say("{count}件を承認し、{planned}件の配信を予定に入れました。", count=len(approved), planned=planned)
        undo.offer(request, told, made)
    for outcome in outcomes:
        if outcome.refusal:
            why = f"{outcome.refusal.summary}。{outcome.refusal.next_step}。"
            messages.error(request, say("「{title}」は承認していません。{why}", title=outcome.title, why=why))
    if not outcomes:
        messages.error(request, say("承認する申請が選ばれていません。左の欄で選んでください。"))
