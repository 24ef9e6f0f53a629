"""The newsletter: which issue holds what, in which order, how it fits, and its release for printing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.errors import BotError, NotAllowed
from bot.language import say
from bot.newsletter.arrangement import IssueArrangement, said_issue
from bot.services.paper import errata, issue_desk, issues, printed
from bot.services.records.context import Context
from bot.text.difference import difference
from bot.values import reading
from bot.web import issue_rules
from bot.web.office import actor_of, office
from bot.workflow.actors import Actor, Permission

if TYPE_CHECKING:
    from bot.store.newsletter import SignOff

_MOST = 9_999  # posts, or lines, of an issue
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
        # What cannot be set is said on the page, where the arrangement can be changed so that it can.
        built = issues.build(ctx, name)
    except BotError as e:
        problem = e
    release, record = issues.released(name), printed.last(name)
    current = release is not None and built is not None and release.digest == built.digest
    shown = _about(desk, actor) | {
        "built": built,
        "problem": problem,
        "files": _files(built.files) if built else [],
        "release": release,
        "current": current,
        "changed": issues.changed_since(release, built) if release and built and not current else (),
        "released_files": _released(ctx, release) if release and not current else [],
        "record": record,
        "differences": difference(record.handed_over, record.text) if record else (),
        "printed_text": record.text if record else release.text if release else built.text if built else "",
        "most": printed.MOST,
        "errata": errata.of(name),
        "longest": errata.MOST,
    }
    return render(request, "issue.html", shown)


def _about(desk: issue_desk.Desk, actor: Actor) -> dict[str, Any]:
    return {
        "desk": desk,
        "may_plan": actor.may(Permission.PLAN),
        "may_decide": actor.may(Permission.DECIDE),
    } | issue_rules.shown(desk)


def _files(files: Sequence[Path]) -> list[tuple[str, str]]:
    """Label and name."""
    # The shortest name is the one without a purpose behind it, such as -indesign.
    stem = min((file.name for file in files), key=len).rpartition(".")[0]
    names = {file.name for file in files}
    return [(label, stem + ending) for ending, label in FILES if stem + ending in names]


def _released(ctx: Context, release: SignOff) -> list[tuple[str, str]]:
    """Nothing where they are lost: then the page says so."""
    try:
        return _files(issues.released_files(ctx, release))
    except BotError:
        return []


@login_required
@require_POST
def arrange(request: HttpRequest, name: str) -> HttpResponse:
    given, ctx, actor = request.POST, office(), actor_of(request)
    wanted = IssueArrangement(
        issue=name,
        headline=" ".join(given.get("headline", "").split()),
        posts=issue_rules.moved(_chosen(given), given),
        **issue_rules.chosen(given),
    )
    if given.keys() & {"look", "up", "down"}:
        # Whoever arranged it meanwhile is told at the decision, as without a look (ADR 10).
        then = replace(issue_desk.tried(ctx, actor, wanted), revision=_number(given.get("revision", "")))
        trial = issue_rules.compared(issue_desk.desk(ctx, actor, name), then)
        return render(request, "issue.html", _about(then, actor) | {"trial": trial})
    issue_desk.arrange(ctx, actor, wanted, _number(given.get("revision", "")))
    messages.success(request, say("割り付けを決めました。"))
    return redirect("issue", name)


def _chosen(given: QueryDict) -> dict[str, int]:
    """The ticked posts by the number before them; what has none comes last, in the order of the page."""
    ticked = given.getlist("take")
    ordered = sorted(
        ticked, key=lambda identity: _number(given.get(f"order-{identity}", ""), f"order-{identity}") or len(ticked) + 1
    )
    return {identity: _number(given.get(name, ""), name) for identity in ordered for name in (f"lines-{identity}",)}


def _number(text: str, field: str = "") -> int:
    """Raises NotAllowed for what is no number; 0 for nothing. `field` is the name of where it was typed."""
    if not text.strip():
        return 0
    number = reading.ordinal(text.strip())
    if number is None or number > _MOST:
        raise NotAllowed(
            "not a number",
            summary=say("「{text}」は数ではありません", text=text[:20]),
            next_step="数字で書いてください",
            field=field,
        )
    return number


@login_required
@require_POST
def sign_off(request: HttpRequest, name: str) -> HttpResponse:
    if not request.POST.get("looked"):
        raise NotAllowed(
            "not looked at",
            summary="校正刷りを見た印がありません",
            next_step="校正刷りを開いて確かめ、印を付けてください",
            field="looked",
        )
    issues.sign_off(office(), actor_of(request), name, request.POST.get("digest", ""))
    messages.success(request, say("校了にしました。"))
    return redirect("issue", name)


@login_required
@require_POST
def record(request: HttpRequest, name: str) -> HttpResponse:
    printed.record(office(), actor_of(request), name, request.POST.get("text", ""))
    messages.success(request, say("紙面に載った文を記録しました。"))
    return redirect("issue", name)


@login_required
@require_POST
def correct(request: HttpRequest, name: str) -> HttpResponse:
    given = request.POST
    later = errata.add(office(), actor_of(request), name, given.get("wrong", ""), given.get("right", ""))
    messages.success(request, say("{issue}の訂正の欄に入れました。", issue=said_issue(later)))
    return redirect("issue", later)


@login_required
@require_POST
def drop_correction(request: HttpRequest, number: int) -> HttpResponse:
    later = errata.drop(office(), actor_of(request), number)
    messages.success(request, say("訂正を取り消しました。"))
    return redirect("issue", later)


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
