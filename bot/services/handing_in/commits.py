"""What each commit of the branch and each package brought, kept as Edits; and for whom the web site made a commit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from django.db import transaction

from bot.repository import signatures
from bot.repository.commit import SERVER
from bot.repository.mirror import EMPTY_TREE, Edit, Mirror
from bot.services.files import freshness
from bot.services.handing_in import package
from bot.services.people.hands import SERVER as SERVER_SIGNS
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store import hands
from bot.store.models import User
from bot.workflow.actors import Actor, Permission
from bot.workflow.roads import Road

_AT_ONCE = 500  # rows of one statement


def note_own(ctx: Context, person: str, commit: str) -> None:
    """The web site has made this commit for a person; said before the commit leaves, so that none is nobody's."""
    hands.WebCommit.objects.get_or_create(commit=commit, defaults={"person": person, "at": ctx.clock.now()})


def keep(ctx: Context, mirror: Mirror, edits: Sequence[Edit], trusted: frozenset[str] = frozenset()) -> None:
    """Keep what commits changed; they come newest first. `trusted` are committers who stand for the author alone."""
    made = {e.commit.sha for e in edits}
    own = dict(hands.WebCommit.objects.filter(commit__in=made).values_list("commit", "person"))
    signed = signatures.signers(mirror.git, made, _keys(ctx))
    # The oldest first: an Edit's number tells what came later.
    rows = [_row(edit, own.get(edit.commit.sha, ""), signed.get(edit.commit.sha, ""), trusted) for edit in reversed(edits)]
    # Another machine, or a sync that was cut off, may have written some of them.
    hands.Edit.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)


def look_again(ctx: Context, mirror: Mirror, paths: Collection[str]) -> None:
    """Whose signatures the commits of these paths bear by now: a key may have been registered since."""
    unsigned = hands.Edit.objects.filter(path__in=paths, signer="", person="").exclude(commit="")
    made = set(unsigned.values_list("commit", flat=True))
    for commit, signer in signatures.signers(mirror.git, made, _keys(ctx)).items():
        hands.Edit.objects.filter(commit=commit).update(signer=signer)


def _keys(ctx: Context) -> dict[str, list[str]]:
    """The known keys of each person, of those who have left, too; and of the web site."""
    keys = dict(User.objects.exclude(signing_keys=[]).values_list("username", "signing_keys"))
    own = signatures.public_half(ctx.config.var_dir)
    # Where nobody signs, history is not asked for signatures: each costs a process.
    return keys | ({SERVER_SIGNS: [own.read_text(encoding="ascii").strip()]} if keys and own.exists() else {})


def keep_older(ctx: Context, mirror: Mirror, head: str) -> None:
    """What was taken before Edits were kept. The web site's commits of that time stand in no list of ours: their committer is
    believed, as nobody can put a commit into the past of a branch that is not rewritten."""
    edits = [edit for edit in mirror.edits(EMPTY_TREE, head) if edit.commit.email != SERVER]
    keep(ctx, mirror, edits, frozenset({SERVER}))


def _row(edit: Edit, person: str, signer: str, trusted: frozenset[str]) -> hands.Edit:
    commit = edit.commit
    ours = commit.committer in trusted or (signer == SERVER_SIGNS and commit.committer == SERVER)
    return hands.Edit(
        road=Road.WEB if person else Road.PUSH,
        commit=commit.sha,
        path=edit.path,
        source=edit.source,
        author=commit.email[:254],
        committer=commit.email[:254] if ours else commit.committer[:254],
        person=person,
        signer=signer,
    )


def receive(ctx: Context, actor: Actor, file: Path, folder: Path, *, replace: bool = False) -> Path:
    """`package.unpack` by this person, who has a hand in the post from then on. Raises NotAllowed, ContentError."""
    actor.require(Permission.SUBMIT)
    target = package.unpack(ctx, file, folder, replace=replace)
    names = freshness.own_files(ctx, ctx.library.read(target))
    brought = [hands.Edit(road=Road.PACKAGE, path=name, person=actor.person) for name in dict.fromkeys(names)]
    with transaction.atomic():
        hands.Edit.objects.bulk_create(brought)
        audit.record(ctx.clock.now(), actor.person, audit.IMPORTED, f"post:{ctx.relative(target)}"[:120], detail=file.name)
    return target
