"""The `git` program, called without a shell, a prompt, a hook or a transport that was not asked for.

What the operator set up for git on this machine (proxy, certificates, ssh keys, credential helper) holds; what could run a
program of the repository's choosing does not.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.config import Secret
from bot.errors import BotError

_INHERITED = (
    *("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GIT_SSL_CAINFO"),
)
_SETTINGS = (
    *("core.hooksPath=/dev/null", "core.fsmonitor=false", "core.quotePath=false", "core.symlinks=false"),
    *("safe.directory=*", "fetch.fsckObjects=true", "submodule.recurse=false", "gc.autoDetach=false", "maintenance.auto=false"),
)
_MEMORY = 1_000_000_000  # bytes that one git may have for itself; what it maps from its packs does not count
TIMEOUT = 120.0  # seconds; a first fetch over a slow line, and no more


class GitFailed(BotError):
    """git ended with an error. What it printed goes to nobody: it may hold an address or a credential."""

    def __init__(self, command: str, code: int | None) -> None:
        super().__init__(
            f"git {command} failed ({'timeout' if code is None else code})",
            summary="原稿の置き場（Git）を読み書きできません",
            next_step="DXBOT_CONTENT_REPOSITORY と DXBOT_CONTENT_BRANCH、通信と権限を確かめてください",
        )


@dataclass(frozen=True, kw_only=True)
class Git:
    """git on one bare repository. `protocols` are those that a fetch or a push may use."""

    folder: Path
    protocols: tuple[str, ...] = ("https", "ssh", "file")
    token: Secret = field(default=Secret(""))

    def run(self, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Standard output. Raises GitFailed."""
        code, out = self.ask(*arguments, data=data, env=env)
        if code != 0:
            raise GitFailed(arguments[0], code)
        return out

    def text(self, *arguments: str) -> str:
        return self.run(*arguments).decode("utf-8", "replace").strip()

    def ask(self, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Exit code and standard output, where the code is an answer. Raises GitFailed when git cannot be run or hangs."""
        with self._started(arguments, env) as git:
            try:
                out, _ = git.communicate(data, timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                git.kill()
                raise GitFailed(arguments[0], None) from None
        return git.returncode, out

    def beginning(self, *arguments: str, limit: int) -> bytes:
        """At most so many bytes of standard output; git is ended then. Raises GitFailed."""
        with self._started(arguments, None) as git:
            deadline = threading.Timer(TIMEOUT, git.kill)
            deadline.start()
            out = git.stdout.read(limit) if git.stdout else b""
            deadline.cancel()
            if len(out) == limit:
                git.kill()
        if len(out) < limit and git.returncode != 0:
            raise GitFailed(arguments[0], git.returncode)
        return out

    def _started(self, arguments: Sequence[str], env: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
        try:
            git = subprocess.Popen(  # noqa: S603 a list, no shell
                self._command(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment() | dict(env or {}),
            )
        except OSError as e:
            raise GitFailed(arguments[0], e.errno) from None
        # A few kilobytes can hold a tree of trees with more paths than any machine has memory (ADR 21). Linux alone can say so
        # of another process; elsewhere the time is bounded, and the tree is looked at before anything else is.
        if sys.platform == "linux":
            import resource

            with suppress(ProcessLookupError, PermissionError, ValueError):
                resource.prlimit(git.pid, resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
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
        basic = base64.b64encode(f"x-access-token:{self.token.reveal()}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }
