"""The state (sessions, posts nobody has seen yet, the key that signs) is readable by the account that runs dxbot alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.cli.console import warn
from bot.errors import ConfigError
from bot.language import say

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(path: Path) -> None:
    """A folder 0700 and the files in it 0600, or one file 0600; made so where they are not, and said. What lies deeper is shut
    by the folder. Raises ConfigError where that is not ours to do."""
    if os.name != "posix":
        return
    inside = sorted(path.iterdir()) if path.is_dir() else ()
    opened = [each for each in (path, *inside) if _shut(each)]
    if opened:
        warn("状態の置き場 {path} を、ほかの利用者が読めないようにしました。", path=path)


@contextmanager
def private_files() -> Iterator[None]:
    """What is made in here, nobody else can read. For the start alone: what people export is theirs to share."""
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def _shut(path: Path) -> bool:
    """Whether it was open."""
    with suppress(FileNotFoundError):  # the database takes files of its own away
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & _OTHERS:
            return False
        # A folder with the sticky bit belongs to all by design; to shut /tmp would stop the machine.
        if mode & stat.S_ISVTX or not _chmod(path, stat.S_IMODE(mode) & ~_OTHERS):
            raise ConfigError(
                f"{path} is readable by others, and not ours to change",
                summary=say("状態の置き場 {path} を、この計算機のほかの利用者が読めます", path=path),
                next_step="dxbot を動かす利用者だけの置き場（chmod 700）を、DXBOT_VAR_DIR に書いてください",
            )
        return True
    return False


def _chmod(path: Path, mode: int) -> bool:
    try:
        path.chmod(mode)
    except PermissionError:
        return False
    return True
