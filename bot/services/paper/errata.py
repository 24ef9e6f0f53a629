"""訂正: a box in the next issue says what an issue printed wrongly."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from bot.errors import NotAllowed, NotFound
from bot.language import say
from bot.newsletter.arrangement import issue_name
from bot.services.paper import column, layout
from bot.services.paper.column import press_of
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import Submission
from bot.store.newsletter import Erratum, SignOff
from bot.workflow.actors import Actor, Permission

CORRECT, DROP, WAITS = "correct_issue", "drop_correction", "correction_waits"  # in the audit log
MOST = 300  # characters
_IN_MAKING = timedelta(days=31)  # after its copy deadline, so long may an issue that is not released be still in the making


def add(ctx: Context, actor: Actor, issue: str, wrong: str, right: str) -> str:
    """Have the next issue that is not released correct this one; which issue is that? Raises NotAllowed for an empty text or
    one too long, and where no later issue is known."""
    actor.require(Permission.PLAN)
    wrong, right = (" ".join(text.split()) for text in (wrong, right))
    if not (0 < len(wrong) <= MOST and 0 < len(right) <= MOST):
        raise NotAllowed(
            "an empty or a long correction",
            summary="訂正の「誤り」か「正しい内容」がないか、長すぎます",
            next_step=say("どちらも{most}字までで書いてください", most=MOST),
            field="right" if 0 < len(wrong) <= MOST else "wrong",
        )
    now, later = ctx.clock.now(), _next(ctx, issue)
    with transaction.atomic():
        Erratum.objects.create(issue=issue, told_in=later, wrong=wrong, right=right, officer=actor.person, at=now)
        audit.record(now, actor.person, CORRECT, f"issue:{issue}", detail=f"{issue_name(later)}：{wrong} → {right}")
    return later


def follow(ctx: Context, actor: Actor, submission: Submission) -> None:
    """A post that was printed is corrected in the box of the next issue, and not printed again; one that waits for its issue is
    printed there as it is now. In the transaction of the approval. Where no later issue is known, the office is told."""
    earlier = Submission.objects.filter(identity=submission.identity).exclude(id=submission.id)
    release = SignOff.objects.filter(submissions__in=earlier).order_by("-id").first()
    if release is None:
        waiting = earlier.exclude(issue="").order_by("-id").values_list("issue", flat=True).first()
        submission.issue = submission.issue or waiting or ""
        submission.save(update_fields=["issue"])
        column.take_in(ctx, submission)
        return
    submission.issue = ""
    submission.save(update_fields=["issue"])
    noted = submission.correction or {}
    wrong, right = str(noted["wrong"]), str(noted["right"])
    now, name = ctx.clock.now(), f"submission:{submission.id}"
    try:
        later = _next(ctx, release.issue)
    except NotAllowed as e:
        audit.record(now, actor.person, WAITS, name, digest=submission.digest, detail=f"{e.summary}。{e.next_step}")
        return
    Erratum.objects.create(issue=release.issue, told_in=later, wrong=wrong, right=right, officer=actor.person, at=now)
    detail = f"{issue_name(later)}：{wrong} → {right}"
    audit.record(now, actor.person, CORRECT, f"issue:{release.issue}", digest=submission.digest, detail=detail)


def drop(ctx: Context, actor: Actor, number: int) -> str:
    """Take back a correction; returns its issue. Raises NotFound for none, NotAllowed where its issue is released."""
    actor.require(Permission.PLAN)
    found = Erratum.objects.filter(id=number).first()
    if found is None:
        raise NotFound("no such correction", summary="その訂正はありません", next_step="号の画面を開き直してください")
    if SignOff.objects.filter(issue=found.told_in).exists():
        raise NotAllowed(
            "already released",
            summary="校了になった号の訂正は取り消せません",
            next_step="その号を直すときは、広報担当がもう一度校了にしてください",
        )
    with transaction.atomic():
        found.delete()
        detail = f"{issue_name(found.told_in)}：{found.wrong} → {found.right}"
        audit.record(ctx.clock.now(), actor.person, DROP, f"issue:{found.issue}", detail=detail)
    return found.told_in


def of(issue: str) -> list[Erratum]:
    """What this issue is to correct."""
    return list(Erratum.objects.filter(told_in=issue).order_by("id"))


def _next(ctx: Context, issue: str) -> str:
    deadlines = layout.deadlines(ctx, press_of(ctx).profile)
    own, released = deadlines.of(issue), set(SignOff.objects.values_list("issue", flat=True))
    later = deadlines.since(max(own + timedelta(days=1), ctx.today - _IN_MAKING)) if own else iter(())
    found = next((name for _, name in later if name not in released), None)
    if found is None:
        raise NotAllowed(
            "no later issue",
            summary="訂正を載せる次の号が登録されていません",
            next_step="schedules/newsletter.yml の monthly か issues に、次の号と締切を書いてください",
        )
    return found
