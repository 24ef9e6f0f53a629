"""People, for the operator: invite, change, dismiss, accept what people.yml asks; roles that two people give."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.errors import NotAllowed
from bot.services.approval import sheet
from bot.services.handing_in import sync
from bot.services.people import accounts, grants, requests
from bot.web.again import asks_again
from bot.web.asking import asks
from bot.web.office import actor_of, office
from bot.workflow.actors import ROLE_LABELS, Permission, Role

_ASKED = "%(name)s に決める役割を付けるには、もう1人の広報担当か運用担当の同意が要ります。「役割の付与」で待っています。"
_LISTS = ("addresses", "heads", "submits_for")
_BETWEEN = re.compile(r"[\s,、，]+")


def _manages(request: HttpRequest) -> bool:
    return actor_of(request).may(Permission.MANAGE_PEOPLE)


def _grants_roles(request: HttpRequest) -> bool:
    return actor_of(request).may(Permission.GRANT)


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@require_POST
@asks_again(_manages)
def invite(request: HttpRequest) -> HttpResponse:
    person, email = request.POST.get("person", "").strip(), request.POST.get("email", "").strip()
    return _invited(request, person, accounts.invite(office(), actor_of(request), person, _role(request), email))


@login_required
@require_POST
@asks_again(_manages)
def invite_again(request: HttpRequest, person: str) -> HttpResponse:
    return _invited(request, person, accounts.invite_again(office(), actor_of(request), person))


def _invited(request: HttpRequest, person: str, address: str) -> HttpResponse:
    if not address:
        messages.success(request, _ASKED % {"name": person})
        return redirect("people")
    return _page(request, person, address)


@login_required
@require_POST
@asks_again(_manages)
def change_role(request: HttpRequest, person: str) -> HttpResponse:
    given = accounts.change_role(office(), actor_of(request), person, _role(request))
    messages.success(request, f"{person} の役割を変えました。" if given else _ASKED % {"name": person})
    return redirect("people")


@login_required
@require_POST
@asks_again(_manages)
def change_standing(request: HttpRequest, person: str) -> HttpResponse:
    """Lists are typed with spaces or commas between."""
    given = request.POST
    standing: dict[str, str | list[str]] = {"department": given.get("department", "").strip()}
    for field in _LISTS:
        typed = given.get(field, "").strip()
        words = _BETWEEN.split(typed.lower() if field == "addresses" else typed)
        standing[field] = sorted({*words} - {""})
    keys = (line.split()[:2] for line in given.get("signing_keys", "").splitlines())
    standing["signing_keys"] = sorted({" ".join(words) for words in keys if words})
    accounts.change_standing(office(), actor_of(request), person, standing)
    messages.success(request, f"{person} の登録を変えました。")
    return redirect("people")


@login_required
@require_POST
@asks_again(_manages)
def accept(request: HttpRequest, person: str) -> HttpResponse:
    requests.accept(office(), actor_of(request), person, request.POST.get("digest", ""))
    if office().config.content_repository:
        sync.ask(office())  # what waited for this person is handed in now
    messages.success(request, f"{person} の求めを受け入れました。")
    return redirect("people")


@login_required
@require_GET
def grant_list(request: HttpRequest) -> HttpResponse:
    return _grants(request)


@login_required
@require_POST
@asks_again(_grants_roles)
def agree(request: HttpRequest, number: int) -> HttpResponse:
    address = accounts.agree(office(), actor_of(request), number)
    messages.success(request, "同意しました。役割を付けました。")
    return _grants(request, address)


@login_required
@require_POST
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    grants.refuse(office(), actor_of(request), number)
    messages.success(request, "役割を付けないことにしました。")
    return redirect("grants")


def _grants(request: HttpRequest, address: str = "") -> HttpResponse:
    actor = actor_of(request)
    actor.require(Permission.GRANT)
    rows = [
        {"grant": grant, "role": ROLE_LABELS[Role(grant.role)], "may": actor.person not in (grant.asked_by, grant.person)}
        for grant in grants.waiting(actor)
    ]
    return render(request, "grants.html", {"rows": rows, "address": address})


@login_required
@require_POST
def change_email(request: HttpRequest, person: str) -> HttpResponse:
    accounts.change_email(office(), actor_of(request), person, request.POST.get("email", "").strip())
    messages.success(request, f"{person} のアドレスを変えました。")
    return redirect("people")


def _named(request: HttpRequest, person: str) -> str:
    actor_of(request).require(Permission.MANAGE_PEOPLE)
    return sheet.name_of(office(), person)


@login_required
@require_POST
@asks("この人を利用者から外しますか。ログインと鍵が使えなくなります", "外す", _named)
def dismiss(request: HttpRequest, person: str) -> HttpResponse:
    accounts.dismiss(office(), actor_of(request), person)
    messages.success(request, f"{person} を外しました。ログインと鍵は、もう使えません。")
    return redirect("people")


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        raise NotAllowed(
            "no such role", summary="その役割はありません", next_step="一覧から選んでください", field="role"
        ) from None


def _page(request: HttpRequest, invited: str = "", address: str = "") -> HttpResponse:
    actor_of(request).require(Permission.MANAGE_PEOPLE)
    rows = [{"user": user, "role": ROLE_LABELS[Role(user.role)]} for user in accounts.everyone()]
    shown = {
        "rows": rows,
        "roles": ROLE_LABELS.items(),
        "invited": invited,
        "address": address,
        "requests": requests.waiting(office()),
        "grants": grants.waiting(actor_of(request)),
    }
    return render(request, "people.html", shown)
