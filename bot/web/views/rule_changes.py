"""配信の時間の設定: the rules of time as they are, changed after a look at what would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.language import say
from bot.schedule.changes import RuleChange, Topic
from bot.schedule.rules import DAYS, MOST_PER_DAY
from bot.services.delivery import rule_changes, rule_faults, rule_outlook, rule_words
from bot.services.delivery.rule_faults import Fault
from bot.services.pages import rules as pages
from bot.services.records import office_rules
from bot.services.records.context import Context
from bot.text.storable import storable
from bot.values import reading
from bot.web import refusals
from bot.web.office import actor_of, office
from bot.web.views.deliveries import line
from bot.workflow.actors import Permission

MOST_SHOWN = 50
_LABELS: Mapping[str, str] = {
    "open": "始まり",
    "close": "終わり",
    "days": "曜日",
    "first": "初めの日",
    "last": "終わりの日",
    "kind": "どうするか",
    "name": "枠の名前",
    "at": "時刻",
    "gap": "間隔",
    "channels": "配信先",
    "most": "上限",
    "why": "理由",
}
_FORM = ("topic", "item", "act", "open", "close", "public_holidays", "first", "last", "kind", "name", "at", "gap", "most")
_SEVERAL = ("days", "channels", "if_closed")


@dataclass(frozen=True, kw_only=True)
class Day:
    """A weekday for the forms."""

    key: str
    number: int
    label: str


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What a form says; None where it cannot be read, and `faults` say why."""

    change: RuleChange | None
    why: str
    faults: list[Fault]


@login_required
def rule_settings(request: HttpRequest) -> HttpResponse:
    """The page; and what its forms send, once to be looked at and then to be saved."""
    if request.method != "POST":
        return _page(request)
    actor_of(request).require(Permission.PLAN)
    step = request.POST.get("step")
    if step == "edit":
        page = _page(request)
        page.content = refusals.filled(page.content.decode(), request).encode()
        return page
    wanted = _wanted(office(), request.POST)
    if wanted.change is None or wanted.faults:
        return _refused(request, wanted.faults)
    return _save(request, wanted.change, wanted.why) if step == "save" else _look(request, wanted.change, wanted.why)


def _page(request: HttpRequest) -> HttpResponse:
    shown = {
        "page": pages.page(office()),
        "weekdays": weekdays(),
        "channels": [spec for spec in office().specs if spec.publishes],
        "may_plan": actor_of(request).may(Permission.PLAN),
    }
    return render(request, "settings.html", shown)


def weekdays() -> list[Day]:
    return [Day(key=key, number=n, label=rule_words.weekdays([n])) for n, key in enumerate(DAYS)]


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


def _look(request: HttpRequest, change: RuleChange, why: str) -> HttpResponse:
    ctx = office()
    given = request.POST
    kept = [(name, given.get(name, "")) for name in _FORM if name in given]
    kept += [(name, value) for name in _SEVERAL for value in given.getlist(name)]
    shown = {**_seen(ctx, change), "why": why, "kept": [*kept, ("why", why)]}
    return render(request, "setting.html", shown)


def _seen(ctx: Context, change: RuleChange) -> dict[str, object]:
    """What a change would do, for the page."""
    found = rule_outlook.look(ctx, change)
    return {
        "found": found,
        "subject": rule_words.subject(ctx, change),
        "content": rule_words.content(ctx, change),
        "rows": [(line(one.row), one.why) for one in found.forbidden[:MOST_SHOWN]],
        "more": max(len(found.forbidden) - MOST_SHOWN, 0),
        "come": found.come[:MOST_SHOWN],
        "gone": found.gone[:MOST_SHOWN],
        "ahead": rule_outlook.AHEAD,
    }


def _save(request: HttpRequest, change: RuleChange, why: str) -> HttpResponse:
    made = rule_changes.make(office(), actor_of(request), change, why, _version(request))
    _say(request, made)
    return redirect("held" if made.held else "settings")


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1


def _say(request: HttpRequest, made: rule_changes.Made) -> None:
    if made.waiting:
        messages.success(request, say("変更を申し出ました。ほかの広報担当が認めるまで、いまの決まりのままです。"))
        return
    messages.success(request, say("決まりを変えました。{count}件を保留にしました。", count=made.held))
    if made.leaving:
        still = say("ほかに%(count)d件は送信の途中で、止められません。結果は「配信」の画面で確かめてください。")
        messages.error(request, still % {"count": made.leaving})


@login_required
@require_GET
def rule_change(request: HttpRequest, number: int) -> HttpResponse:
    """One that waits, with what it would change now."""
    ctx, actor = office(), actor_of(request)
    row = rule_changes.waiting_one(number)
    shown = {
        **_seen(ctx, office_rules.as_change(row)),
        "row": row,
        "why": row.why,
        "own": row.set_by == actor.person,
        "may_plan": actor.may(Permission.PLAN),
    }
    return render(request, "setting.html", shown)


