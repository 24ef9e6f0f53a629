"""The city's own word list: what stands in it, and what officers want to add."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot.content.words import Word
from bot.errors import FileError
from bot.language import say
from bot.services.handing_in import words
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission


@login_required
def word_list(request: HttpRequest) -> HttpResponse:
    """The page; and what its form sends."""
    actor_of(request).require(Permission.READ_ALL)
    if request.method != "POST":
        return _page(request)
    given = request.POST
    words.propose(office(), actor_of(request), given.get("wrong", ""), given.get("right", ""), given.get("reason", ""))
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


def _page(request: HttpRequest) -> HttpResponse:
    """From a finding or a return, the form has the word that it was about."""
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
        "wrong": request.GET.get("wrong", "")[:40],
        "right": request.GET.get("right", "")[:40],
        "person": actor.person,
        "may_decide": actor.may(Permission.DECIDE),
    }
    return render(request, "words.html", shown)
