"""Proposing a change of the author's own text: an accepted one makes whoever proposed it a hand in the post (ADR 20)."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bot.content import post_form
from bot.errors import NotAllowed, NotFound
from bot.language import say
from bot.services.approval import review
from bot.services.people import hands
from bot.services.records import audit
from bot.services.records.approved import approved
from bot.services.records.context import Context
from bot.store.drafts import Draft
from bot.store.hands import Edit
from bot.store.models import Submission
from bot.store.talk import Suggestion
from bot.workflow.actors import Actor, Permission
from bot.workflow.roads import Road
from bot.workflow.states import IN_QUEUE, SubmissionState

SUGGEST, ACCEPT, DECLINE = "suggest", "accept_suggestion", "decline_suggestion"
_OPEN_TO = {*IN_QUEUE, SubmissionState.RETURNED}


def may_suggest(ctx: Context, actor: Actor, submission: Submission) -> bool:
    """Those who decide or confirm, on what they did not write; its newest submission, while it can still be mended."""
    own = actor.person in (submission.author, submission.submitted_by)
    looks = actor.may(Permission.DECIDE) or actor.may(Permission.CONFIRM)
    newer = Submission.objects.filter(identity=submission.identity, id__gt=submission.id)
    seen = Submission.objects.filter(review.readable(ctx, actor), id=submission.id)
    return looks and not own and submission.state in _OPEN_TO and seen.exists() and not newer.exists()


def suggest(ctx: Context, actor: Actor, submission_id: int, before: str, after: str, *, reason: str, known: bool) -> Suggestion:
    """`before` must stand once in the text. `known`: this person was told what an accepted one means for them."""
    actor.require(Permission.COMMENT)
    submission = review.readable_by(ctx, actor, submission_id)
    if not may_suggest(ctx, actor, submission):
        raise NotAllowed(
            "not open to suggestions of this person",
            summary="この申請には、直しを提案できません",
            next_step="自分の原稿は「直す」から直し、新しい申請があれば、そちらに提案してください",
        )
    before, after, reason = (text.replace("\r\n", "\n").strip() for text in (before, after, reason))
    _require_words(before, after, reason)
    if not known:
        raise NotAllowed(
            "not told of the consequence",
            summary="提案すると承認できなくなることを、確かめていません",
            next_step="よければ、下の欄に印を付けてください",
            field="known",
        )
    field, start = _place(submission, before)
    now = ctx.clock.now()
    with transaction.atomic():
        made = Suggestion.objects.create(
            submission=submission,
            field=field,
            start=start,
            before=before,
            after=after,
            reason=reason,
            person=actor.person,
            at=now,
        )
        _record(ctx, actor, made, SUGGEST, reason)
    return made


def _require_words(before: str, after: str, reason: str) -> None:
    missing = {
        "before": ("もとの文がありません", "原稿の文から、直したい所を写してください", before),
        "after": ("直した文がありません", "消したいときは、前か後の文と合わせて書き直してください", after),
        "why": ("提案の理由がありません", "書いた人が決められるように、理由を書いてください", reason),
    }
    for field, (summary, next_step, said) in missing.items():
        if not said:
            raise NotAllowed(f"no {field}", summary=summary, next_step=next_step, field=field)
    if before == after:
        raise NotAllowed("the same", summary="もとの文と同じです", next_step="直した文を書いてください", field="after")


def _place(submission: Submission, before: str) -> tuple[str, int]:
    """The field and the character where the passage stands. Raises NotAllowed unless it stands there once."""
    texts = post_form.prose(post_form.read(Path(submission.path), submission.source))
    count = sum(text.count(before) for text in texts.values())
    if count != 1:
        raise NotAllowed(
            f"stands there {count} times",
            summary=say("もとの文が、原稿に{count}か所あります", count=count) if count else "もとの文が、原稿の文にありません",
            next_step="原稿の文から、前後も含めて、そのまま写してください",
            field="before",
        )
    return next((name, text.index(before)) for name, text in texts.items() if before in text)


def waiting(path: str) -> list[Suggestion]:
    """What the author of this file has still to decide, in the order in which it was proposed."""
    return list(_waiting().filter(submission__path=path)) if path else []


def mine(actor: Actor) -> list[Suggestion]:
    """What this person, who wrote or handed in the post, has still to decide while it can be mended; the newest first."""
    mendable = Submission.objects.filter(identity=OuterRef("submission__identity"), state__in=sorted(_OPEN_TO))
    own = Q(submission__author=actor.person) | Q(submission__submitted_by=actor.person)
    found = _waiting().filter(own, Exists(mendable)).order_by("-id")
    return list(found.defer("submission__bundle", "submission__source"))


def of_post(ctx: Context, actor: Actor, submission: Submission) -> list[Suggestion]:
    """Those on this submission, and those still undecided on earlier ones of the post that this person may see."""
    seen = Submission.objects.filter(review.readable(ctx, actor), identity=submission.identity, id__lte=submission.id)
    found = Suggestion.objects.filter(Q(submission=submission) | Q(accepted=None), submission__in=seen)
    return list(found.order_by("id"))


def open_one(path: str, number: int) -> Suggestion:
    """Raises NotFound for what was decided meanwhile as for what is another post's."""
    found = _waiting().filter(id=number, submission__path=path).first() if path else None
    if found is None:
        raise NotFound("no such suggestion", summary="この提案は、もう決まっています", next_step="画面を開き直してください")
    return found


