"""An issue of the newsletter on its way to the printer: built from what was approved, and released by an officer (校了)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from bot.errors import NotAllowed, StaleApproval
from bot.newsletter.issue import roll_of
from bot.services import audit
from bot.services.context import Context
from bot.services.newsletter import approved_for, build_issue, press_of
from bot.store.models import SignOff
from bot.workflow.actors import Actor, Permission

SIGN_OFF = "sign_off"  # in the audit log


@dataclass(frozen=True, kw_only=True)
class Built:
    """The files of an issue; `digest` is SHA-256 over their names and bytes, in hexadecimal."""

    issue: str
    files: tuple[Path, ...]
    digest: str


def build(ctx: Context, issue: str) -> Built:
    """The issue as it would be printed now, in the state directory. Raises NotFound if nothing was approved for it."""
    files = build_issue(ctx, issue, ctx.config.var_dir / "issues" / issue)
    return Built(issue=issue, files=files, digest=_digest(files))


def sign_off(ctx: Context, actor: Actor, issue: str, seen_digest: str) -> None:
    """校了. Raises NotAllowed for an author of the issue and while the layout is 仮, StaleApproval if the files are no longer
    what was seen. Once is enough: a second time changes nothing."""
    actor.require(Permission.DECIDE)
    _require_confirmed_layout(ctx)
    _require_no_author(ctx, actor, issue)
    if build(ctx, issue).digest != seen_digest:
        raise StaleApproval(
            f"issue {issue} is not what was seen",
            summary="見ていた校正刷りと、いまの校正刷りが違います",
            next_step="校正刷りを開き直して、もう一度確かめてください",
        )
    now = ctx.clock.now()
    with transaction.atomic():
        _, new = SignOff.objects.get_or_create(
            digest=seen_digest, defaults={"issue": issue, "officer": actor.person, "at": now}
        )
        if new:
            audit.record(now, actor.person, SIGN_OFF, f"issue:{issue}", digest=seen_digest)


def signed_off(built: Built) -> SignOff | None:
    """The 校了 of exactly these files; None if there was none, or they have changed since."""
    return SignOff.objects.filter(digest=built.digest).first()


def _digest(files: Sequence[Path]) -> str:
    entries = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    return hashlib.sha256("".join(entries).encode()).hexdigest()


def _require_confirmed_layout(ctx: Context) -> None:
    if not press_of(ctx).profile.confirmed:
        raise NotAllowed(
            "the layout is provisional",
            summary="紙面の寸法が仮のため、校了にできません",
            next_step="広報担当が紙面で寸法を確かめ、schedules/newsletter.yml の status を 確定 にしてください",
        )


def _require_no_author(ctx: Context, actor: Actor, issue: str) -> None:
    profile, approved = press_of(ctx).profile, approved_for(ctx, issue)
    posts = roll_of([article for _, article in approved], profile.plan(issue), profile).posts
    printed = {post.identity for post in posts}
    authors = {name for s, article in approved if article.identity in printed for name in (s.author, s.submitted_by)}
    if actor.person in authors:
        raise NotAllowed(
            "an author of the issue may not sign it off",
            summary="自分が書いた原稿や自分が申請した原稿の載る号は、校了にできません",
            next_step="ほかの担当者に頼んでください",
        )
