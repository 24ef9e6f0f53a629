"""The shared files of a commit on their way into force: all of them or none, and the last good set stays (ADR 12, 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot import registry
from bot.checks.finding import Finding, at
from bot.errors import Place
from bot.language import say
from bot.repository import sets
from bot.repository.mirror import EMPTY_TREE, Change, Commit, Mirror
from bot.repository.sets import NewSet, Sets
from bot.services.handing_in.sync_report import Item, Taken
from bot.services.people import hands
from bot.services.records import audit
from bot.services.records.context import Context
from bot.shared_files import files as shared
from bot.store.models import AuditEntry, ContentBranch
from bot.text.control import visible

REFUSE, TAKE_AWAY = "refuse_files", "take_files_away"
_RULE = "sync.shared-file"


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """The set of a commit, how it differs from the one in force, and what is wrong with it."""

    commit: str
    files: Sequence[Change]
    moved: Sequence[Change]
    wrong: Sequence[Finding] = ()


def take(ctx: Context, mirror: Mirror, commit: str) -> list[Item]:
    """Put the shared files of this commit in force, or, where one is bad, none of them: the last good set stays then. An item
    for each file that is not in force, and for each that was taken away."""
    files = mirror.changes(EMPTY_TREE, commit, shared.ROOTS)
    kept = Sets(folder=ctx.config.sets_dir, mirror=mirror)
    if kept.in_force(files):
        return []
    candidate = _Candidate(commit=commit, files=files, moved=sets.differing(ctx.config.shared_dir, files, shared.ROOTS))
    with kept.staged(files) as staged:
        wrong = _wrong(ctx, staged)
        if not wrong:
            items = _taken_away(ctx, mirror, candidate)  # first, or who is killed in between would never tell of it
            kept.put_in_force(staged)
            return items
    return _refuse(ctx, mirror, replace(candidate, wrong=wrong))


def _wrong(ctx: Context, staged: NewSet) -> list[Finding]:
    """What is wrong with a set, by paths relative to the content folder. It is looked at before anybody reads it."""
    if staged.unfit:
        return [at(Place(path=Path(r.path)), _RULE, "error", r.summary, r.next_step) for r in staged.unfit]
    schedules = staged.folder / shared.SCHEDULES
    # All that there are, not those of city.yml: that file is one of the set in question.
    channels = tuple(registry.specs())
    found = shared.problems(staged.folder, schedules if schedules.is_dir() else None, ctx.config.timezone, channels)
    places = [replace(e.place, path=e.place.path.relative_to(staged.folder)) for e in found]
    return [at(place, _RULE, "error", e.problem, e.next_step) for place, e in zip(places, found, strict=True)]


def _taken_away(ctx: Context, mirror: Mirror, candidate: _Candidate) -> list[Item]:
    """A file that is gone loosens a rule or takes figures away, and nobody sees what is not there: so it is told."""
    commits = {c.path: mirror.last_commit(candidate.commit, c.path) for c in candidate.moved if c.gone}
    items = [_item(ctx, path, Taken.TAKEN_AWAY, commit) for path, commit in commits.items()]
    _tell(ctx, TAKE_AWAY, candidate.commit, [f"{i.path}（消した人：{_by(i, commits[i.path])}）" for i in items])
    return items


def _refuse(ctx: Context, mirror: Mirror, candidate: _Candidate) -> list[Item]:
    paths = {str(f.path) for f in candidate.wrong} | {c.path for c in candidate.moved}
    commits = {path: mirror.last_commit(candidate.commit, path) for path in paths}
    findings = [*candidate.wrong, *_waiting(candidate)]
    items = [_item(ctx, str(f.path), Taken.NOT_IN_FORCE, commits[str(f.path)], f) for f in findings]
    lines = [
        f"{i.path} の{f.line}行目：{f.message}。{f.advice}（コミットした人：{_by(i, commits[i.path])}）"
        for i in items
        for f in i.findings
    ]
    _tell(ctx, REFUSE, candidate.commit, lines)
    return items


def _waiting(candidate: _Candidate) -> list[Finding]:
    """A leader whose good file, or whose deletion, is not in force must learn that it is not to blame."""
    named = {str(f.path) for f in candidate.wrong}
    names = "・".join(sorted(named))
    what = {True: "消したことを、まだ使っていません（前の内容が残っています）", False: "まだ使っていません"}
    return [
        at(
            Place(path=Path(c.path)),
            _RULE,
            "error",
            f"{names} に誤りがあるため、{what[c.gone]}",
            say("{names} を直してください", names=names),
        )
        for c in candidate.moved
        if c.path not in named
    ]


def _item(ctx: Context, path: str, taken: Taken, commit: Commit | None, *findings: Finding) -> Item:
    by = commit.sha if commit else ""
    return Item(path=path, taken=taken, person=person(ctx, commit), commit=by, findings=findings)


def person(ctx: Context, commit: Commit | None) -> str:
    """Who committed it; "" when nobody knows."""
    return hands.committed_by(ctx, commit.sha, commit.email) if commit is not None else ""


def _tell(ctx: Context, verb: str, commit: str, lines: Sequence[str]) -> None:
    """Into the log, and from there to the office; once for each commit, however often a sync begins anew."""
    if lines:
        audit.record_once(ctx, verb, f"commit:{commit}", "\n".join(lines))


def _by(item: Item, commit: Commit | None) -> str:
    """A name, or the address that the commit bears: the office has to ask somebody."""
    return item.person or (f"不明、{visible(commit.email)}" if commit else "不明")


def standing(ctx: Context) -> str:
    """What keeps the newest set of the branch out of force, a line for each file; "" when it is in force."""
    row = ContentBranch.objects.filter(repository=ctx.config.content_repository, branch=ctx.config.content_branch).first()
    if row is None or not any(map(shared.is_shared, row.unfinished)):
        return ""
    told = AuditEntry.objects.filter(verb=REFUSE).order_by("-id").first()
    return told.detail if told else ""
