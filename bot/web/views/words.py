"""The city's own word list: what stands in it, and what officers want to add."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot.content.words import Word
from bot.errors import FileError, NotAllowed
from bot.language import say
from bot.services.handing_in import words
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it was typed, to be shown again; from a finding or a return, with the word that it was about."""

    wrong: str = ""
    right: str = ""
    reason: str = ""


@login_required
def word_list(request: HttpRequest) -> HttpResponse:
    """The page; and what its form sends."""
    actor_of(request).require(Permission.READ_ALL)
    if request.method != "POST":
        return _page(request, Typed(wrong=request.GET.get("wrong", "")[:40], right=request.GET.get("right", "")[:40]))
    typed = Typed(**{name: request.POST.get(name, "") for name in ("wrong", "right", "reason")})
    try:
        words.propose(office(), actor_of(request), typed.wrong, typed.right, typed.reason)
    except NotAllowed as e:
        if not actor_of(request).may(Permission.DECIDE):
            raise
        return _page(request, typed, e, status=422)
    messages.success(request, say("提案しました。ほかの広報担当が受け入れると、言葉の表に入ります。"))
    return redirect("words")


@login_required
@require_POST
def accept_word(request: HttpRequest, number: int) -> HttpResponse:
    row = words.accept(office(), actor_of(request), number)
    said = say("「{wrong}」→「{right}」を言葉の表に加えました。", wrong=row.wrong, right=row.right)
    messages.success(request, said)
    return redirect("words")


@login_required
@require_POST
def decline_word(request: HttpRequest, number: int) -> HttpResponse:
    words.decline(office(), actor_of(request), number)
    messages.success(request, say("提案を見送りました。"))
    return redirect("words")


def _page(request: HttpRequest, typed: Typed, fault: NotAllowed | None = None, status: int = 200) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    problem: FileError | None = None
    listed: tuple[Word, ...] = ()
    try:
        listed = ctx.library.words
    except FileError as e:
        problem = e
    shown = {
        "proposals": words.waiting(),
        "listed": listed,
        "problem": problem,
        "typed": typed,
        "fault": fault,
        "person": actor.person,
        "may_decide": actor.may(Permission.DECIDE),
    }
    return render(request, "words.html", shown, status=status)
