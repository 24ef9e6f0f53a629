"""What this machine lacks, or its database, in one sentence with what to do; and said once a minute, not a thousand times.

A full disk, a database that is away or memory that is used up shows in every part of the program, as whatever error the part at
hand happened to meet. Whoever looks after the machine needs the one sentence that is behind all of them.
"""

from __future__ import annotations

import errno
import logging
import sys
import threading
import time
from collections.abc import Iterator

from bot.errors import BotError
from bot.language import say

EVERY = 60.0  # seconds between two times that the same trouble is said
_DEEPEST = 10  # causes of a cause


class MachineTrouble(BotError):
    """Not the program's fault, nor that of what it was given: it goes on when the machine is put right."""


class Away(MachineTrouble):
    """Something that others are at work on: worth waiting for."""


class FileTrouble(BotError):
    """One file or folder cannot be made, read or written."""


def of(error: BaseException) -> MachineTrouble | None:
    """The trouble behind an error, by what it carries and what it came from; None where there is none."""
    for cause in causes(error):
        found = _of_system(cause) or _of_database(cause)
        if found is not None:
            return found
    return None


def of_file(error: BaseException) -> FileTrouble | None:
    """For a command at its end: the file that it stumbled over."""
    if not isinstance(error, OSError) or not error.filename:
        return None
    if error.errno in (errno.EACCES, errno.EPERM):
        summary = say("{path} を読み書きする権限がありません", path=error.filename)
    else:
        summary = say("{path} を使えません（{reason}）", path=error.filename, reason=error.strerror)
    return FileTrouble(
        f"{type(error).__name__}: {error.filename}",
        summary=summary,
        next_step="場所の名前と、dxbot を動かす利用者の権限を確かめて、もう一度お試しください",
    )


def causes(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """The error, what it was raised from, and what libraries hand on as an argument or as `reason`."""
    if error is None or depth > _DEEPEST:
        return
    yield error
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    for cause in {id(e): e for e in inner if isinstance(e, BaseException) and e is not error}.values():
        yield from causes(cause, depth + 1)


def _of_system(error: BaseException) -> MachineTrouble | None:
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError) or number == errno.ENOMEM or _lacks_threads(error):
        return MachineTrouble(
            "out of memory",
            summary="メモリーが足りません",
            next_step="空きを増やすか、サービスのメモリーの上限（MemoryMax、ulimit -v）を広げてください",
        )
    if number in (errno.EMFILE, errno.ENFILE):
        return MachineTrouble(
            "out of file descriptors",
            summary="開いておけるファイルと通信の数の上限に達しました",
            next_step="サービスの上限（LimitNOFILE、ulimit -n）を 4096 以上にして、動かし直してください",
        )
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _full(getattr(error, "filename", None))
    if number in (errno.EROFS, errno.EIO):
        return MachineTrouble(
            f"the disk refuses: {errno.errorcode[number]}",
            summary=say("ディスクに書き込めないか、読めません（{reason}）", reason=getattr(error, "strerror", "")),
            next_step="ディスクの状態と、読み取り専用になっていないかを確かめてください",
        )
    return None


def _lacks_threads(error: BaseException) -> bool:
    """No memory for a thread's stack, or no right to one more."""
    return isinstance(error, RuntimeError) and str(error) == "can't start new thread"


def _full(path: object = None) -> MachineTrouble:
    return MachineTrouble(
        "no space left",
        summary=say("書き込む先に空きがありません（{path}）", path=path) if path else "書き込む先に空きがありません",
        next_step="ディスクの空きと割り当て（quota）を確かめてください",
    )


def _of_database(error: BaseException) -> MachineTrouble | None:
    if not _is_of_database(error):
        return None
    said = str(error)
    if any(words in said for words in ("is full", "No space left", "disk full")):
        return _full()
    for words, kind, summary, next_step in _DATABASE:
        if any(word in said for word in words):
            return kind(f"database: {words[0]}", summary=summary, next_step=next_step)
    return Away(
        "the database does not answer",
        summary="データベースにつながらないか、データベースが応じません",
        next_step="データベースが動いているか、DATABASE_URL のホストと名前を確かめてください",
    )


