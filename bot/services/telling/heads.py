"""The signed days of the audit log on a branch of the content repository, where the city's server cannot take them back."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import ConfigError
from bot.repository.append import append
from bot.services.handing_in import sync
from bot.services.records import days
from bot.services.records.context import Context
from bot.store.notices import Bookmark

_READER = "audit_branch"


def push(ctx: Context) -> int:
    """Push the days that are not there yet, in one commit; their number. Nothing where no branch is configured.

    Raises GitFailed and ConfigError; then they wait for the next time."""
    config = ctx.config
    newest = days.newest() if config.audit_branch and config.content_repository else None
    if newest is None:
        return 0
    if config.audit_branch == config.content_branch:
        raise ConfigError(
            "the audit branch is the content branch",
            summary="DXBOT_AUDIT_BRANCH が、原稿を取り込むブランチと同じです",
            next_step="署名だけを置く、別の名前のブランチにしてください",
        )
    mark, _ = Bookmark.objects.get_or_create(reader=_READER, defaults={"entry": 0})
    files = days.as_files(after=mark.entry)
    if not files:
        return 0
    branch = replace(sync.mirror(ctx), branch=config.audit_branch)
    append(branch, files, f"操作の記録の署名（{newest.day} まで）", ctx.clock.now())
    # Last: a push that was cut off is made again, with the same files.
    Bookmark.objects.filter(reader=_READER).update(entry=newest.id)
    return len(files) // 2
