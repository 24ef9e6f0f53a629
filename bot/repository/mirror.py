"""A local mirror of the content branch: what changed between two commits, who committed it, and the bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from filelock import FileLock, Timeout

from bot.repository.failure import GitFailed
from bot.repository.git import TIMEOUT, Git, GitExcess

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git's own name for no files at all
_ABSENT = "000000"
_LONGEST_LINE = 400  # bytes of a path, on average
_REGULAR = ("100644", "100755")
_WHO = "%H%x02%ae%x02%ce"
_MOVED = re.compile(r"[RC]\d+")  # of git's name-status: two paths follow, and not one
# Bytes that one fetch may write (ADR 21): three times what a push may bring; and an archive of ten years, once.
MOST_FETCHED, MOST_AT_FIRST = 1_000_000_000, 20_000_000_000
MAX_FILE = 30_000_000  # bytes; a camera's largest picture, and no film


@dataclass(frozen=True, kw_only=True)
class Change:
    """A path that differs between two trees. `mode` and `blob` are those of the newer one; "" where it is gone."""

    path: str
    mode: str
    blob: str

    @property
    def gone(self) -> bool:
        return not self.mode

    @property
    def regular(self) -> bool:
        """A plain file below the content folder, as against a symlink, a submodule, or a name that leads elsewhere."""
        return self.mode in _REGULAR and is_safe(self.path)


@dataclass(frozen=True, kw_only=True)
class Commit:
    """The mail addresses are those that stand in the commit itself, in lower case: `email` the author's, `committer` that of
    whoever made it."""

    sha: str
    email: str
    committer: str


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One path that one commit changed; `source` is the path that it had before, "" where the commit did not move it."""

    commit: Commit
    path: str
    source: str = ""


