"""The machine: system user, file modes, disk, keys, fonts, clock."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bot import registry
from bot.channel_kit import dates
from bot.channel_kit.http import OnceSession
from bot.cli.account import require_service_account
from bot.cli.exams.exam import Told, bad, fine, heed
from bot.cli.exams.installation import Installation
from bot.clock import elapsed

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LEAST, _LITTLE = 200 * 10**6, 2 * 10**9  # bytes
_FEW_FILES = 1000

_SECONDS = 10.0
_KEY_LENGTH = 32  # characters; the one that is made has 67


def user(at: Installation) -> Iterator[Told]:
    require_service_account(at.config)
    yield fine("dxbot を動かす利用者で実行しています")


def modes(at: Installation) -> Iterator[Told]:
    """As `keep_private` leaves them, without changing any."""
    folder = at.config.var_dir
    if not folder.exists():
        yield heed(
            "状態の置き場 {path} がまだありません", "dxbot admin migrate か dxbot serve が、始めるときに作ります", path=folder
        )
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield bad(
            "状態の置き場 {path} に書き込めません",
            "dxbot を動かす利用者を持ち主にし、chmod 700 にしてください。ディスクが読み取り専用になっていないかも見てください",
            path=folder,
        )
        return
    open_to_all = [path for path in (folder, *sorted(folder.iterdir())) if _is_open(path)]
    for path in open_to_all:
        yield bad(
            "{path} を、この計算機のほかの利用者が読めます",
            "chmod {mode} {path} を実行してください。ログインや署名の鍵がここにあります",
            path=path,
            mode="700" if path.is_dir() else "600",
        )
    if not open_to_all:
        yield fine("状態の置き場は、dxbot を動かす利用者だけが読めます")


def _is_open(path: Path) -> bool:
    mode = path.lstat().st_mode
    return os.name == "posix" and not stat.S_ISLNK(mode) and bool(mode & _OTHERS)


def disk(at: Installation) -> Iterator[Told]:
    for path in dict.fromkeys(_existing(p) for p in (at.config.var_dir, at.config.content_dir)):
        found = os.statvfs(path)
        yield space(path, found.f_bavail * found.f_frsize, found.f_favail if found.f_files else None)


def space(path: Path, free: int, files: int | None) -> Told:
    """`free` in bytes; `files` that can still be made, None where the file system does not count."""
    mega = free // 10**6
    if free < _LEAST or (files is not None and files < _FEW_FILES):
        return bad(
            "{path} の空きが {mega}MB、ファイル{files}個分しかありません",
            "要らないファイルを消すか、ディスクを足してください。一杯になると、配信の記録を書けず、何も出せません",
            path=path,
            mega=mega,
            files="?" if files is None else files,
        )
    if free < _LITTLE:
        return heed(
            "{path} の空きが {mega}MB です", "早めに空けてください。控えや紙面のファイルで増えていきます", path=path, mega=mega
        )
    return fine("{path} の空きは {giga}GB です", path=path, giga=mega // 1000)


def _existing(path: Path) -> Path:
    return next(p for p in (path, *path.parents) if p.exists())


def keys(at: Installation) -> Iterator[Told]:
    """Of log-ins, and of the audit log's days."""
    configured, path = at.config.secret_key, at.config.var_dir / "secret_key"
    if not configured and at.sqlite is None:
        yield heed(
            "データベースが PostgreSQL なのに、DXBOT_SECRET_KEY がありません",
            "コンピューターごとに別の鍵ができます。{path} の中身を、DXBOT_SECRET_KEY_FILE で全てに渡してください",
            path=path,
        )
        return
    if not configured and not path.exists():
        if at.sqlite is not None and at.sqlite.exists():
            yield bad(
                "データベースがあるのに、ログインの鍵（secret_key）がありません",
                "控えから {path} を戻してください。なければ新しく作られ、全員が二つ目の認証を登録し直します",
                path=path,
            )
        return
    length = len(configured.reveal() if configured else path.read_text(encoding="ascii", errors="replace"))
    if length < _KEY_LENGTH:
        yield bad(
            "ログインの鍵（DXBOT_SECRET_KEY）が短すぎます（{length}字）",
            "{least}字以上の、推測できない文字の並びにしてください",
            length=length,
            least=_KEY_LENGTH,
        )
    else:
        yield fine("ログインの鍵があります")


def fonts(_: Installation) -> Iterator[Told]:
    from bot.media.lettering import font_path

    missing = [name for name in map(_font_file, (font_path(bold=False), font_path(bold=True))) if name]
    for name in missing:
        yield bad(
            "フォントのファイル {name} がありません",
            "pip install --require-hashes -r requirements.lock を実行し直してください。カードと紙面を作れません",
            name=name,
        )
    if not missing:
        yield fine("カードと紙面に使うフォントがあります")


def _font_file(path: str) -> str:
    """Its name where it is not there."""
    return "" if Path(path).is_file() else Path(path).name


def clock(at: Installation) -> Iterator[Told]:
    """Against the Date of the platforms' answers, which need no key for that: as the publisher judges it (ADR 24)."""
    addresses = dict.fromkeys(a for key in at.offered for a in registry.addresses(key, at.config))
    found = [reading for address in addresses if (reading := _asked(address)) is not None]
    if not found:
        yield heed("時計を確かめられません（どの配信先からも答えがありません）", "通信とプロキシの設定を確かめてください")
        return
    wall, passed = datetime.now(UTC).timestamp(), elapsed()
    against = [reading for reading in found if reading.contradicts(wall, passed)]
    seconds = max((reading.ahead(wall, passed) for reading in against or found), key=abs)
    if against:
        yield bad(
            "このコンピューターの時計が、配信先の時計と{seconds:.0f}秒違います",
            "時刻合わせ（NTP、systemd-timesyncd など）を動かしてください。違うままでは、予定の時刻に出ません",
            seconds=seconds,
        )
    else:
        yield fine("時計は、配信先の時計と{seconds:.0f}秒の違いです", seconds=abs(seconds))


def _asked(address: str) -> dates.ClockReading | None:
    with suppress(Exception), OnceSession(_SECONDS) as session:  # what keeps an answer away is told by the account's exam
        session.head(address)
    return dates.reading(address)
