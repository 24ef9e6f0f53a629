"""Times in which nothing goes out: seen, entered after a look at what they hold, and lifted by two people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot.errors import ConfigError
from bot.language import say
from bot.schedule.rules import KINDS, Blackout
from bot.services.delivery import blackouts
from bot.services.delivery.blackouts import Fault
from bot.services.records import office_rules
from bot.services.records.context import Context
from bot.text.storable import storable
from bot.values import reading
from bot.web import refusals
from bot.web.office import actor_of, office
from bot.web.views.deliveries import line
from bot.workflow.actors import Permission

if TYPE_CHECKING:
    from bot.store import rules as store

MOST_HELD = 50
_FIELDS = ("start", "end", "kind", "tags", "words", "why")
_BETWEEN_TAGS, _BETWEEN_WORDS = re.compile(r"[\s,、，]+"), re.compile(r"[\n,、，]+")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it was typed, to be shown again by whoever wants to change it after a look."""

    start: str = ""
    end: str = ""
    kind: str = KINDS[0]
    tags: str = ""
    words: str = ""
    why: str = ""
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A blackout on the page. `row` is the office's, None for one of the file. `when` is now, later or over."""

    rule: Blackout
    whom: str
    when: str
    row: store.Blackout | None = None


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What the form says; `faults` by the name of the field. `rule` is None where a time cannot be read."""

    rule: Blackout | None
    faults: Mapping[str, Fault] = field(default_factory=dict)


@login_required
def blackout_list(request: HttpRequest) -> HttpResponse:
    """The page; and what its form sends, once to be looked at and then to be saved."""
    if request.method != "POST":
        return _page(request, Typed())
    actor_of(request).require(Permission.PAUSE)
    typed = _typed(request.POST)
    step = request.POST.get("step")
    if step == "edit":
        return _page(request, typed)
    wanted = _wanted(office(), typed, actor_of(request).person)
    if wanted.rule is None or wanted.faults:
        return _refused(request, wanted.faults.values())
    # Looked at before it is saved: who enters a blackout sees which posts it holds (ADR 14).
    return _save(request, wanted.rule) if step == "save" else _look(request, typed, wanted.rule)


def _refused(request: HttpRequest, faults: Iterable[Fault]) -> HttpResponse:
    """All gaps at once, each at its field, on the page with all that was typed."""
    page = _page(request, Typed())
    told = [refusals.Fault(element=f.field, label="", sentence=f"{say(f.summary)}。{say(f.next_step)}。") for f in faults]
    page.content = refusals.marked(page.content.decode(), told, request).encode()
    page.status_code = refusals.MARKED
    return page


def _look(request: HttpRequest, typed: Typed, wanted: Blackout) -> HttpResponse:
    """What it would hold, before it is saved."""
    ctx = office()
    rows = blackouts.would_hold(ctx, wanted)
    shown = {
        "kept": [*((name, getattr(typed, name)) for name in _FIELDS), *(("channels", key) for key in typed.channels)],
        "wanted": wanted,
        "whom": blackouts.whom(ctx, wanted),
        "rows": [line(row) for row in rows[:MOST_HELD]],
        "count": len(rows),
        "more": max(len(rows) - MOST_HELD, 0),
        "begun": wanted.start <= ctx.clock.now(),
    }
    return render(request, "blackout.html", shown)


def _save(request: HttpRequest, wanted: Blackout) -> HttpResponse:
    entered = blackouts.enter(office(), actor_of(request), wanted)
    said = say("配信を止める期間を入れました。{count}件を保留にしました。", count=entered.held)
    messages.success(request, said)
    if entered.leaving:
        still = say("ほかに%(count)d件は送信の途中で、止められません。結果は「配信」の画面で確かめてください。")
        messages.error(request, still % {"count": entered.leaving})
    return redirect("held" if entered.held else "blackouts")


def _page(request: HttpRequest, typed: Typed) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    problem = None
    try:
        written = ctx.written.blackouts
    except ConfigError as e:
        # The page works while the file cannot be read: the office's own blackouts are needed then most of all.
        written, problem = (), e
    now = ctx.clock.now()
    entered = [_entered(ctx, row, now) for row in blackouts.listed(now)]
    every = [*entered, *(_written(ctx, rule, now) for rule in written)]
    shown = {
        "typed": typed,
        "problem": problem,
        "groups": [(when, label, [b for b in every if b.when == when]) for when, label in _GROUPS],
        "kinds": KINDS,
        "channels": [spec for spec in ctx.specs if spec.publishes],
        "person": actor.person,
        "may_pause": actor.may(Permission.PAUSE),
        "may_resume": actor.may(Permission.RESUME),
    }
    return render(request, "blackouts.html", shown)


_GROUPS = (("now", "いま止めている期間"), ("later", "これからの期間"), ("over", "終わった期間・解除した期間"))


def _entered(ctx: Context, row: store.Blackout, now: datetime) -> Shown:
    rule = office_rules.as_rule(row)
    when = "over" if row.lifted_at else _when(rule, now)
    return Shown(rule=rule, whom=blackouts.whom(ctx, rule), when=when, row=row)


def _written(ctx: Context, rule: Blackout, now: datetime) -> Shown:
    return Shown(rule=rule, whom=blackouts.whom(ctx, rule), when=_when(rule, now))


def _when(rule: Blackout, now: datetime) -> str:
    return "over" if rule.end <= now else "now" if rule.start <= now else "later"


def _typed(given: QueryDict) -> Typed:
    # A NUL that somebody pastes would be refused by PostgreSQL, with a traceback.
    texts = {name: storable(given.get(name, "")).strip() for name in _FIELDS}
    return Typed(channels=tuple(given.getlist("channels")), **texts)


def _wanted(ctx: Context, typed: Typed, person: str) -> _Wanted:
    """Everything that is wrong at once, so that nobody mends one thing after the other."""
    faults: dict[str, Fault] = {}
    times = {name: _moment(ctx, name, getattr(typed, name), faults) for name in ("start", "end")}
    if typed.kind not in KINDS:
        faults["kind"] = Fault(field="kind", summary="種類を選んでいません", next_step="一つ選んでください")
    now = ctx.clock.now()
    rule = Blackout(
        start=times["start"] or now,
        end=times["end"] or now,
        kind=typed.kind,
        why=typed.why,
        set_by=person,
        channels=frozenset(typed.channels),
        tags=frozenset(tag.lstrip("#＃") for tag in _BETWEEN_TAGS.split(typed.tags)) - {""},
        words=frozenset(word.strip() for word in _BETWEEN_WORDS.split(typed.words)) - {""},
    )
    for fault in blackouts.faults(ctx, rule):
        if all(times.values()) or fault.field not in times:
            faults.setdefault(fault.field, fault)
    return _Wanted(rule=rule if all(times.values()) else None, faults=faults)


def _moment(ctx: Context, name: str, text: str, faults: dict[str, Fault]) -> datetime | None:
    try:
        return reading.moment(text, ctx.config.timezone)
    except reading.Unclear:
        faults[name] = Fault(field=name, summary="日時が読めません", next_step="日付と時刻の両方を入れてください")
        return None


@login_required
@require_POST
def ask_to_lift(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    actor.require(Permission.RESUME)
    blackouts.ask_to_lift(ctx, actor, number, storable(request.POST.get("reason", "")).strip())
    messages.success(request, say("解除を申し出ました。ほかの広報担当に知らせます。決まるまでは止めたままです。"))
    return redirect("blackouts")


@login_required
@require_POST
def lift(request: HttpRequest, number: int) -> HttpResponse:
    blackouts.lift(office(), actor_of(request), number)
    messages.success(
        request,
        say("解除しました。保留になった配信は、まだ何も出ません。下の保留を一つずつ見直して、予定に戻してください。"),
    )
    return redirect("held")
