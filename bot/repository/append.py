"""Adding files to a branch that only the program writes, and that nothing is ever taken away from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.repository.mirror import Mirror

_OURS = "refs/dxbot/appended"


def append(mirror: Mirror, files: Mapping[str, bytes], message: str, at: datetime) -> None:
    """One commit with these files on the mirror's branch, which is begun if there is none. Raises GitFailed, also when somebody
    took something away from the branch meanwhile: it is never forced."""
    git, branch = mirror.git, f"refs/heads/{mirror.branch}"
    git.folder.parent.mkdir(parents=True, exist_ok=True)
    if not (git.folder / "HEAD").exists():
        git.run("init", "--bare", "--quiet", str(git.folder))
    git.run("update-ref", "-d", _OURS)
    if git.run("ls-remote", "--heads", "--end-of-options", mirror.url, branch):
        git.run("fetch", "--quiet", "--no-tags", "--end-of-options", mirror.url, f"+{branch}:{_OURS}")
    head = git.ask("rev-parse", "--verify", "--quiet", _OURS)
    git.run("fast-import", "--quiet", data=_stream(files, message, at, head[1].decode().strip() if head[0] == 0 else ""))
    git.run("push", "--quiet", "--end-of-options", mirror.url, f"{_OURS}:{branch}")


def _stream(files: Mapping[str, bytes], message: str, at: datetime, head: str) -> bytes:
    """What git-fast-import reads."""
    text = message.encode()
    by = f"dxbot <dxbot@localhost> {int(at.timestamp())} +0000"
    lines = [f"commit {_OURS}\ncommitter {by}\ndata {len(text)}\n".encode(), text]
    lines.append(f"\nfrom {head}\n".encode() if head else b"\n")
    for path, data in files.items():
        lines += [f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]
    return b"".join(lines)