def _waiting() -> QuerySet[Suggestion]:
    return Suggestion.objects.filter(accepted=None).select_related("submission").order_by("id")


def accept(ctx: Context, actor: Actor, found: Suggestion, path: str, draft: Draft | None = None) -> None:
    """In the caller's transaction, in which the text at `path` takes it in. Whoever proposed it had a hand in the post from now
    on."""
    _decide(ctx, actor, found, ACCEPT)
    Suggestion.objects.filter(id=found.id).update(draft=draft)
    # As an Edit it counts for whatever is handed in from now on, by whichever road (ADR 20); the submission that waits now
    # holds none of these words, but its suggester was told that they decide nothing about this post any more.
    _count(found, path)
    held = Submission.objects.select_for_update().get(id=found.submission_id)
    if held.state in _OPEN_TO:
        hand = hands.Hand(road=Road.WEB, commit="", people=(found.person,))
        Submission.objects.filter(id=held.id).update(hands=[*held.hands, hands.hand_as_kept(hand)])


def count_again(draft: Draft) -> None:
    """Before the draft is handed in: the post may have been approved meanwhile without what the draft has taken in."""
    for found in Suggestion.objects.filter(draft=draft).select_related("submission"):
        _count(found, draft.path)


def give_back(draft: Draft) -> None:
    """The draft is thrown away, and what it had taken in with it: its author has to decide anew. That somebody's words stood in
    it stays counted."""
    undecided = {"accepted": None, "decided_by": "", "decided_at": None, "draft": None}
    Suggestion.objects.filter(draft=draft).update(**undecided)


def _count(found: Suggestion, path: str) -> None:
    # Under the path that is handed in: the post may have been moved since somebody proposed it.
    Edit.objects.create(road=Road.WEB, path=path, person=found.person)


def decline(ctx: Context, actor: Actor, found: Suggestion, answer: str) -> None:
    actor.require(Permission.SUBMIT)
    if not answer.strip():
        raise NotAllowed(
            "declined without a reason",
            summary="見送る理由がありません",
            next_step="提案した人に伝わるように、理由を書いてください",
            field=f"answer-to-{found.id}",
        )
    with transaction.atomic():
        _decide(ctx, actor, found, DECLINE, answer.strip())


def take_note(ctx: Context, actor: Actor, identity: str, path: str, text: str) -> None:
    """In the caller's transaction: what the author wrote over by hand is accepted, too; its words are in the text now. Of one
    that was declined only the hand is counted."""
    told = Suggestion.objects.filter(submission__identity=identity).exclude(accepted=True)
    for one in told.select_related("submission").order_by("id"):
        if not _came_in(one, one.submission.source, text) or _was_in_what_was_approved(one, text):
            continue
        if one.accepted is None:
            accept(ctx, actor, one, path)
        else:
            _count(one, path)


def _came_in(one: Suggestion, then: str, now: str) -> bool:
    """Is there more of the new words than then, and less of the old?"""
    (old_then, new_then), (old_now, new_now) = _counted(one, then), _counted(one, now)
    return new_now > new_then and old_now < old_then


def _was_in_what_was_approved(one: Suggestion, now: str) -> bool:
    """An approval since then was given by others, of these words: hands are counted from it on (ADR 20)."""
    since = Submission.objects.filter(approved(), identity=one.submission.identity, id__gt=one.submission_id).last()
    return since is not None and _counted(one, since.source)[1] >= _counted(one, now)[1]


def _counted(one: Suggestion, text: str) -> tuple[int, int]:
    """How often the old words and the new ones stand there; where one holds the other, it is not counted as both. A line may
    have been broken elsewhere."""
    text, before, after = ("".join(said.split()) for said in (text, one.before, one.after))
    longer, shorter = (before, after) if len(before) > len(after) else (after, before)
    counts = {longer: text.count(longer), shorter: text.replace(longer, "\0").count(shorter)}
    return counts[before], counts[after]


def _decide(ctx: Context, actor: Actor, found: Suggestion, verb: str, answer: str = "") -> None:
    now = ctx.clock.now()
    # Of two presses of the button one is recorded.
    still = Suggestion.objects.filter(id=found.id, accepted=None)
    if not still.update(accepted=verb == ACCEPT, decided_by=actor.person, decided_at=now, answer=answer):
        raise NotFound("decided meanwhile", summary="この提案は、もう決まっています", next_step="画面を開き直してください")
    _record(ctx, actor, found, verb, answer)


def _record(ctx: Context, actor: Actor, made: Suggestion, verb: str, why: str) -> None:
    told = f"suggestion:{made.id} 「{made.before}」→「{made.after}」{why}"
    audit.record(ctx.clock.now(), actor.person, verb, f"submission:{made.submission_id}", detail=told)