def _is_of_database(error: BaseException) -> bool:
    """Django's errors, where Django is at work, and those of the driver that Procrastinate uses by itself. A statement that is
    wrong, or a value that does not fit, is no trouble of the machine's."""
    django, psycopg = sys.modules.get("django.db.utils"), sys.modules.get("psycopg")
    if django and type(error) in (django.DatabaseError, django.OperationalError, django.InterfaceError):
        return True
    return bool(psycopg and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError))


# Only from words: before a connection stands, the driver knows no code.
_DATABASE: tuple[tuple[tuple[str, ...], type[MachineTrouble], str, str], ...] = (
    (
        ("readonly database", "unable to open database file", "disk I/O error"),
        MachineTrouble,
        say("データベースのファイルを開けないか、書き込めません"),
        say("ファイルとフォルダーの持ち主と権限、ディスクの空きと状態、開けるファイルの数の上限を確かめてください"),
    ),
    (
        ("file is not a database", "malformed", "file is encrypted"),
        MachineTrouble,
        say("データベースのファイルが壊れているか、データベースではありません"),
        say("DATABASE_URL か DXBOT_VAR_DIR の場所を確かめ、壊れているなら控えから戻してください"),
    ),
    (
        ("no such table", "no such column", "has no column"),
        MachineTrouble,
        say("データベースの形が、このプログラムのものと違います"),
        say("dxbot admin migrate を実行してください。新しいプログラムで作ったものなら、そのプログラムを使ってください"),
    ),
    (
        ("database is locked",),
        Away,
        say("データベースを、ほかの処理が使い続けています"),
        say("SQLite では配信のプロセスを一つだけにしてください。続くときは、ほかに開いている処理がないか確かめてください"),
    ),
    (
        ("failed to resolve host", "could not translate host name"),
        Away,
        say("データベースのサーバーの名前を引けません"),
        say("DATABASE_URL のホスト名と、DNS の設定を確かめてください"),
    ),
    (
        ("authentication failed", "no password supplied", "no pg_hba.conf entry", "does not exist", "permission denied"),
        MachineTrouble,
        say("データベースに入れないか、そのデータベースか表がありません"),
        say("DATABASE_URL の利用者・鍵・データベースの名前と、サーバー側の許可（pg_hba.conf）を確かめてください"),
    ),
    (
        ("too many connections", "too many clients", "remaining connection slots"),
        Away,
        say("データベースの接続の数が上限に達しています"),
        say("サーバーの max_connections を増やすか、使っていない接続を終えてください"),
    ),
    (
        ("certificate", "SSL"),
        MachineTrouble,
        say("データベースとの暗号化した接続を始められません"),
        say("DATABASE_URL の sslmode と証明書、サーバー側の TLS の設定を確かめてください"),
    ),
)


class EveryMinute:
    """Whether to say something now: when it is new, and every minute while it goes on. From any thread."""

    def __init__(self, seconds: float = EVERY) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self._said: dict[str, float] = {}

    def __call__(self, what: str) -> bool:
        now = time.monotonic()
        with self._lock:
            self._said = {each: at for each, at in self._said.items() if now - at < self._seconds}
            return self._said.setdefault(what, now) == now


class OneSentence(logging.Filter):
    """For the handlers of the log: whatever met the machine's trouble, and however often, it is one sentence in a minute. The
    places at which it was met say nothing more."""

    def __init__(self) -> None:
        super().__init__()
        self._is_due = EveryMinute()

    def filter(self, record: logging.LogRecord) -> bool:
        trouble = _behind(record)
        if trouble is None:
            return True
        record.msg, record.args = say("{summary}。{next_step}。", summary=trouble.summary, next_step=trouble.next_step), ()
        record.exc_info = record.exc_text = record.stack_info = None
        return self._is_due(trouble.message)


def _behind(record: logging.LogRecord) -> MachineTrouble | None:
    """Errors are logged with their traceback, or as one of the words of a line."""
    logged = [record.exc_info[1]] if record.exc_info else []
    logged += [part for part in record.args or () if isinstance(part, BaseException)]
    return next(filter(None, (of(error) for error in logged if error is not None)), None)
