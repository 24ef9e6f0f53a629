"""Corrections after printing: recorded here, printed in the next issue."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from bot.services import errata as corrections
from bot.services import paper
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission


@login_required
@require_http_methods(["GET", "POST"])
def errata(request: HttpRequest) -> HttpResponse:
    ctx, actor, given = office(), actor_of(request), request.POST
    actor.require(Permission.READ_ALL)
    if request.method == "POST":
        corrections.record(ctx, actor, given.get("issue", ""), given.get("wrong", ""), given.get("right", ""))
        messages.success(request, gettext("訂正を記録しました。"))
        return redirect("errata")
    layout = paper.layout(ctx)
    shown = {
        "lines": corrections.lines(ctx),
        "issues": sorted(layout.issues) if layout else [],
        "issue": request.GET.get("issue", ""),
        "may_decide": actor.may(Permission.DECIDE),
    }
    return render(request, "errata.html", shown)


@login_required
@require_POST
def withdraw_erratum(request: HttpRequest, number: int) -> HttpResponse:
    corrections.withdraw(office(), actor_of(request), number)
    messages.success(request, gettext("訂正を取り消しました。"))
    return redirect("errata")
