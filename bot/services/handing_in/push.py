"""What a push may bring: looked at as git lists it, before any of it is read or written (ADR 21).

A push of 24 KB can hold 600 MB on disk, a file many times under many names, or more names than there is memory. What is refused
stays on the branch and out of force; the state before it goes on until somebody takes the excess away, or an operator has
looked and accepts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from django.db import transaction

from bot.errors import BotError
from bot.language import say
from bot.repository.mirror import Change, Commit, Mirror
from bot.services.handing_in import one_set
from bot.services.records import audit
from bot.services.records.context import Context
from bot.shared_files import files as shared
from bot.store.models import AuditEntry, ContentBranch
from bot.text.control import visible

MAX_PATHS = 50_000  # files of the whole repository: twenty posts a week, each with three pictures, for ten years
MAX_CHANGES = 2_000  # files that one push changes
MAX_BYTES = 300_000_000  # of those files together, each counted as often as it has a name
# Of computing for the pictures that one push shows; what is beyond it is taken up by the next sync, as is whatever was refused.
PICTURES_SECONDS = 600.0
REFUSE = "refuse_push"
MARK = "*"  # in a branch's `unfinished`, while its newest state is refused as a whole
_LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}


class Excess(BotError):
    """More than a push may bring. Nothing of it is taken."""

    def __init__(self, commit: Commit, person: str, what: str, next_step: str) -> None:
        by = f"（コミット {commit.sha[:12]}、書いた人：{person or '不明'}）"
        super().__init__(
            f"{commit.sha} brings too much",
            summary=say("{what}{by}。取り込まず、前の状態のまま動いています", what=what, by=by),
            next_step=next_step,
        )


def ours(path: str) -> bool:
    """Of a folder that is taken in. What a repository holds beside (a README, settings of its server) is left there."""
    name = PurePosixPath(path).name.lower()
    if name.startswith(".") or name in _LEFT_BY_SYSTEMS:
        return False
    return path.startswith(("posts/", "media/")) or shared.is_shared(path)


def require_countable(ctx: Context, mirror: Mirror, commit: str) -> None:
    """Before anything else is asked of a commit. Raises Excess."""
    if mirror.has_more_paths(commit, MAX_PATHS):
        what = f"リポジトリのファイルが多すぎます（上限は {MAX_PATHS:,}）"
        raise _excess(ctx, mirror, commit, what, "要らないファイルを消してコミットしてください")


def require_bounded(ctx: Context, mirror: Mirror, commit: str, moved: Sequence[Change]) -> None:
    """Raises Excess, with the folder that holds most of it."""
    sizes = mirror.sizes({c.blob for c in moved if c.regular})
    total = sum(sizes.get(c.blob, 0) for c in moved)
    if len(moved) > MAX_CHANGES:
        where, much = _most({c.path: 1 for c in moved}), f"{len(moved):,} ファイル"
    elif total > MAX_BYTES:
        where, much = _most({c.path: sizes.get(c.blob, 0) for c in moved}), f"{total // 1_000_000:,} MB"
    else:
        return
    limits = f"上限は {MAX_CHANGES:,} ファイル、{MAX_BYTES // 1_000_000} MB"
    what = f"1回のプッシュで変わるものが多すぎます（{much}、主に {where[:100]}/。{limits}）"
    next_step = "要らないファイルを消してコミットするか、中身を確かめたうえで dxbot sync --accept-large を実行してください"
    raise _excess(ctx, mirror, commit, what, next_step)


def _most(shares: Mapping[str, int]) -> str:
    """The folder with the largest share."""
    held: Counter[str] = Counter()
    for path, share in shares.items():
        held[visible(str(PurePosixPath(path).parent))] += share
    return held.most_common(1)[0][0]


def _excess(ctx: Context, mirror: Mirror, commit: str, what: str, next_step: str) -> Excess:
    by = mirror.tip(commit)
    return Excess(by, one_set.person(ctx, by), what, next_step)


def tell(ctx: Context, row: ContentBranch, commit: str, excess: BotError) -> None:
    """Into the log, once for each commit, and onto the branch's row, until the next state that is taken. `commit` "": it could
    not be fetched, which is told once for each state that is in force."""
    with transaction.atomic():
        audit.record_once(ctx, REFUSE, f"push:{commit or f'after-{row.head}'}", f"{excess.summary}。{excess.next_step}。")
        kept = [path for path in row.unfinished if path != MARK]
        ContentBranch.objects.filter(id=row.id).update(unfinished=[MARK, *kept])


def standing(ctx: Context) -> str:
    """What keeps the newest state of the branch out, "" when it is taken."""
    row = ContentBranch.objects.filter(repository=ctx.config.content_repository, branch=ctx.config.content_branch).first()
    if row is None or MARK not in row.unfinished:
        return ""
    told = AuditEntry.objects.filter(verb=REFUSE).order_by("-id").first()
    return told.detail if told else ""
