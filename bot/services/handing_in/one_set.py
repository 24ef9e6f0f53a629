"""The shared files of a commit on their way into force: all of them or none, and the last good set stays (ADR 12)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from django.db import transaction

from bot import registry
from bot.checks.finding import Finding, at
from bot.errors import ConfigError, Place
from bot.repository.checkout import Checkout
from bot.repository.mirror import EMPTY_TREE, Change, Commit, Mirror
from bot.services.handing_in import shared
from bot.services.handing_in.sync_report import Item, Taken
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import AuditEntry, ContentBranch

REFUSE = "refuse_files"
_RULE = "sync.shared-file"


def wrong(ctx: Context, mirror: Mirror, commit: str) -> list[Finding]:
    """What is wrong with the set as this commit has it, by paths relative to the content folder."""
    present = [c for c in mirror.changes(EMPTY_TREE, commit) if shared.is_shared(c.path)]
    # Looked at beside the content folder, in which the last good set stays in force meanwhile (ADR 12).
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        unfit = Checkout(folder=root, mirror=mirror).write(present)
        if unfit:
            return [at(Place(path=Path(r.path)), _RULE, "error", r.summary, r.next_step) for r in unfit]
        schedules = root / shared.SCHEDULES
        # All that there are, not those of city.yml: that file is one of the set in question.
        channels = tuple(registry.specs())
        found = shared.problems(root, schedules if schedules.is_dir() else None, ctx.config.timezone, channels)
        places = [replace(e.place, path=e.place.path.relative_to(root)) for e in found]
    return [at(place, _RULE, "error", e.problem, e.next_step) for place, e in zip(places, found, strict=True)]


def refused(
    ctx: Context, found: Sequence[Finding], moved: Sequence[Change], commits: Mapping[str, Commit | None]
) -> list[Item]:
    """An item for each file that is wrong, and for each that waits for those."""
    named = {str(f.path) for f in found}
    names = "・".join(sorted(named))
    # A leader whose good file is not in force must learn that it is not to blame.
    others = sorted({c.path for c in moved} - named)
    waiting = [
        at(Place(path=Path(p)), _RULE, "error", f"{names} に誤りがあるため、まだ使っていません", f"{names} を直してください")
        for p in others
    ]
    return [_item(ctx, f, commits.get(str(f.path))) for f in (*found, *waiting)]


def _item(ctx: Context, finding: Finding, commit: Commit | None) -> Item:
    by = commit.sha if commit else ""
    return Item(path=str(finding.path), taken=Taken.NOT_IN_FORCE, person=person(ctx, commit), commit=by, findings=(finding,))


def person(ctx: Context, commit: Commit | None) -> str:
    """Who committed it, by the people that are in force; "" when nobody knows."""
    try:
        people = ctx.library.people
    except ConfigError:  # the first set of all is bad
        return ""
    keys = [key for key, author in people.items() if commit is not None and commit.email in author.emails]
    return keys[0] if len(keys) == 1 else ""


def tell(ctx: Context, commit: str, items: Sequence[Item]) -> None:
    """Into the log, and from there to the office; once for each commit."""
    target = f"commit:{commit}"
    lines = [
        f"{i.path} の{f.line}行目：{f.message}。{f.advice}（コミットした人：{i.person or '不明'}）"
        for i in items
        for f in i.findings
    ]
    with transaction.atomic():
        # Notices are read off the log (ADR 7), so a second entry would be a second mail.
        if not AuditEntry.objects.filter(verb=REFUSE, object=target).exists():
            audit.record(ctx.clock.now(), audit.SYSTEM, REFUSE, target, detail="\n".join(lines))


def standing(ctx: Context) -> str:
    """What keeps the newest set of the branch out of force, a line for each file; "" when it is in force."""
    row = ContentBranch.objects.filter(repository=ctx.config.content_repository, branch=ctx.config.content_branch).first()
    if row is None or not any(map(shared.is_shared, row.unfinished)):
        return ""
    told = AuditEntry.objects.filter(verb=REFUSE).order_by("-id").first()
    return told.detail if told else ""
