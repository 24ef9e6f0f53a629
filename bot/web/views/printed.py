"""What was really printed of an issue: shown beside what was released, and entered."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bot.services import printed as prints
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission


@login_required
@require_http_methods(["GET", "POST"])
def printed(request: HttpRequest, issue: str) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    actor.require(Permission.READ_ALL)
    if request.method == "POST":
        prints.record(ctx, actor, issue, request.POST.get("text", ""))
        messages.success(request, gettext("紙面の文を記録しました。"))
        return redirect("printed", issue)
    shown = {"record": prints.of_issue(issue), "may_decide": actor.may(Permission.DECIDE)}
    return render(request, "printed.html", shown)
