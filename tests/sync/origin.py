"""The city's git server: a real bare repository, and desks from which leaders commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_ENV = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent"}


def git(folder: Path, *arguments: str, **env: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=os.environ | _ENV | env, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class Origin:
    """`bare` is the server; `desk` a clone in which files are changed and committed as anybody."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.desk = folder / "origin.git", folder / "desk"
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        git(folder, "clone", "--quiet", str(self.bare), str(self.desk))
        git(self.desk, "checkout", "--quiet", "-B", "main")

    @property
    def url(self) -> str:
        return f"file://{self.bare}"

    @property
    def head(self) -> str:
        return git(self.bare, "rev-parse", "main")

    def commit(self, email: str, message: str = "原稿", name: str = "だれか") -> str:
        """Everything that lies on the desk, committed by this person and pushed."""
        who = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}
        git(self.desk, "add", "--all")
        git(self.desk, "commit", "--quiet", "--allow-empty", "-m", message, **who)
        git(self.desk, "push", "--quiet", "--force", "origin", "main")
        return self.head

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.desk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def forget(self) -> None:
        """The next commit has no history: somebody rewrites the branch."""
        git(self.desk, "update-ref", "-d", "refs/heads/main")
