"""People, for the operator: invite, invite again, change a role, dismiss."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.errors import NotAllowed
from bot.services.people import accounts
from bot.web.accounts import asks_again
from bot.web.office import actor_of, office
from bot.workflow.actors import ROLE_LABELS, Permission, Role


def _manages(request: HttpRequest) -> bool:
    return actor_of(request).may(Permission.MANAGE_PEOPLE)


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@require_POST
@asks_again(_manages)
def invite(request: HttpRequest) -> HttpResponse:
    person, email = request.POST.get("person", "").strip(), request.POST.get("email", "").strip()
    return _page(request, person, accounts.invite(office(), actor_of(request), person, _role(request), email))


@login_required
@require_POST
@asks_again(_manages)
def invite_again(request: HttpRequest, person: str) -> HttpResponse:
    return _page(request, person, accounts.invite_again(office(), actor_of(request), person))


@login_required
@require_POST
@asks_again(_manages)
def change_role(request: HttpRequest, person: str) -> HttpResponse:
    accounts.change_role(office(), actor_of(request), person, _role(request))
    messages.success(request, f"{person} の役割を変えました。")
    return redirect("people")


@login_required
@require_POST
def change_email(request: HttpRequest, person: str) -> HttpResponse:
    accounts.change_email(office(), actor_of(request), person, request.POST.get("email", "").strip())
    messages.success(request, f"{person} のアドレスを変えました。")
    return redirect("people")


@login_required
@require_POST
def dismiss(request: HttpRequest, person: str) -> HttpResponse:
    accounts.dismiss(office(), actor_of(request), person)
    messages.success(request, f"{person} を外しました。ログインと鍵は、もう使えません。")
    return redirect("people")


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        raise NotAllowed("no such role", summary="その役割はありません", next_step="一覧から選んでください") from None


def _page(request: HttpRequest, invited: str = "", address: str = "") -> HttpResponse:
    actor_of(request).require(Permission.MANAGE_PEOPLE)
    rows = [{"user": user, "role": ROLE_LABELS[Role(user.role)]} for user in accounts.everyone()]
    shown = {"rows": rows, "roles": ROLE_LABELS.items(), "invited": invited, "address": address}
    return render(request, "people.html", shown)
