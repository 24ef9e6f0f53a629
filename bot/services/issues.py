"""An issue of the newsletter on its way to the printer: built from what was approved, and released by an officer (校了)."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from django.db import transaction

from bot.errors import NotAllowed, NotFound, StaleApproval
from bot.newsletter.build import Press
from bot.newsletter.build import build as build_files
from bot.services import audit
from bot.services.context import Context
from bot.services.newsletter import approved_for, press_of
from bot.store.models import Submission
from bot.store.printing import SignOff
from bot.workflow.actors import Actor, Permission

SIGN_OFF = "sign_off"  # in the audit log
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Built:
    """The files of an issue; `digest` is SHA-256 over their names and bytes, in hexadecimal. `printed` are the submissions."""

    issue: str
    files: tuple[Path, ...]
    digest: str
    printed: tuple[Submission, ...]


def build(ctx: Context, issue: str) -> Built:
    """The issue as it would be printed now, in a folder of the state directory that is never written again: what was seen
    stays what it was. Raises NotFound if nothing was approved for it, NewsletterError if it cannot be set."""
    press = press_of(ctx)
    approved = approved_for(ctx, press.profile, issue)
    home = _home(ctx, issue)
    home.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(dir=home, prefix=".making-"))
    try:
        files = build_files([article for _, article in approved], press, issue, making)
        digest = _digest(files)
        with suppress(OSError):  # it is there already
            making.rename(home / digest)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    kept = tuple(home / digest / file.name for file in files)
    return Built(issue=issue, files=kept, digest=digest, printed=_printed(press, issue, approved))


def file_of(ctx: Context, issue: str, digest: str, name: str) -> Path:
    """A file of exactly that build. Raises NotFound if the issue has changed since and nobody kept it."""
    kept = _home(ctx, issue) / digest
    found = [file for file in kept.glob("column-*") if file.name == name] if _DIGEST.fullmatch(digest) else []
    if not found and _DIGEST.fullmatch(digest):
        found = [file for file in build(ctx, issue).files if file == kept / name]
    if not found:
        raise NotFound(
            f"no build {digest[:8]} of {issue}",
            summary="この校正刷りは、もうありません",
            next_step="号の画面を開き直してください",
        )
    return found[0]


def _home(ctx: Context, issue: str) -> Path:
    """Where the builds of an issue are. Raises NotFound for a name that is none."""
    if not issue or Path(issue).name != issue or issue.startswith("."):
        raise NotFound("no such issue", summary="その号はありません", next_step="「紙面」の画面から選んでください")
    return ctx.config.var_dir / "issues" / issue


def sign_off(ctx: Context, actor: Actor, issue: str, seen_digest: str) -> None:
    """校了. Raises NotAllowed for an author of the issue and while the layout is 仮, StaleApproval if the files are no longer
    what was seen. Once is enough: a second time changes nothing."""
    actor.require(Permission.DECIDE)
    _require_confirmed_layout(ctx)
    built = build(ctx, issue)
    _require_no_author(actor, built)
    if built.digest != seen_digest:
        raise StaleApproval(
            f"issue {issue} is not what was seen",
            summary="見ていた校正刷りと、いまの校正刷りが違います",
            next_step="校正刷りを開き直して、もう一度確かめてください",
        )
    now = ctx.clock.now()
    kept = {"issue": issue, "officer": actor.person, "at": now, "posts": [s.identity for s in built.printed]}
    with transaction.atomic():
        _, new = SignOff.objects.get_or_create(digest=seen_digest, defaults=kept)
        if new:
            audit.record(now, actor.person, SIGN_OFF, f"issue:{issue}", digest=seen_digest)


def signed_off(built: Built) -> SignOff | None:
    """The 校了 of exactly these files; None if there was none, or they have changed since."""
    return SignOff.objects.filter(digest=built.digest).first()


def _digest(files: Sequence[Path]) -> str:
    entries = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    return hashlib.sha256("".join(entries).encode()).hexdigest()


def _printed(press: Press, issue: str, approved: Sequence[tuple[Submission, object]]) -> tuple[Submission, ...]:
    plan = press.profile.plan(issue).posts
    return tuple(submission for submission, _ in approved if not plan or submission.identity in plan)


def _require_confirmed_layout(ctx: Context) -> None:
    if not press_of(ctx).profile.confirmed:
        raise NotAllowed(
            "the layout is provisional",
            summary="紙面の寸法が仮のため、校了にできません",
            next_step="広報担当が紙面で寸法を確かめ、schedules/newsletter.yml の status を 確定 にしてください",
        )


def _require_no_author(actor: Actor, built: Built) -> None:
    if actor.person in {name for s in built.printed for name in (s.author, s.submitted_by)}:
        raise NotAllowed(
            "an author of the issue may not sign it off",
            summary="自分が書いた原稿や自分が申請した原稿の載る号は、校了にできません",
            next_step="ほかの担当者に頼んでください",
        )