def is_safe(path: str) -> bool:
    """A relative path that stays where it is put, on any file system."""
    pure = PurePosixPath(path)
    plain = not any(c in path for c in '\\:*?"<>|\ufffd') and path.isprintable()
    return plain and pure.as_posix() == path and not any(p in ("", ".", "..") or p.lower() == ".git" for p in path.split("/"))


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """`git` works on a bare repository of our own; `url` and `branch` name what it follows."""

    git: Git
    url: str
    branch: str

    @property
    def _ref(self) -> str:
        return f"refs/remotes/origin/{self.branch}"

    def fetch(self, *, accept_large: bool = False) -> str:
        """The branch's head, with all that it needs. One at a time: git refuses a second writer of a ref. Raises GitFailed,
        GitExcess, unless `accept_large`."""
        self.git.folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(f"{self.git.folder}.lock", timeout=TIMEOUT):
                return self._fetch(accept_large)
        except Timeout:
            raise GitFailed("fetch", None) from None

    def _fetch(self, accept_large: bool) -> str:
        if not (self.git.folder / "HEAD").exists():
            self.git.run("init", "--bare", "--quiet", str(self.git.folder))
        spec = f"+refs/heads/{self.branch}:{self._ref}"
        first = self.git.ask("rev-parse", "--verify", "--quiet", self._ref)[0] != 0
        largest = MOST_AT_FIRST if first or accept_large else MOST_FETCHED
        self._half_written()  # of one that was killed
        try:
            self.git.run(
                *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--end-of-options", self.url, spec),
                largest=largest,
            )
        except GitFailed:
            if self._half_written() < largest:
                raise
            raise GitExcess(largest) from None
        return self.head()

    def _half_written(self) -> int:
        """Takes away what a fetch left that came to no end, and says how large that was, in bytes: git would keep it for
        weeks, and each try adds to it."""
        size = 0
        for file in (self.git.folder / "objects" / "pack").glob("tmp_*"):
            size = max(size, file.stat().st_size)
            file.unlink()
        return size

    def head(self) -> str:
        """The branch's head as of the last fetch."""
        return self.git.text("rev-parse", "--verify", self._ref)

    def keep(self, name: str, commit: str) -> None:
        """Remember a commit under a name of ours, so that a rewritten branch does not take it away."""
        self.git.run("update-ref", f"refs/dxbot/{name}", commit)

    def kept(self, name: str) -> str:
        """The commit under that name, "" for none."""
        code, out = self.git.ask("rev-parse", "--verify", "--quiet", f"refs/dxbot/{name}")
        return out.decode().strip() if code == 0 else ""

    def follows(self, older: str, newer: str) -> bool:
        """Does `newer` have `older` in its history? Not when `older` is unknown here."""
        return self.git.ask("merge-base", "--is-ancestor", older, newer)[0] == 0

    def tip(self, commit: str) -> Commit:
        """Who wrote a commit."""
        return _commit(self.git.text("log", "--no-mailmap", "-1", f"--format={_WHO}", commit))

    def has_more_paths(self, commit: str, number: int) -> bool:
        """Does the commit hold more files than that? Asked before anything else is: `ls-tree` tells them one by one, where all
        other commands gather them first, and a few kilobytes can hold more paths than there is memory."""
        room = number * _LONGEST_LINE
        listed = self.git.beginning("ls-tree", "-r", "-z", "--name-only", commit, limit=room)
        return len(listed) == room or listed.count(b"\0") > number

    def changes(self, older: str, newer: str, paths: Sequence[str] = ()) -> list[Change]:
        """What differs, by path; `older` may be EMPTY_TREE. With `paths`, at or below these alone. The cost is that of what
        differs: equal folders are not opened."""
        out = self.git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", older, newer, "--", *paths)
        words = out.decode("utf-8", "replace").split("\0")
        return [_change(meta, path) for meta, path in zip(words[0::2], words[1::2], strict=False)]

    def edits(self, older: str, newer: str) -> list[Edit]:
        """Every path that each commit of the range changed, the newest first. A merge counts where it agrees with no parent."""
        span = newer if older == EMPTY_TREE else f"{older}..{newer}"
        # Never .mailmap: it lies in the repository, and would let a push say whose commits its own are.
        out = self.git.run(
            *("log", "--no-mailmap", "--topo-order", "-c", "-M20%", "--name-status", "-z", f"--format=%x01{_WHO}", span),
        )
        found: list[Edit] = []
        for record in out.decode("utf-8", "replace").split("\x01")[1:]:
            who, _, names = record.partition("\0")
            found += _edits(_commit(who), names)
        return found

    def authors(self, older: str, newer: str) -> list[Commit]:
        """One commit of each pair of author and committer in the range; what the commits hold is not looked at."""
        span = newer if older == EMPTY_TREE else f"{older}..{newer}"
        out = self.git.run("log", "--no-mailmap", f"--format={_WHO}", span).decode("utf-8", "replace")
        found = [_commit(line) for line in out.splitlines()]
        return list({(commit.email, commit.committer): commit for commit in reversed(found)}.values())

    def last_commit(self, newer: str, path: str) -> Commit | None:
        """The last commit that changed one path."""
        out = self.git.text("log", "--no-mailmap", "-1", f"--format={_WHO}", newer, "--", path)
        return _commit(out) if out else None

    def entry(self, commit: str, path: str) -> Change:
        """What stands at a path in a commit."""
        mode, _, rest = self.git.text("ls-tree", commit, "--", path).partition(" ")
        return Change(path=path, mode=mode, blob=rest.partition(" ")[2].partition("\t")[0])

    def read(self, commit: str, path: str) -> bytes | None:
        """A file's bytes in a commit, None where there is none, and where it is larger than any that is taken."""
        entry = self.entry(commit, path)
        if entry.mode not in _REGULAR or self.sizes([entry.blob])[entry.blob] > MAX_FILE:
            return None
        return self.git.run("cat-file", "blob", entry.blob)

    def sizes(self, blobs: Iterable[str]) -> Mapping[str, int]:
        """Bytes of each blob, without reading them."""
        out = self.git.run(
            "cat-file", "--batch-check=%(objectname) %(objectsize)", data="".join(f"{b}\n" for b in blobs).encode()
        )
        return {name: int(size) for name, _, size in (line.partition(" ") for line in out.decode().splitlines())}

    def blobs(self, names: Iterable[str]) -> Iterator[bytes]:
        """The bytes of each blob, in order, from one call."""
        out = self.git.run("cat-file", "--batch=%(objectsize)", data="".join(f"{b}\n" for b in names).encode())
        at = 0
        while at < len(out):
            begin = out.index(b"\n", at) + 1
            size = int(out[at:begin])
            yield out[begin : begin + size]
            at = begin + size + 1


def _change(meta: str, path: str) -> Change:
    _, mode, _, blob, _ = meta.split(" ")
    return Change(path=path, mode="", blob="") if mode == _ABSENT else Change(path=path, mode=mode, blob=blob)


def _commit(line: str) -> Commit:
    sha, *addresses = line.strip().split("\x02")
    # More than two: somebody wrote our separator into an address, so that nobody knows which is which.
    author, committer = addresses if len(addresses) == 2 else ("", "")
    return Commit(sha=sha, email=author.lower(), committer=committer.lower())


def _edits(commit: Commit, names: str) -> Iterator[Edit]:
    """`names` as git's name-status gives them, between NULs; a moved path is one that is gone, too."""
    words = iter(word.lstrip("\n") for word in names.split("\0"))
    for status in words:
        if not status:
            continue
        path = next(words)
        if not _MOVED.fullmatch(status):
            yield Edit(commit=commit, path=path)
            continue
        yield Edit(commit=commit, path=path)
        yield Edit(commit=commit, path=next(words), source=path)
