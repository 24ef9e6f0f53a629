"""One path of a commit on its way into the queue: who committed it, is it that person's to hand in, is it the same post."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from bot.checks.finding import Finding, Level, from_errors
from bot.errors import BotError, ContentError, NotAllowed
from bot.language import say
from bot.repository.checkout import Refused
from bot.repository.mirror import Commit
from bot.services.approval import withdrawing
from bot.services.approval.submit import AlreadyPublished, NotReady, submit
from bot.services.delivery import replanning
from bot.services.delivery.stale import unsettled, void_if_changed
from bot.services.handing_in.sync_report import Item, Taken
from bot.services.people import hands, registered
from bot.services.people.hands import UnknownHand, Unsigned
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor
from bot.workflow.states import OCCUPIED

log = logging.getLogger(__name__)


class _Unfit(BotError):
    """Something about the commit itself keeps a path out of the queue."""

    def __init__(self, rule: str, summary: str, next_step: str) -> None:
        super().__init__(rule, summary=summary, next_step=next_step)
        self.rule = rule


def take(ctx: Context, path: str, commit: Commit | None, gone: Collection[str]) -> Item:
    """Hand the post at this path in, as the person who committed it. `gone` are paths that the branch has no longer.

    Never raises for what is wrong with the post.
    """
    person = ""
    try:
        actor = _actor(ctx, commit)
        person = actor.person
        # `submit` gives back an equal submission as it is; a number above the newest tells that one was made.
        newest = Submission.objects.order_by("-id").values_list("id", flat=True).first() or 0
        _require_sound(ctx, path, gone)
        made = submit(ctx, actor, ctx.absolute(path), commit.sha if commit else "")
        taken = Taken.SUBMITTED if made.id > newest else Taken.UNCHANGED
        return Item(path=path, taken=taken, person=person, submission=made.id, findings=_planned(ctx, path, made))
    except AlreadyPublished as e:
        return Item(path=path, taken=Taken.PUBLISHED, person=person, findings=(_finding(path, "sync.published", e, "warning"),))
    except NotReady as e:
        return _refused(path, person, *(replace(f, path=Path(path)) for f in e.findings))
    except ContentError as e:
        return _refused(path, person, *(replace(f, path=Path(path)) for f in from_errors(e)))
    except _Unfit as e:
        return _refused(path, person, _finding(path, e.rule, e))
    except UnknownHand as e:
        return _refused(path, person, _finding(path, "sync.unknown-author", e))
    except Unsigned as e:
        return _refused(path, person, _finding(path, "sync.unsigned", e))
    except NotAllowed as e:
        return _refused(path, person, _finding(path, "sync.not-allowed", e))
    except BotError as e:
        return _refused(path, person, _finding(path, "sync.failed", e))
    # One post that trips over a fault of ours must not keep the others of the push out.
    except Exception:
        log.exception("%s: could not be taken", path)
        return _refused(
            path, person, _at(path, "sync.failed", "内部の問題で申請できませんでした", "運用担当者に知らせてください")
        )


def refused_file(refused: Refused) -> Item:
    """A path that was not put into the content folder."""
    return _refused(refused.path, "", _at(refused.path, "sync.not-a-file", refused.summary, refused.next_step))


def withdraw(ctx: Context, path: str, commit: Commit | None) -> list[Item]:
    """The post's file is gone: withdraw what was not published. Call it before the file is taken away."""
    return [_withdraw(ctx, submission, commit) for submission in unsettled().filter(path=path)]


def _withdraw(ctx: Context, submission: Submission, commit: Commit | None) -> Item:
    person = ""
    # Withdrawing is somebody's decision; without a commit there is nobody to name, and `void_without_file` follows.
    if commit is None:  # a rewritten history: nobody's act, and without its file it is void
        return Item(path=submission.path, taken=Taken.WITHDRAWN, submission=submission.id)
    try:
        actor = _actor(ctx, commit)
        person = actor.person
        withdrawing.take_back(ctx, actor, submission)  # whose file they had before them
        return Item(path=submission.path, taken=Taken.WITHDRAWN, person=person, submission=submission.id)
    except _Unfit as e:
        found = _finding(submission.path, e.rule, e)
    except BotError as e:
        found = _finding(submission.path, "sync.not-allowed", e)
    return Item(path=submission.path, taken=Taken.REFUSED, person=person, submission=submission.id, findings=(found,))


