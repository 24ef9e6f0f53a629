"""Committing to the content branch on behalf of a person, and merging two people's versions of one text.

A commit goes in only if the branch is still where it was when it was made (compare and swap, by the server); other people's
commits to other files are no obstacle.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.post import Author
from bot.errors import NotAllowed
from bot.repository.mirror import Mirror, is_safe

SERVER = "dxbot@localhost"  # the committer of what the web site commits
_COMMITTER = {"GIT_COMMITTER_NAME": "dxbot", "GIT_COMMITTER_EMAIL": SERVER}
WORDS = "words.yml"  # of the shared files, the one that the browser writes
_TRIES = 5  # times that somebody else may be quicker


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Somebody else changed one of these files meanwhile. Each version by path; None where the file is not there.

    `base` is what the person began with, `ours` what they wrote, `theirs` what the branch holds at `head` now. After a look,
    commit again with `head` as the base.
    """

    head: str
    base: Mapping[str, bytes | None]
    ours: Mapping[str, bytes]
    theirs: Mapping[str, bytes | None]


@dataclass(frozen=True, kw_only=True)
class Merged:
    """A three-way merge. Where both changed the same lines, `clean` is False and `text` holds both between marks."""

    text: bytes
    clean: bool


def commit_as(
    mirror: Mirror,
    person: Author,
    files: Mapping[str, bytes],
    message: str,
    base: str,
    note: Callable[[str], None],
    key: Path | None = None,
) -> str | Conflict:
    """Commit these files (paths below the repository's root) with the person as author; the branch's new head, or a Conflict.

    `base` is the head that the person began with; `note` is told of each commit before it leaves; `key` signs it.

    Raises NotAllowed for a person without a mail address and for a path that is not a post's or a picture's, GitFailed when the
    server does not answer or refuses.
    """
    _require_writable(person, files)
    for attempt in range(_TRIES):
        head = mirror.fetch()
        if head != base and (conflict := _conflict(mirror, files, base, head)) is not None:
            return conflict
        made = _commit(mirror, person, files, message, head, key)
        if made != head:
            note(made)
        if made == head or _push(mirror, made, head, last=attempt == _TRIES - 1):
            return made
    raise AssertionError("the last try pushes or raises")


def merge(mirror: Mirror, base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """git's own three-way merge of one text; the marks say in Japanese whose lines they are."""
    with tempfile.TemporaryDirectory(prefix="dxbot-merge-") as folder:
        names = []
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            (Path(folder) / name).write_bytes(data)
            names.append(os.fspath(Path(folder) / name))
        labels = [word for label in ("あなたの文", "はじめの文", "ほかの人の文") for word in ("-L", label)]
        conflicts, text = mirror.git.ask("merge-file", "-p", "--diff3", *labels, *names)
    return Merged(text=text, clean=conflicts == 0)


def _require_writable(person: Author, files: Mapping[str, bytes]) -> None:
    if not person.emails:
        raise NotAllowed(
            f"{person.key} has no mail address",
            summary="あなたのメールアドレスが登録されていないため、保存できません",
            next_step="運用担当に、利用者の「コミットのアドレス」に登録してもらってください",
        )
    for path in files:
        if not is_safe(path) or not (path.startswith(("posts/", "media/")) or path == WORDS):
            raise NotAllowed(
                "path outside posts and media",
                summary="その名前のファイルは保存できません",
                next_step="原稿は posts/ に、画像は media/ に、記号を含まない名前で置いてください",
            )


def _conflict(mirror: Mirror, files: Mapping[str, bytes], base: str, head: str) -> Conflict | None:
    before = {path: mirror.read(base, path) for path in files}
    now = {path: mirror.read(head, path) for path in files}
    if all(now[path] in (before[path], data) for path, data in files.items()):
        return None
    return Conflict(head=head, base=before, ours=files, theirs=now)


def _commit(mirror: Mirror, person: Author, files: Mapping[str, bytes], message: str, head: str, key: Path | None) -> str:
    """A commit on top of `head` that lies in the mirror only; `head` itself if it would change nothing."""
    git = mirror.git
    with tempfile.TemporaryDirectory(prefix="dxbot-index-") as folder:
        index = {"GIT_INDEX_FILE": os.fspath(Path(folder) / "index")}
        git.run("read-tree", head, env=index)
        for path, data in files.items():
            blob = git.run("hash-object", "-w", "--stdin", data=data).decode().strip()
            git.run("update-index", "--add", "--replace", "--cacheinfo", f"100644,{blob},{path}", env=index)
        tree = git.run("write-tree", env=index).decode().strip()
    if tree == git.text("rev-parse", f"{head}^{{tree}}"):
        return head
    author = {"GIT_AUTHOR_NAME": person.name, "GIT_AUTHOR_EMAIL": person.emails[0]}
    signing = ("-c", "gpg.format=ssh") if key else ()
    command = ("commit-tree", *((f"-S{key}",) if key else ()), tree, "-p", head)
    return git.run(*signing, *command, data=message.encode(), env=_COMMITTER | author).decode().strip()


def _push(mirror: Mirror, made: str, head: str, *, last: bool) -> bool:
    """Was the branch still at `head`? Raises GitFailed at the last try, and when that is not why the server refused."""
    branch = f"refs/heads/{mirror.branch}"
    command = ("push", "--quiet", f"--force-with-lease={branch}:{head}", "--end-of-options", mirror.url, f"{made}:{branch}")
    if mirror.git.ask(*command)[0] == 0:
        return True
    if last or mirror.fetch() == head:
        mirror.git.run(*command)  # says why
        return True
    return False
