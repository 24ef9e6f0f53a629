"""Writing to the content repository for people who have no git: the web form's side of "commit is submit"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.content.post import Author
from bot.errors import NotAllowed
from bot.repository import commit, signatures
from bot.repository.commit import Conflict, Merged
from bot.services.handing_in import commits, sync
from bot.services.people import registered
from bot.services.records.context import Context
from bot.workflow.actors import Actor, Permission


def head(ctx: Context) -> str:
    """The commit to begin writing from. Raises GitFailed, ConfigError."""
    return sync.mirror(ctx).fetch()


def read(ctx: Context, path: str, base: str) -> bytes | None:
    """A file as it was in a commit, None where it is not there."""
    return sync.mirror(ctx).read(base, path)


def commit_as(ctx: Context, actor: Actor, files: Mapping[str, bytes], message: str, base: str) -> str | Conflict:
    """Commit files as this person and ask for a sync, which hands them in. The branch's new head, or a Conflict.

    Raises NotAllowed, GitFailed, ConfigError; nothing is committed then.
    """
    actor.require(Permission.SUBMIT)
    person = _author(ctx, actor, files)
    # As the person, since the last commit says who handed a post in and so must not approve it (ADR 8).
    note = partial(commits.note_own, ctx, actor.person)
    key = signatures.own_key(ctx.config.var_dir)
    made = commit.commit_as(sync.mirror(ctx), person, files, message, base, note, key)
    if isinstance(made, str):
        sync.ask(ctx)
    return made


def _author(ctx: Context, actor: Actor, files: Mapping[str, bytes]) -> Author:
    """As the commit names this person. Who writes no posts, but the word list, need not stand in people.yml."""
    account, known = registered.account(actor.person), ctx.library.people.get(actor.person)
    if known is not None:
        return replace(known, emails=tuple(account.addresses))
    if files.keys() != {commit.WORDS}:
        raise NotAllowed(
            f"{actor.person} is not in people.yml",
            summary="原稿を書く人として登録されていません",
            next_step="content/people.yml に加えてもらってください",
        )
    emails = tuple(account.addresses) or tuple(filter(None, (account.email,)))
    return Author(key=actor.person, name=actor.person, department=account.department, role="leader", emails=emails)


def merge(ctx: Context, base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """A proposal for two versions of one text, for the conflict page."""
    return commit.merge(sync.mirror(ctx), base=base, ours=ours, theirs=theirs)
