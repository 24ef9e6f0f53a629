"""今日: the first page of everybody, by what they may do."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.services.approval import mentions, suggestions
from bot.services.handing_in import drafts
from bot.services.pages import overview
from bot.services.pages import today as page
from bot.services.records.context import Context
from bot.web.office import actor_of, office
from bot.workflow.actors import Actor, Permission, Role


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    count, rows = page.waiting(ctx, actor)
    shown = {
        "today": ctx.today,
        "public_site": ctx.config.public_url.rstrip("/"),
        "waiting": rows,
        "waiting_count": count,
        "outings": page.outings(ctx, actor),
        "returned": page.returned_and_not_mended(ctx, actor),
        "mentions": mentions.waiting(ctx, actor),
        "suggestions": suggestions.mine(actor),
        "writes": drafts.writes(ctx, actor),
        **_for_office(ctx, actor),
        **_for_writers(ctx, actor),
    }
    return render(request, "today.html", shown)


def _for_office(ctx: Context, actor: Actor) -> dict[str, object]:
    if not actor.may(Permission.READ_ALL):
        return {}
    return {
        "oversees": True,
        "decides": actor.may(Permission.DECIDE),
        "held_count": overview.held_count(ctx, actor),
        "undecided_count": overview.doubtful_count(ctx, actor),
        "deadline": page.next_deadline(ctx),
        "accounts": page.accounts(ctx, actor),
        "yearly": page.yearly_to_come(ctx),
        "troubles": page.troubles(ctx) if actor.role is Role.OPERATOR else None,
    }


def _for_writers(ctx: Context, actor: Actor) -> dict[str, object]:
    if actor.role not in (Role.LEADER, Role.TRAINEE):
        return {}
    return {
        "author": True,
        "drafts": page.my_drafts(actor),
        "yearly": [row for row in page.yearly_to_come(ctx) if row.author == actor.person],
        "lately_out": page.lately_out(ctx, actor),
        "ideas": page.ideas(ctx),
    }
