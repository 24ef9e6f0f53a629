"""The city's pictures: to look through, to write down what is known of each, and to choose one for a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from bot.errors import NotAllowed
from bot.language import say
from bot.services.approval import picture_records as records
from bot.services.handing_in import drafts, picking
from bot.services.records.context import Context
from bot.values import reading
from bot.web.asking import asks
from bot.web.office import actor_of, office
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import LABELS, DeliveryState, SubmissionState

if TYPE_CHECKING:
    from bot.store.models import Submission
    from bot.store.pictures import PictureRecord

PER_PAGE = 24
_FEW = 3  # uses that a card names
STATES = (("", "全て"), ("usable", "いま使える"), ("ended", "承諾の期限が過ぎた"), ("not_again", "今後は使わない"))


@dataclass(frozen=True, kw_only=True)
class ShownPlace:
    """Where a use went, or is to go: a channel, its state there, and the post's address."""

    label: str
    state: str
    day: date
    url: str


@dataclass(frozen=True, kw_only=True)
class ShownUse:
    """A submission that shows the picture. `state` is its own, while no channel has it."""

    number: int
    title: str
    state: str
    places: list[ShownPlace]
    readable: bool


@dataclass(frozen=True, kw_only=True)
class ShownPicture:
    """A picture with what is known of it."""

    record: PictureRecord
    people: str
    problem: str
    uses: list[ShownUse]

    @property
    def few(self) -> list[ShownUse]:
        return self.uses[:_FEW]

    @property
    def more(self) -> int:
        return max(len(self.uses) - _FEW, 0)


@login_required
@require_GET
def pictures(request: HttpRequest) -> HttpResponse:
    ctx, actor, given = office(), actor_of(request), request.GET
    words, state = given.get("q", "").strip(), given.get("state", "")
    page = Paginator(records.search(ctx, actor, words, state), PER_PAGE).get_page(given.get("page"))
    kept = given.copy()
    kept.pop("page", None)
    number = reading.ordinal(given.get("draft", ""))
    shown = {
        "page": page,
        "rows": _shown(ctx, actor, list(page)),
        "query": kept.urlencode(),
        "words": words,
        "state": state,
        "states": STATES,
        "draft": drafts.find(actor, number) if number else None,
    }
    return render(request, "pictures.html", shown)


@login_required
@require_GET
def picture(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    record = records.find(ctx, actor, number)
    shown = {
        "shown": _shown(ctx, actor, [record])[0],
        "choices": list(records.PEOPLE.items()),
        "may_record": actor.may(Permission.DECIDE),
        "may_describe": records.may_describe(actor, record),
        "may_remove": records.may_remove(actor, record),
        "version": records.version(record),
    }
    return render(request, "picture.html", shown)


def _shown(ctx: Context, actor: Actor, found: list[PictureRecord]) -> list[ShownPicture]:
    used = records.uses(ctx, actor, found)
    return [
        ShownPicture(
            record=record,
            people=records.PEOPLE.get(record.people, ""),
            problem=records.problem(ctx, record),
            uses=[_use(ctx, actor, one) for one in used.get(record.id, [])],
        )
        for record in found
    ]


def _use(ctx: Context, actor: Actor, one: Submission) -> ShownUse:
    places = [
        ShownPlace(
            label=ctx.spec(d.channel).label,
            state=LABELS[DeliveryState(d.state)],
            day=(d.published_at or d.due_at).astimezone(ctx.config.timezone).date(),
            url=d.url if d.state == DeliveryState.PUBLISHED else "",
        )
        for d in records.shown_on(one)
    ]
    own = actor.may(Permission.READ_ALL) or actor.person in (one.author, one.submitted_by)
    state = "" if places else LABELS[SubmissionState(one.state)]
    return ShownUse(number=one.id, title=one.told_title, state=state, places=places, readable=own)


@login_required
@require_safe
def thumbnail(request: HttpRequest, number: int) -> HttpResponse:
    data = records.thumbnail(office(), actor_of(request), number)
    if data is None:
        raise Http404
    # The bytes of a number never change, but who may see it does.
    return HttpResponse(data, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@login_required
@require_POST
def record(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor, given = office(), actor_of(request), request.POST
    actor.require(Permission.DECIDE)
    told = records.Told(
        people=given.get("people", ""),
        consent=given.get("consent", "").strip(),
        until=_day(given.get("until", ""), "until"),
        not_from=_day(given.get("not_from", ""), "not_from"),
        why=" ".join(given.get("why", "").split()),
    )
    held = records.record(ctx, actor, number, told, given.get("version", ""))
    messages.success(request, say("記録しました。"))
    if held:
        messages.warning(
            request, say("この画像を使う予定の配信{count}件を保留にしました。「保留」の画面で見てください。", count=held)
        )
    return redirect("picture", number)


def _day(text: str, field: str) -> date | None:
    try:
        return reading.day(text) if text.strip() else None
    except reading.Unclear:
        raise NotAllowed(
            "no day", summary="日付が読み取れません", next_step="2026-12-01 のように入れてください", field=field
        ) from None


@login_required
@require_POST
def describe(request: HttpRequest, number: int) -> HttpResponse:
    given = request.POST
    alt, credit = " ".join(given.get("alt", "").split()), " ".join(given.get("credit", "").split())
    records.describe(office(), actor_of(request), number, alt, credit)
    messages.success(request, say("記録しました。"))
    return redirect("picture", number)


def _named(request: HttpRequest, number: int) -> str:
    found = records.find(office(), actor_of(request), number)
    return found.alt or found.file


@login_required
@require_POST
@asks("この画像を「写真」から消しますか。元には戻せません", "消す", _named)
def remove(request: HttpRequest, number: int) -> HttpResponse:
    records.remove(office(), actor_of(request), number)
    messages.success(request, say("画像を消しました。"))
    return redirect("pictures")


@login_required
@require_POST
def take(request: HttpRequest, number: int, picture: int) -> HttpResponse:
    """Into a draft, and back to it."""
    picking.take(office(), actor_of(request), number, picture)
    messages.success(request, say("画像を加えました。説明と、写っている人を確かめてください。"))
    return redirect(f"{reverse('write', args=[number])}#h-pictures")