@login_required
@require_POST
def accept_rule(request: HttpRequest, number: int) -> HttpResponse:
    made = rule_changes.accept(office(), actor_of(request), number, _version(request))
    _say(request, made)
    return redirect("held" if made.held else "settings")


@login_required
@require_POST
def decline_rule(request: HttpRequest, number: int) -> HttpResponse:
    rule_changes.decline(office(), actor_of(request), number)
    messages.success(request, say("変更を見送りました。決まりは、いまのままです。"))
    return redirect("settings")


def _wanted(ctx: Context, given: QueryDict) -> _Wanted:
    """Everything that is wrong at once."""
    why = storable(given.get("why", "")).strip()
    faults: list[Fault] = []
    change = _change(given, why, faults)
    if change is None or faults:
        return _Wanted(change=None, why=why, faults=[*faults, *rule_faults.reason(why)])
    return _Wanted(change=change, why=why, faults=rule_faults.faults(ctx, change, why))


def _change(given: QueryDict, why: str, faults: list[Fault]) -> RuleChange | None:
    topic = given.get("topic", "")
    if topic not in _READ:
        faults.append(Fault(field="", summary="何を変えるのか分かりません", next_step="画面を開き直してください"))
        return None
    item, value = _READ[Topic(topic)](given, why, faults)
    return RuleChange(topic=topic, item=item, value=None if given.get("act") == "file" else value)


def _clock(given: QueryDict, name: str, faults: list[Fault], *, end: bool = False) -> str:
    text = storable(given.get(name, "")).strip()
    try:
        read = reading.end_of_hours(text) if end else reading.clock(text)
    except reading.Unclear as e:
        faults.append(Fault(field=name, summary="時刻が読めません", next_step=e.advice))
        return ""
    return "24:00" if end and reading.narrow(text) == "24:00" else f"{read:%H:%M}"


_Read = tuple[str, Mapping[str, object]]


def _hours(given: QueryDict, why: str, faults: list[Fault]) -> _Read:
    if given.get("act") == "file":
        return "", {}
    return "", {
        "open": _clock(given, "open", faults),
        "close": _clock(given, "close", faults, end=True),
        "days": _weekdays(given),
        "public_holidays": bool(given.get("public_holidays")),
    }


def _weekdays(given: QueryDict) -> list[str]:
    return [day for day in DAYS if day in given.getlist("days")]


def _special(given: QueryDict, why: str, faults: list[Fault]) -> _Read:
    if given.get("act") == "file":
        return _known_span(given.get("item", ""), faults), {}
    first = _day(given, "first", faults)
    last = _day(given, "last", faults) if given.get("last", "").strip() else first
    if given.get("kind") not in ("closed", "open"):
        faults.append(Fault(field="kind", summary="どちらかを選んでいません", next_step="一つ選んでください"))
    item = f"{first.isoformat()}/{last.isoformat()}" if first and last else ""
    return item, {"closed": why if given.get("kind") == "closed" else ""}


def _known_span(item: str, faults: list[Fault]) -> str:
    try:
        _ = RuleChange(topic=Topic.DAYS, item=item, value=None).span
    except ValueError:
        faults.append(Fault(field="", summary="その日の決まりはありません", next_step="画面を開き直してください"))
    return item


def _day(given: QueryDict, name: str, faults: list[Fault]) -> date | None:
    try:
        return reading.day(storable(given.get(name, "")).strip())
    except reading.Unclear as e:
        faults.append(Fault(field=name, summary="日付が読めません", next_step=e.advice))
        return None


def _slot(given: QueryDict, why: str, faults: list[Fault]) -> _Read:
    name = storable(given.get("item") or given.get("name", "")).strip()
    if given.get("act"):
        return name, {"gone": True}
    return name, {
        "days": _weekdays(given),
        "at": _clock(given, "at", faults),
        "gap": _number(given, "gap", 1440, faults),
        "channels": sorted(map(storable, given.getlist("channels"))),
        "if_closed": given.get("if_closed") if given.get("if_closed") in ("earlier", "later") else "skip",
    }


def _number(given: QueryDict, name: str, most: int, faults: list[Fault]) -> int:
    try:
        found = reading.integer(storable(given.get(name, "")).strip())
    except reading.Unclear as e:
        faults.append(Fault(field=name, summary="数が読めません", next_step=e.advice))
        return 1
    if not 1 <= found <= most:
        said = say("1から{most}までにしてください", most=most)
        faults.append(Fault(field=name, summary="使えない数です", next_step=said))
    return found


def _limit(given: QueryDict, why: str, faults: list[Fault]) -> _Read:
    item = storable(given.get("item", ""))[:40]
    if given.get("act") == "file":
        return item, {}
    if not given.get("most", "").strip():
        return item, {"most": None}
    return item, {"most": _number(given, "most", MOST_PER_DAY, faults)}


_READ = {Topic.HOURS: _hours, Topic.DAYS: _special, Topic.SLOT: _slot, Topic.LIMIT: _limit}
