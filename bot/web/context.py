"""What every page shows: the city's name, the person, the menu, the stop switch, the sandbox mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest

from bot.errors import ConfigError, ScheduleError
from bot.language import say
from bot.services import practice, training
from bot.services.approval import returned
from bot.services.delivery import disasters, pause, timekeeper
from bot.services.handing_in import drafts
from bot.services.pages import disasters as pages
from bot.services.pages import overview, queue
from bot.services.paper import layout
from bot.services.people import grants, requests
from bot.services.records.context import Context
from bot.services.telling import alarms
from bot.web import undo
from bot.web.office import actor_of, office
from bot.web.page_help import HELP
from bot.workflow.actors import ROLE_LABELS, Actor, Permission, Role
from bot.workflow.kinds import Bar

if TYPE_CHECKING:
    from bot.store.disaster import Danger
    from bot.store.models import Pause

_OFFICES = (
    ("words", "言葉の表", Permission.READ_ALL),
    ("connections", "接続", Permission.READ_ALL),
    ("audit", "操作の記録", Permission.READ_AUDIT),
)
_PERSONAL = (
    ("tokens", "自分の鍵"),
    ("mfa_index", "二つ目の認証"),
    ("usersessions_list", "ログイン中の端末"),
    ("account_change_password", "パスワードを変える"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the menu. `number` is how much waits there."""

    name: str
    label: str
    current: bool
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A stop, with why a disaster's stands, and how many deliveries it holds."""

    row: Pause
    label: str
    dangers: Sequence[Danger] = ()
    held: int = 0


@dataclass(frozen=True, kw_only=True)
class ShownClock:
    """A practice's clock; `following` is the moment to which it can be moved, None where there is none."""

    now: datetime
    following: datetime | None
    timelines: str


def city(request: HttpRequest) -> dict[str, object]:
    ctx = office()
    # The sandbox mark stands on every page: who takes practice for the real thing, or the other way, does harm.
    shown: dict[str, object] = {"sandbox": ctx.config.sandbox, **_city(ctx)}
    if request.user.is_authenticated:
        shown |= _practice(actor_of(request))
        shown["help"] = HELP.get(_name(request), "")
        shown["undo"] = undo.said(request)
        shown["role_label"] = ROLE_LABELS[Role(request.user.role)]
        shown["menu"] = _menu(request, ctx, actor_of(request))
        shown["personal"] = _personal(request)
        shown["alarms"] = alarms.unseen_by(actor_of(request))
        shown["pauses"] = [_stopped(ctx, row) for row in pause.active()]
        shown["closed_lanes"] = pause.closed_lanes()
        shown["wrong_clocks"] = timekeeper.wrong(ctx.clock.now())
    return shown


def _practice(actor: Actor) -> dict[str, object]:
    """Nothing in an office in earnest."""
    opened = practice.current()
    if opened is None:
        return {}
    try:
        following = practice.next_moment(opened.ctx)
    except (ConfigError, ScheduleError):
        following = None
    return {
        "practice": ShownClock(now=opened.clock.now(), following=following, timelines=opened.timelines),
        "training": training.course(actor),
        "training_offered": training.offered(opened.ctx, actor),
    }


def _name(request: HttpRequest) -> str:
    """Of the page's address."""
    return (request.resolver_match.url_name or "") if request.resolver_match else ""


def _city(ctx: Context) -> dict[str, object]:
    """The city's names. A slip of the pen in city.yml takes no page away, least of all the one with the stop."""
    try:
        return {"city": ctx.library.city}
    except ConfigError as e:
        return {"city": {"name": "", "office": ""}, "city_problem": e}


def _menu(request: HttpRequest, ctx: Context, actor: Actor) -> list[Entry]:
    at = _name(request)
    waiting = queue.waiting_count(ctx, actor)
    own = []
    if drafts.writes(ctx, actor):
        own = [Entry(name="drafts", label="書く", current=at in ("drafts", "write"), number=returned.count(actor))]
    return [
        Entry(name="home", label="今日", current=at == "home"),
        *own,
        Entry(name="queue", label="承認待ち", current=at == "queue", number=waiting),
        Entry(
            name="calendar",
            label="カレンダー",
            current=at in ("calendar", "blackouts", "settings", "rule_change", "office_texts"),
        ),
        Entry(name="deliveries", label="配信", current=at == "deliveries"),
        Entry(name="pictures", label="写真", current=at in ("pictures", "picture")),
        *([Entry(name="disasters", label="災害", current=at == "disasters")] if ctx.config.jma_base_url else []),
        Entry(name="held", label="保留", current=at == "held", number=overview.held_count(ctx, actor)),
        *([Entry(name="issues", label="紙面", current=at in ("issues", "issue"))] if _prints(ctx, actor) else []),
        *([Entry(name="achievement", label="評価", current=at == "achievement")] if actor.may(Permission.READ_ALL) else []),
        Entry(name="history", label="記録", current=at in ("history", "timeline")),
        *_people(ctx, actor, at),
        *[Entry(name=name, label=label, current=at == name) for name, label, needed in _OFFICES if actor.may(needed)],
    ]


def _people(ctx: Context, actor: Actor, at: str) -> list[Entry]:
    """Roles that wait for a second person stand in the menu while there are any."""
    found = []
    if actor.may(Permission.MANAGE_PEOPLE):
        found.append(Entry(name="people", label="利用者", current=at == "people", number=len(requests.waiting(ctx))))
    if waiting := grants.waiting(actor):
        found.append(Entry(name="grants", label="役割の付与", current=at == "grants", number=len(waiting)))
    return found


def _prints(ctx: Context, actor: Actor) -> bool:
    return actor.may(Permission.READ_ALL) and layout.has_layout(ctx)


def _personal(request: HttpRequest) -> list[Entry]:
    at = _name(request)
    return [Entry(name=name, label=label, current=at == name) for name, label in _PERSONAL]


def _stopped(ctx: Context, row: Pause) -> Stopped:
    if row.cause not in (Bar.DISASTER, Bar.LIGHT):
        return Stopped(row=row, label=ctx.spec(row.channel).label if row.channel else "全ての配信先")
    label = say("明るい話題だけ") if row.cause == Bar.LIGHT else "全ての配信先"
    return Stopped(row=row, label=label, dangers=disasters.of_pause(row), held=pages.held_count(Bar(row.cause)))
