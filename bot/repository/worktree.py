"""What git knows as new or changed in a folder where people write: not committed, or not on the default branch yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.repository.failure import GitFailed
from bot.repository.git import Git

# A person's own clone: nothing of it is run (fsmonitor) and nothing written (index) by a look.
_SETTINGS = ("core.fsmonitor=false", "core.quotePath=false")
_STATUS = ("--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all")
_FIELDS = {"1": 8, "u": 10}  # of a line of status: how many words stand before the path


@dataclass(frozen=True, kw_only=True)
class WorkTree(Git):
    """git in a folder with files; `folder` is the one that has .git."""

    def _command(self, arguments: Sequence[str]) -> list[str]:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return ["git", "--no-optional-locks", "-C", str(self.folder), *settings, *arguments]


def new_or_changed(folder: Path) -> frozenset[Path]:
    """The files below `folder` that are untracked, or differ from where this branch left the remote's default branch (from the
    branch that it follows, where no default is known; from the last commit without either). Resolved paths.

    Without git, or where it fails, nothing is: to tell old from new is then nobody's knowledge, and files can be named.
    """
    folder = folder.resolve()
    root = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)
    if root is None:
        return frozenset()
    tree = WorkTree(folder=root)
    try:
        code, out = tree.ask("status", *_STATUS, "--", str(folder))
        if code != 0:
            return frozenset()
        changed, upstream = _status(out)
        changed |= _since(tree, folder, "origin/HEAD", upstream)
    except GitFailed:
        return frozenset()
    return frozenset(root / name for name in changed)


def _status(out: bytes) -> tuple[set[str], str]:
    """The paths in git's answer, relative to the root, and the branch that this one follows ("" for none)."""
    changed: set[str] = set()
    upstream = ""
    for line in _names(out):
        kind, _, rest = line.partition(" ")
        if kind == "#":
            upstream = rest.removeprefix("branch.upstream ") if rest.startswith("branch.upstream ") else upstream
        elif kind == "?":
            changed.add(rest)
        elif kind in _FIELDS:
            changed.add(line.split(" ", _FIELDS[kind])[-1])
    return changed, upstream


def _since(tree: WorkTree, folder: Path, *bases: str) -> set[str]:
    """What differs from where this branch left the first of these that there is."""
    for base in filter(None, bases):
        code, out = tree.ask("diff", "--name-only", "-z", "--no-renames", "--merge-base", base, "--", str(folder))
        if code == 0:
            return set(_names(out))
    return set()


def _names(out: bytes) -> list[str]:
    return [name for name in out.decode("utf-8", "surrogateescape").split("\0") if name]
