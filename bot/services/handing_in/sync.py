"""Commit is submit: the content repository's branch on its way into the queue and the content folder.

Everything here may be cut off and begun again: the head that was taken is written last, and each step before gives the same
result when it is done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import BotError, ConfigError
from bot.language import say
from bot.media import timing
from bot.repository.checkout import Checkout, Refused
from bot.repository.failure import GitFailed
from bot.repository.git import Git, GitExcess
from bot.repository.mirror import EMPTY_TREE, Change, Commit, Edit, Mirror
from bot.repository.sets import differing
from bot.repository.status import CONTEXT, State, show
from bot.services.delivery.stale import unsettled
from bot.services.handing_in import commits, intake, one_set, parked, push, sync_report
from bot.services.handing_in.sync_report import UNFIT, Item, Report
from bot.services.people import requests
from bot.services.records.context import Context
from bot.shared_files import files as shared
from bot.store.models import CommitStatus, ContentBranch

WAIT = 60.0  # seconds that a sync waits for another one on this machine
_TAKEN, _CHECKED_OUT = "taken", "checked-out"

log = logging.getLogger(__name__)


class Rewritten(BotError):
    """The branch no longer contains what was taken from it. Nothing is taken until an operator has looked."""

    def __init__(self, older: str, newer: str) -> None:
        super().__init__(
            f"{newer} does not follow {older}",
            summary=say(
                "原稿の履歴が書き換えられました（{older} が {newer} に含まれません）。取り込みを止めました",
                older=older[:12],
                newer=newer[:12],
            ),
            next_step="だれが何を変えたか確かめ、よければ dxbot sync --accept-rewritten を実行してください",
        )


class Busy(BotError):
    def __init__(self) -> None:
        super().__init__(
            "another sync is running",
            summary="別の取り込みが動いています",
            next_step="終わるのを待って、もう一度実行してください",
        )


@dataclass(frozen=True, kw_only=True)
class _Step:
    """From one commit to another; `moved` is how the trees differ."""

    older: str
    newer: str
    moved: Sequence[Change]


def mirror(ctx: Context) -> Mirror:
    """The mirror of the configured branch. Raises ConfigError when none is configured."""
    config = ctx.config
    if not config.content_repository:
        raise ConfigError(
            "no content repository",
            summary="原稿のリポジトリが設定されていません",
            next_step="DXBOT_CONTENT_REPOSITORY に原稿の Git リポジトリを書いてください",
        )
    # In sandbox mode git, too, must stay on this machine: its own process is out of the audit hook's sight (ADR 5).
    protocols = ("file",) if config.sandbox else ("https", "ssh", "file")
    git = Git(folder=_folder(ctx) / "mirror.git", protocols=protocols, token=config.content_token)
    return Mirror(git=git, url=config.content_repository, branch=config.content_branch)


def sync(ctx: Context, *, accept_rewritten: str = "", accept_large: bool = False) -> Report:
    """Take what is new on the branch; `accept_rewritten` is who looked at a rewritten one and takes it.

    Raises Rewritten, push.Excess, Busy, GitFailed, ConfigError; nothing is taken then."""
    source = mirror(ctx)
    folder = _folder(ctx)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        # Two syncs would write one content folder; the lock is released by the system when a process dies.
        with FileLock(folder / "lock", timeout=WAIT):
            return _Sync(ctx, source).run(accept_rewritten, accept_large)
    except Timeout:
        raise Busy from None


def ask(ctx: Context) -> None:
    """Somebody says that there is something new: a sync comes soon. Said twice, it is one sync."""
    row = _row(ctx)
    # A webhook repeats itself; the first asking stands.
    ContentBranch.objects.filter(id=row.id, asked_at=None).update(asked_at=ctx.clock.now())


def wanted(ctx: Context) -> bool:
    """True if a sync was asked for, or the interval since the last one is over."""
    row, now = _row(ctx), ctx.clock.now()
    every = timedelta(seconds=ctx.config.content_interval)
    # Taken later than now: the clock has been set back since.
    return row.asked_at is not None or row.taken_at is None or not now - every < row.taken_at <= now


def _folder(ctx: Context) -> Path:
    return ctx.config.var_dir / "sync"


def _row(ctx: Context) -> ContentBranch:
    config = ctx.config
    return ContentBranch.objects.get_or_create(repository=config.content_repository, branch=config.content_branch)[0]


class _Sync:
    """One sync, under the lock."""

    def __init__(self, ctx: Context, source: Mirror) -> None:
        self.ctx, self.mirror, self.row = ctx, source, _row(ctx)
        self.checkout = Checkout(folder=ctx.config.content_dir, mirror=source)
        self.commits: dict[str, Commit] = {}  # the last one of each path that changed

    def run(self, accept_rewritten: str, accept_large: bool) -> Report:
        # What is asked for from here on may not be in what we fetch. A failure waits for the next interval.
        ContentBranch.objects.filter(id=self.row.id).update(asked_at=None, taken_at=self.ctx.clock.now())
        newer = self._fetched(accept_large)
        older = self.row.head
        # A force push can take a decided text out of history, so a person looks before anything is taken.
        rewritten = bool(older) and not self.mirror.follows(older, newer)
        if rewritten and accept_rewritten:
            parked.let_in(self.ctx, accept_rewritten, older, newer)
        elif rewritten:
            parked.history(self.ctx, older, newer)
            self._show(newer, "error", "履歴が書き換えられたため、取り込みを止めました")
            raise Rewritten(older, newer)
        base = self._known(older)
        step = self._bounded(base, newer, accept_large)
        self._keep_commits(step)
        report = self._take(step)
        requests.tell(self.ctx)
        # A sync every minute with nothing new would bury the reports that matter.
        if report.news:
            report = replace(report, problem=self._show(newer, "failure" if report.refused else "success", report.line))
            parked.posts(self.ctx, report)
            sync_report.keep(_folder(self.ctx) / "reports", report)
        return report

    def _fetched(self, accept_large: bool) -> str:
        try:
            return self.mirror.fetch(accept_large=accept_large)
        except GitExcess as e:
            push.tell(self.ctx, self.row, "", e)
            raise

    def _keep_commits(self, step: _Step) -> None:
        """Who changed what, before anything of it is handed in."""
        base, newer = step.older, step.newer
        edits = self._edits(base, step) if base != newer else []
        for edit in edits:
            self.commits.setdefault(edit.path, edit.commit)
        known = self._known(self.row.recorded)
        if not self.row.recorded and base != EMPTY_TREE:
            commits.keep_older(self.ctx, self.mirror, base)
            known = base
        # A sync that was cut off has kept more than it has taken; a mirror that was lost, less.
        if known != newer:
            commits.keep(self.ctx, self.mirror, edits if known == base else self._edits(known, step))
        if self.row.unfinished:
            commits.look_again(self.ctx, self.mirror, self.row.unfinished)
        ContentBranch.objects.filter(id=self.row.id).update(recorded=newer)

    def _edits(self, older: str, step: _Step) -> list[Edit]:
        try:
            return self.mirror.edits(older, step.newer)
        except GitFailed:
            # A commit on the way may hold more names than there is memory, though the branch holds them no longer (ADR 21). Who
            # changed what is not known then, so all who are in the range have a hand in all that changed.
            by = self.mirror.authors(older, step.newer)
            last = {c.path: self.mirror.last_commit(step.newer, c.path) for c in step.moved}
            mine = [Edit(commit=commit, path=path) for path, commit in last.items() if commit]
            return mine + [Edit(commit=commit, path=path) for path in last for commit in by if commit != last[path]]

    def _bounded(self, base: str, newer: str, accept_large: bool) -> _Step:
        try:
            push.require_countable(self.ctx, self.mirror, newer)
            moved = self._changes(base, newer)
            if not accept_large:
                push.require_bounded(self.ctx, self.mirror, newer, moved)
        except push.Excess as e:
            push.tell(self.ctx, self.row, newer, e)
            self._show(newer, "failure", "一度に変わるものが多すぎるため、取り込んでいません")
            raise
        return _Step(older=base, newer=newer, moved=moved)

    def _changes(self, older: str, newer: str) -> list[Change]:
        """What differs in the folders that are taken in."""
        return [c for c in self.mirror.changes(older, newer) if push.ours(c.path)]

    def _show(self, commit: str, state: State, line: str) -> str:
        """Show the commit's result at the git server, once; what went wrong, for people, or ""."""
        config, now = self.ctx.config, self.ctx.clock.now()
        if not config.content_status_url:
            return ""
        # Several publishers may take the same commit; one status is enough.
        row, new = CommitStatus.objects.get_or_create(commit=commit, context=CONTEXT, defaults={"state": state, "at": now})
        if not new:
            return ""
        try:
            show(config.content_status_url, config.content_token, commit, state, line)
        except BotError as e:
            log.warning("the status of %s does not show: %s", row.commit, e.message)
            return f"{e.summary}。{e.next_step}"
        return ""

    def _known(self, commit: str) -> str:
        """The commit, if the mirror has it: a mirror that was lost and a branch that was rewritten leave nothing."""
        known = bool(commit) and self.mirror.git.ask("cat-file", "-e", f"{commit}^{{commit}}")[0] == 0
        return commit if known else EMPTY_TREE

    def _take(self, step: _Step) -> Report:
        files = [c for c in self._files(step) if not shared.is_shared(c.path)]
        items = one_set.take(self.ctx, self.mirror, step.newer)
        # The set lies in a folder of its own: what an older version has put beside the posts is no longer read.
        self.checkout.remove(self._left_beside())
        # New files before the queue is told, gone ones after it: a renamed post is never without its file (ADR 8).
        refused = {r.path: r for r in self.checkout.write(files)}
        gone = [c for c in files if c.gone]
        items += self._items(step, refused)
        self.checkout.remove(gone)
        # Its being there tells that the content is at hand, so that a post that is missing was taken away (freshness).
        self.ctx.library.posts_dir.mkdir(parents=True, exist_ok=True)
        for change in gone:
            intake.void_without_file(self.ctx, change.path)
        # Last of all, so that a sync which was cut off begins from the same commit again.
        self.mirror.keep(_CHECKED_OUT, step.newer)
        self.mirror.keep(_TAKEN, step.newer)
        unfinished = sorted({i.path for i in items if i.taken in UNFIT})
        ContentBranch.objects.filter(id=self.row.id).update(head=step.newer, unfinished=unfinished)
        return Report(commit=step.newer, older=self.row.head, at=self.ctx.clock.now(), items=tuple(items))

    def _left_beside(self) -> list[Change]:
        config = self.ctx.config
        return [] if config.shared_dir == config.content_dir else differing(self.checkout.folder, [], shared.ROOTS)

    def _files(self, step: _Step) -> Sequence[Change]:
        """How the content folder of this machine differs from the commit."""
        here = self._known(self.mirror.kept(_CHECKED_OUT))
        # Each machine has a folder of its own, which may be behind what the database has taken.
        if here != EMPTY_TREE:
            return step.moved if here == step.older else self._changes(here, step.newer)
        self._require_ours()
        present = self._changes(EMPTY_TREE, step.newer)
        return [*present, *self.checkout.others({c.path for c in present})]

    def _require_ours(self) -> None:
        """Raises ConfigError rather than write into a folder that somebody fills by hand."""
        folder = self.checkout.folder
        if not self.row.head and folder.exists() and any(folder.iterdir()):
            raise ConfigError(
                f"{folder} is not empty",
                summary=say("原稿の置き場 {folder} に、すでにファイルがあります", folder=folder),
                next_step="DXBOT_CONTENT_DIR に空のフォルダを指定してください。中身は取り込みが作ります",
            )

    def _items(self, step: _Step, refused: Mapping[str, Refused]) -> list[Item]:
        gone = {c.path for c in step.moved if c.gone}
        items = [intake.refused_file(refused[c.path]) for c in step.moved if c.path in refused]
        with timing.together(push.PICTURES_SECONDS, "次の取り込みで続けます。急ぐ原稿は、画像を小さくしてください"):
            for path, cause in sorted(self._posts(step).items()):
                if path not in gone and path not in refused:
                    commit = self.commits.get(cause) or self.mirror.last_commit(step.newer, cause)
                    items.append(intake.take(self.ctx, path, commit, gone))
        for path in sorted(filter(_is_post, gone)):
            items += intake.withdraw(self.ctx, path, self.commits.get(path))
        return items

    def _posts(self, step: _Step) -> dict[str, str]:
        """The posts to look at, each with the path whose last commit says who hands it in: refused before, in the queue with
        another picture than it had, new or changed."""
        moved = {c.path for c in step.moved}
        pictures = {p for p in moved if not _is_post(p) and not shared.is_shared(p)}
        # What was refused may be in order now without a new commit: a person was registered, a measure added (ADR 8).
        again = {p: p for p in self.row.unfinished if _is_post(p) and self.ctx.absolute(p).is_file()}
        # A picture has no post of its own: its new bytes void the submissions that show it, which are handed in again.
        queued = unsettled().values_list("path", "inputs") if pictures else ()
        drawn_anew = {path: sorted(hit)[0] for path, inputs in queued if (hit := pictures & set(inputs))}
        return again | drawn_anew | {p: p for p in moved if _is_post(p)}


def _is_post(path: str) -> bool:
    return path.startswith("posts/") and path.endswith(".md")
