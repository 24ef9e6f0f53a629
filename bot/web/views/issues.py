"""The newsletter: which issue holds what, in which order, how it fits, and its release for printing."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bot.errors import BotError, NotAllowed
from bot.services import issue_desk, issues
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission

_TYPES = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# What each file is for, by the end of its name, in the order of use.
FILES = (
    (".pdf", "校正刷り（PDF）"),
    (".html", "組み見本（HTML）"),
    (".txt", "流し込み原稿"),
    ("-indesign.txt", "InDesign のタグ付きテキスト"),
    (".docx", "縦書きの Word ファイル"),
    ("-article.html", "読むための横書きの文章"),
    ("-trial.idml", "IDML（試験的）"),
    ("-fit.json", "行数の報告"),
)


@login_required
@require_GET
def issue_list(request: HttpRequest) -> HttpResponse:
    return render(request, "issues.html", {"lines": issue_desk.overview(office(), actor_of(request))})


@login_required
@require_GET
def issue(request: HttpRequest, name: str) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    desk = issue_desk.desk(ctx, actor, name)
    built: issues.Built | None = None
    problem: BotError | None = None
    try:
        built = issues.build(ctx, name)
    except BotError as e:
        problem = e
    shown = {
        "desk": desk,
        "built": built,
        "problem": problem,
        "files": _files(built) if built else [],
        "release": issues.signed_off(built) if built else None,
        "may_plan": actor.may(Permission.PLAN),
        "may_decide": actor.may(Permission.DECIDE),
    }
    return render(request, "issue.html", shown)


def _files(built: issues.Built) -> list[tuple[str, str]]:
    """Label and name."""
    stem = min((file.name for file in built.files), key=len).rpartition(".")[0]
    names = {file.name for file in built.files}
    return [(label, stem + ending) for ending, label in FILES if stem + ending in names]


@login_required
@require_POST
def arrange(request: HttpRequest, name: str) -> HttpResponse:
    given = request.POST
    seen = _number(given.get("revision", ""))
    headline = " ".join(given.get("headline", "").split())
    issue_desk.arrange(office(), actor_of(request), name, headline, _chosen(given), seen)
    messages.success(request, gettext("割り付けを決めました。"))
    return redirect("issue", name)


def _chosen(given: QueryDict) -> dict[str, int]:
    """The ticked posts by the number before them; what has none comes last, in the order of the page."""
    ticked = given.getlist("take")
    ordered = sorted(ticked, key=lambda identity: _number(given.get(f"order-{identity}", "")) or len(ticked) + 1)
    return {identity: _number(given.get(f"lines-{identity}", "")) for identity in ordered}


def _number(text: str) -> int:
    """Raises NotAllowed for what is no number; 0 for nothing."""
    if not text.strip():
        return 0
    if not (text.strip().isdecimal() and len(text) < 6):
        raise NotAllowed("not a number", summary=f"「{text[:20]}」は数ではありません", next_step="数字で書いてください")
    return int(text)


@login_required
@require_POST
def sign_off(request: HttpRequest, name: str) -> HttpResponse:
    if not request.POST.get("looked"):
        raise NotAllowed(
            "not looked at", summary="校正刷りを見た印がありません", next_step="校正刷りを開いて確かめ、印を付けてください"
        )
    issues.sign_off(office(), actor_of(request), name, request.POST.get("digest", ""))
    messages.success(request, gettext("校了にしました。"))
    return redirect("issue", name)


@login_required
@require_GET
def issue_file(request: HttpRequest, name: str, digest: str, file: str) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    actor.require(Permission.READ_ALL)
    found = issues.file_of(ctx, name, digest, file)
    kind = _TYPES.get(found.suffix, "application/octet-stream")
    shown = "inline" if found.suffix == ".pdf" else "attachment"
    return HttpResponse(
        found.read_bytes(), content_type=kind, headers={"Content-Disposition": f'{shown}; filename="{found.name}"'}
    )
