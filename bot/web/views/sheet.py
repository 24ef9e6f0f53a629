"""The 起案 sheet, to print and as a Word file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.services.approval import review
from bot.services.approval import sheet as sheets
from bot.services.records import audit
from bot.web.office import actor_of, office

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_GET
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    found = review.readable_by(office(), actor_of(request), number)
    return render(request, "sheet.html", {"sheet": sheets.sheet(office(), found), "question": sheets.QUESTION})


@login_required
@require_GET
def docx(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    found = review.readable_by(ctx, actor, number)
    audit.note(ctx, actor.person, audit.EXPORTED, f"submission:{number}")
    named = {"Content-Disposition": f'attachment; filename="kian-{number}.docx"'}
    return HttpResponse(sheets.as_docx(ctx, sheets.sheet(ctx, found)), content_type=_WORD, headers=named)
