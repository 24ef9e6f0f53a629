"""文例とハッシュタグ: what the office offers to those who write and those who return, changed after a look at the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from bot.errors import FileError
from bot.language import say
from bot.services.delivery.rule_faults import Fault
from bot.services.handing_in import text_changes
from bot.services.handing_in.text_changes import Act, TextChange
from bot.services.pages import texts as pages
from bot.services.records.office_texts import Kind
from bot.text.difference import difference
from bot.text.storable import storable
from bot.values import reading
from bot.web import refusals
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission

_LABELS: Mapping[str, str] = {"name": "名前", "content": "内容", "why": "理由"}
_FORM = ("kind", "name", "act", "content", "why", "version")


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What a form says; None where it cannot be read, and `faults` say why."""

    change: TextChange | None
    why: str
    faults: list[Fault]


@login_required
def office_texts(request: HttpRequest) -> HttpResponse:
    """The page; and what its forms send, once to be looked at and then to be saved."""
    if request.method != "POST":
        return _page(request)
    actor_of(request).require(Permission.DECIDE)
    step = request.POST.get("step")
    if step == "edit":
        page = _page(request)
        page.content = refusals.filled(page.content.decode(), request).encode()
        return page
    wanted = _wanted(request.POST)
    if wanted.change is None or wanted.faults:
        return _refused(request, wanted.faults)
    return _save(request, wanted.change, wanted.why) if step == "save" else _look(request, wanted.change, wanted.why)


def _page(request: HttpRequest) -> HttpResponse:
    shown = {"page": pages.page(office()), "may_change": actor_of(request).may(Permission.DECIDE)}
    return render(request, "office_texts.html", shown)


def _refused(request: HttpRequest, faults: list[Fault]) -> HttpResponse:
    """All gaps at once, each at its field, on the page with all that was typed."""
    page = _page(request)
    told = [
        refusals.Fault(element=f.field, label=say(_LABELS.get(f.field, "")), sentence=f"{say(f.summary)}。{say(f.next_step)}。")
        for f in faults
    ]
    page.content = refusals.marked(page.content.decode(), told, request).encode()
    page.status_code = refusals.MARKED
    return page


def _look(request: HttpRequest, change: TextChange, why: str) -> HttpResponse:
    line = text_changes.before(office(), change)
    now = "" if line is None or line.gone else text_changes.shown(change.kind, line.content)
    then = pages.after(change, line)
    shown = {
        "label": text_changes.KIND_LABELS[change.kind],
        "change": change,
        "now": now,
        "then": then,
        "pieces": difference(now, then) if now and then else [],
        "why": why,
        "kept": [(name, request.POST.get(name, "")) for name in _FORM if name in request.POST],
    }
    return render(request, "office_text.html", shown)


def _save(request: HttpRequest, change: TextChange, why: str) -> HttpResponse:
    text_changes.make(office(), actor_of(request), change, why)
    messages.success(request, say("「{name}」を変えました。次に選ぶ人から、この内容になります。", name=change.name))
    return redirect("office_texts")


def _wanted(given: QueryDict) -> _Wanted:
    why = storable(given.get("why", "")).strip()
    try:
        kind, act = Kind(given.get("kind", "")), Act(given.get("act", ""))
    except ValueError:
        fault = Fault(field="", summary="何を変えるのか分かりません", next_step="画面を開き直してください")
        return _Wanted(change=None, why=why, faults=[fault])
    change = TextChange(
        kind=kind,
        name=" ".join(storable(given.get("name", "")).split()) if act == Act.NEW else storable(given.get("name", "")),
        act=act,
        content=text_changes.typed(kind, given.get("content", "")),
        seen=reading.ordinal(given.get("version", "")) or 0,
    )
    try:
        return _Wanted(change=change, why=why, faults=text_changes.faults(office(), change, why))
    except FileError as e:
        return _Wanted(change=None, why=why, faults=[Fault(field="", summary=e.summary, next_step=e.next_step)])
