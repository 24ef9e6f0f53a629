"""The `git` program, called without a shell, a prompt, a hook or a transport that was not asked for.

What the operator set up for git on this machine (proxy, certificates, ssh keys, credential helper) holds; what could run a
program of the repository's choosing does not.
"""

from __future__ import annotations

import base64
import errno
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bot.errors import BotError
from bot.language import say
from bot.options import Secret
from bot.repository.failure import NOT_STARTED, GitFailed

_INHERITED = (
    *("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GIT_SSL_CAINFO"),
)
_SETTINGS = (
    *("core.hooksPath=/dev/null", "core.fsmonitor=false", "core.quotePath=false", "core.symlinks=false"),
    *(
        "safe.directory=*",
        "fetch.fsckObjects=true",
        "submodule.recurse=false",
        "gc.autoDetach=false",
        "maintenance.auto=false",
    ),
)
_MEMORY = 1_000_000_000  # bytes that one git may have for itself; what it maps from its packs does not count
_PIECE = 8192  # bytes of standard error that are kept
_GOODBYE = 2.0  # seconds
TIMEOUT = 120.0  # seconds; a first fetch over a slow line, and no more


class GitExcess(GitFailed):
    """A fetch was ended because what it wrote grew beyond `largest` bytes."""

    def __init__(self, largest: int) -> None:
        BotError.__init__(
            self,
            f"a fetch wrote more than {largest} bytes",
            summary=say("原稿の置き場（Git）から届くものが大きすぎます（上限 {size:,} MB）", size=largest // 1_000_000),
            next_step="大きなファイルを履歴から消すか、中身を確かめたうえで dxbot sync --accept-large を実行してください",
        )


@dataclass(frozen=True, kw_only=True)
class Git:
    """git on one bare repository. `protocols` are those that a fetch or a push may use."""

    folder: Path
    protocols: tuple[str, ...] = ("https", "ssh", "file")
    token: Secret = field(default=Secret(""))

    def run(self, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None, largest: int = 0) -> bytes:
        """Standard output. `largest` is how many bytes a file that git writes may have (on Linux; 0: any number). Raises
        GitFailed."""
        code, out, printed = self._done(arguments, data, env, largest)
        if code != 0:
            raise self._failed(arguments[0], code, printed)
        return out

    def text(self, *arguments: str) -> str:
        return self.run(*arguments).decode("utf-8", "replace").strip()

    def ask(
        self, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None, largest: int = 0
    ) -> tuple[int, bytes]:
        """Exit code and standard output, where the code is an answer. Raises GitFailed when git cannot be run or hangs."""
        code, out, _ = self._done(arguments, data, env, largest)
        return code, out

    def beginning(self, *arguments: str, limit: int) -> bytes:
        """At most so many bytes of standard output; git is ended then. Raises GitFailed."""
        with self._started(arguments, None) as git:
            tail = _Tail(git.stderr)
            deadline = threading.Timer(TIMEOUT, git.kill)
            deadline.start()
            out = git.stdout.read(limit) if git.stdout else b""
            deadline.cancel()
            if len(out) == limit:
                git.kill()
            printed = tail.text()
        if len(out) < limit and git.returncode != 0:
            raise self._failed(arguments[0], git.returncode, printed)
        return out

    def _done(
        self, arguments: Sequence[str], data: bytes, env: Mapping[str, str] | None, largest: int
    ) -> tuple[int, bytes, str]:
        """Exit code, standard output, and the end of standard error."""
        with self._started(arguments, env, largest) as git:
            tail = _Tail(git.stderr)
            git.stderr = None  # the tail reads it; what gathers the output would keep all of it
            try:
                out, _ = git.communicate(data, timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                git.kill()
                raise GitFailed(arguments[0], None) from None
            return git.returncode, out, tail.text()

    def _failed(self, command: str, code: int, printed: str) -> GitFailed:
        token = self.token.reveal()
        return GitFailed(command, code, printed, (token, _basic(token)) if token else ())

    def _started(self, arguments: Sequence[str], env: Mapping[str, str] | None, largest: int = 0) -> subprocess.Popen[bytes]:
        try:
            git = subprocess.Popen(  # noqa: S603 a list, no shell
                self._command(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment() | dict(env or {}),
            )
        except OSError as e:
            raise GitFailed(arguments[0], NOT_STARTED, _why(e)) from None
        # A few kilobytes can hold a tree of trees with more paths than any machine has memory (ADR 21). Linux alone can say so
        # of another process; elsewhere the time is bounded, and the tree is looked at before anything else is.
        if sys.platform == "linux":
            import resource

            with suppress(ProcessLookupError, PermissionError, ValueError):
                resource.prlimit(git.pid, resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
                if largest:  # its children have the same limits
                    resource.prlimit(git.pid, resource.RLIMIT_FSIZE, (largest, largest))
        return git

    def _command(self, arguments: Sequence[str]) -> list[str]:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return ["git", f"--git-dir={self.folder}", *settings, *arguments]

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        ours = {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
            "GIT_ALLOW_PROTOCOL": ":".join(self.protocols),
            "GIT_LITERAL_PATHSPECS": "1",
            "LC_ALL": "C.UTF-8",
        }
        return inherited | ours | self._credential()

    def _credential(self) -> dict[str, str]:
        """In the environment, since everybody on the machine may read a command line."""
        if not self.token:
            return {}
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {_basic(self.token.reveal())}",
        }


class _Tail:
    """Reads a stream to its end and keeps the last of it: the other side may send words without end."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream, self._kept = stream, b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def text(self) -> str:
        """Once the process has ended. One of its own may hold the stream open; that one is not waited for."""
        self._reader.join(_GOODBYE)
        return self._kept.decode("utf-8", "replace")

    def _read(self) -> None:
        if self._stream is not None:
            with suppress(OSError, ValueError), self._stream:
                while piece := os.read(self._stream.fileno(), _PIECE):
                    self._kept = (self._kept + piece)[-_PIECE:]


def _basic(token: str) -> str:
    return base64.b64encode(f"x-access-token:{token}".encode()).decode()


def _why(error: OSError) -> str:
    """Nothing where the program is not there or not ours to run; else what the system lacks."""
    return "" if error.errno in (errno.ENOENT, errno.EACCES) else os.strerror(error.errno or 0)