def void_without_file(ctx: Context, path: str) -> None:
    """What nobody might withdraw has lost its file all the same, and its approval with it."""
    for submission in unsettled().filter(path=path):
        void_if_changed(ctx, submission)


def _actor(ctx: Context, commit: Commit | None) -> Actor:
    """The person whose mail address the commit bears; exactly one, who may still act."""
    key = hands.committed_by(ctx, commit.sha, commit.email) if commit is not None else ""
    if not key:
        raise _Unfit(
            "sync.unknown-author",
            summary="コミットした人がだれか分かりません",
            next_step="運用担当に、コミットのメールアドレスを利用者の1人に登録してもらってください",
        )
    user = registered.account(key)
    if not user.is_active:
        raise _Unfit(
            "sync.unknown-author",
            summary="コミットした人は、いまは利用者ではありません",
            next_step="運用担当者に確かめてください",
        )
    return user.actor


def _require_sound(ctx: Context, path: str, gone: Collection[str]) -> None:
    """Its pictures are there; one id, one file; and a file that got a new name is no new post."""
    library = ctx.library
    post = library.read(ctx.absolute(path))
    # The file is taken away only after the queue is told (ADR 8), so the folder alone would say that all is well.
    if lost := [p.file for p in post.files if ctx.relative(p.path) in gone]:  # still here, until the queue is told
        raise _Unfit(
            "media.missing",
            summary=say("画像「{value}」がコミットで消されています", value=lost[0][:80]),
            next_step="画像を戻すか、原稿の images: を直してください",
        )
    # A copied post keeps its id: taken as the same one, it would void the first.
    earlier = Submission.objects.filter(identity=post.identity).exclude(path__in=[path, *gone]).order_by("-id").first()
    if earlier is not None and _identity_at(ctx, earlier.path) == post.identity:
        raise _Unfit(
            "sync.same-id",
            summary=say("「{path}」と同じ id が書かれています", path=earlier.path),
            next_step="別の原稿なら id: を dxbot new で作ったものに変え、同じ原稿ならどちらかを消してください",
        )
    # git's rename detection is a guess and decides nothing here (ADR 8).
    if _was_sent_under_another_name(post.identity, post.source.text):
        raise _Unfit(
            "sync.renamed-without-id",
            summary="同じ文の原稿が、別のファイル名ですでに配信されています",
            next_step="id: のない原稿は、名前を変えると別の原稿になります。ファイル名を元に戻してください",
        )


def _identity_at(ctx: Context, path: str) -> str:
    """The id of the post that lies at a path, "" for none."""
    try:
        return ctx.library.read(ctx.absolute(path)).identity
    except BotError:
        return ""


def _was_sent_under_another_name(identity: str, text: str) -> bool:
    sent = Delivery.objects.filter(state__in=sorted(OCCUPIED), submission__source=text).exclude(identity=identity)
    return "." in identity and sent.exists()  # a path has a dot, an id has none


def _planned(ctx: Context, path: str, made: Submission) -> tuple[Finding, ...]:
    """When it goes out, where it is approved already."""
    if not (plan := replanning.plan_of(ctx, made)):
        return ()
    advice = "時刻を変えるときは、広報担当に頼んでください"
    return (replace(_at(path, "sync.planned", f"承認済みです。配信の予定：{plan}", advice), level="info"),)


def _refused(path: str, person: str, *findings: Finding) -> Item:
    return Item(path=path, taken=Taken.REFUSED, person=person, findings=findings)


def _at(path: str, rule: str, message: str, advice: str) -> Finding:
    return Finding(rule=rule, level="error", path=Path(path), line=1, column=1, message=message, advice=advice)


def _finding(path: str, rule: str, error: BotError, level: Level = "error") -> Finding:
    return replace(_at(path, rule, error.summary, error.next_step), level=level)
