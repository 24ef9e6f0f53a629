"""The column of an issue, from what was approved for the paper, and from nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.errors import StaleApproval
from bot.newsletter import profile as profiles
from bot.newsletter.article import Article, from_post
from bot.newsletter.build import Press, build
from bot.render.variant import Bundle, Media, digest_of, read_bundle
from bot.services.context import Context
from bot.store.models import Submission
from bot.workflow.states import SubmissionState


def build_issue(ctx: Context, issue: str | None, directory: Path) -> tuple[Path, ...]:
    """The files of one issue (the next one by default). Raises NotFound if nothing was approved for it."""
    press = press_of(ctx)
    chosen = issue or next_issue(press.profile, ctx.clock.now())
    return build([article for _, article in approved_for(ctx, chosen)], press, chosen, directory)


def approved_for(ctx: Context, issue: str) -> list[tuple[Submission, Article]]:
    """What may go into the issue, in the order in which it was submitted."""
    return [(s, article) for s in _approved() if (article := _article(ctx, s, issue)) is not None]


def press_of(ctx: Context) -> Press:
    """What the office's paper is built with. Raises ConfigError naming the item."""
    city = ctx.library.city
    return Press(
        paper=city.paper,
        profile=profiles.load(ctx.config.schedules_dir / "newsletter.yml"),
        protected=city.protected_words,
        templates=ctx.config.templates_dir,
    )


def next_issue(profile: profiles.Profile, now: datetime) -> str:
    """The first issue whose copy deadline has not passed; else the month after this one."""
    open_issues = [issue for issue, deadline in sorted(profile.issues.items()) if deadline >= now.date()]
    if open_issues:
        return open_issues[0]
    year, month = divmod(now.year * 12 + now.month, 12)
    return f"{year}-{month + 1:02d}"


def _approved() -> list[Submission]:
    return list(Submission.objects.filter(state=SubmissionState.APPROVED).order_by("submitted_at", "id"))


def _article(ctx: Context, submission: Submission, issue: str) -> Article | None:
    """None if it is not for this issue. A post without an issue of its own goes into the one that is being built."""
    if digest_of(submission.bundle) != submission.digest:
        raise StaleApproval(
            f"submission {submission.id} differs from what was approved",
            summary="保存された内容が、承認された内容と一致しません",
            next_step="運用担当者が原因を調べてください",
        )
    bundle: Bundle = read_bundle(submission.bundle)
    variant = bundle.variant("newsletter")
    if variant is None or bundle.wish.get("issue", "") not in ("", issue):
        return None
    post = ctx.library.parse(ctx.absolute(submission.path), submission.source.encode())
    media = tuple(_with_data(submission, m) for m in variant.media)
    return from_post(post, variant.parts[0].text, media, issue)


def _with_data(submission: Submission, media: Media) -> Media:
    data = bytes(submission.blobs.get(sha256=media.sha256).data)
    assert hashlib.sha256(data).hexdigest() == media.sha256  # noqa: S101 kept under its own hash
    return replace(media, data=data)
