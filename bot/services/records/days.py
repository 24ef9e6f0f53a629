"""Closing the days of the audit log: each gets a head, a signed Merkle root that anybody can check (ADR 18)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import ProgrammingError, connection, transaction

from bot import merkle
from bot.errors import ConfigError
from bot.language import say
from bot.services.records import audit, signing
from bot.services.records.audit import BrokenLog
from bot.services.records.context import Context
from bot.store import append_only, locks
from bot.store.heads import DayHead
from bot.store.models import AuditEntry

SEALED, UNSEALED, NEW_KEY, PROTECTED = "day_head", "day_unsealed", "new_audit_key", "protect_audit"
_AT_ONCE = 60  # days closed in one turn: after a year without a publisher, the others' turn comes in between
_PATIENCE = timedelta(hours=1)  # another machine, which holds the key, may be slower


@dataclass(frozen=True, kw_only=True)
class Checked:
    """`days` heads are whole, the newest of them `newest`; `open_days` are over and still without a head."""

    days: int
    newest: DayHead | None
    open_days: int


def close(ctx: Context) -> int:
    """Give each day that is over its head, the earliest first; their number. What was missed while nothing ran is made up for:
    a day's entries are told by their own time. Raises ConfigError for a key that cannot be read."""
    return sum(1 for _ in takewhile(bool, (_close_next(ctx) for _ in range(_AT_ONCE))))


def _close_next(ctx: Context) -> bool:
    """In a look without a lock first: most turns find nothing to do."""
    if not _over(ctx, newest()):
        return False
    with transaction.atomic():
        locks.audit()  # nobody appends, and nobody else closes this day, while its entries are read
        before = newest()
        day = _over(ctx, before)
        key = _key(ctx, before) if day else None
        if day and key:
            _seal(ctx, before, day, key)
        elif day:
            _complain(ctx)
        return bool(day and key)


def newest() -> DayHead | None:
    return DayHead.objects.order_by("-day").first()


def _over(ctx: Context, before: DayHead | None) -> date | None:
    """The next day to close, if it is over on the office's wall."""
    if before is not None:
        day = before.day + timedelta(days=1)
    elif (first := AuditEntry.objects.order_by("id").first()) is not None:
        day = first.at.astimezone(ctx.config.timezone).date()
    else:
        return None
    return day if day < ctx.today else None


def _key(ctx: Context, before: DayHead | None) -> Ed25519PrivateKey | None:
    """None on a machine without the key that signed the days before: of several machines, those sign that hold it."""
    return signing.own(ctx) or (signing.make(ctx) if before is None else None)


def _seal(ctx: Context, before: DayHead | None, day: date, key: Ed25519PrivateKey) -> None:
    """In the caller's transaction, under the log's lock."""
    public = signing.public(key)
    last, chain, hashes = (before.last, before.chain, []) if before else (0, "", [])
    for number, at, link in _links(last):
        # An entry that was written late, or by a clock behind, counts with the day that is open then.
        if at.astimezone(ctx.config.timezone).date() > day:
            break
        last, chain = number, link
        hashes.append(bytes.fromhex(link))
    head = DayHead(
        day=day,
        last=last,
        size=len(hashes),
        root=merkle.root(hashes).hex(),
        chain=chain,
        previous=before.digest if before else "",
        key=public,
    )
    head.signature = key.sign(head.statement.encode()).hex()
    head.save(force_insert=True)
    if before and before.key != public:
        audit.record_once(ctx, NEW_KEY, f"key:{public}")  # also of a key that was changed in the configuration
    audit.record(ctx.clock.now(), audit.SYSTEM, SEALED, f"day:{day}", detail=letter(head))


def letter(head: DayHead) -> str:
    """The head as it is sent and kept: the statement, then its signature."""
    return f"{head.statement}signature: {head.signature}\n"


def _complain(ctx: Context) -> None:
    """Once on each day on which nobody signs: a log whose days stay open convinces nobody."""
    midnight = datetime.combine(ctx.today, time(), ctx.config.timezone)
    if ctx.clock.now() >= midnight + _PATIENCE:
        audit.record_once(ctx, UNSEALED, f"day:{ctx.today - timedelta(days=1)}")


def new_key(ctx: Context, by: str) -> str:
    """A new key in the state folder, for one that was lost or seen by others; its public half. Raises ConfigError."""
    with transaction.atomic():
        public = signing.public(signing.replace(ctx))
        audit.record(ctx.clock.now(), by, NEW_KEY, f"key:{public}")
    return public


def as_files(after: int = 0) -> dict[str, bytes]:
    """The statement and the signature (64 bytes) of each day whose head came after this one, by file name: what OpenSSL needs
    besides the public key."""
    return {
        name: data
        for head in DayHead.objects.filter(id__gt=after).order_by("day").iterator()
        for name, data in ((f"{head.day}.txt", head.statement.encode()), (f"{head.day}.sig", bytes.fromhex(head.signature)))
    }


def compare(folder: Path) -> int:
    """Statements that were kept elsewhere, by `as_files`' names, against the log's own; their number. They show what nothing
    here can: that entries and heads were taken away and the days closed anew, with the true key. Raises BrokenLog."""
    copies = sorted(folder.glob("*.txt"))
    own = {f"{head.day}.txt": head.statement for head in DayHead.objects.iterator()}
    for copy in copies:
        if copy.read_text(encoding="utf-8", errors="replace") != own.get(copy.name):
            raise BrokenLog(
                f"{copy.name} is not what the log has",
                summary=say("外の控え {name} が、いまの操作の記録の署名と違います", name=copy.name),
                next_step="記録がその日のあとで作り直されたおそれがあります。経緯を調べてください",
            )
    return len(copies)


def protect(ctx: Context, by: str) -> None:
    """Put the triggers back. Raises ConfigError where this user does not own the tables."""
    try:
        with connection.schema_editor() as editor:
            append_only.remove(editor)
            append_only.install(editor)
            audit.record(ctx.clock.now(), by, PROTECTED, "log:audit")
    except ProgrammingError as e:
        raise ConfigError(
            f"the triggers cannot be made: {type(e.__cause__).__name__}",
            summary="このデータベース利用者には、仕掛け（トリガー）を入れ直す権限がありません",
            next_step="表の持ち主の DATABASE_URL で実行してください",
        ) from None


def trusted(ctx: Context) -> set[str]:
    """The public half of this machine's own key, if it has one."""
    key = signing.own(ctx)
    return {signing.public(key)} if key else set()


def verify(ctx: Context, keys: Collection[str]) -> Checked:
    """Every head against the entries, the head before it and these public keys; and whether the database still refuses to
    change what is on record. The entries themselves are for `audit.verify`. Raises BrokenLog."""
    if wrong := append_only.faults():
        raise BrokenLog(
            f"triggers missing or changed: {', '.join(wrong)}",
            summary=say(
                "操作の記録を守る仕掛け（トリガー）が、なくなったか変えられています（{names}）", names="、".join(wrong)
            ),
            next_step="だれがいつ外したか調べ、データベースの持ち主として dxbot admin audit protect で入れ直してください",
        )
    links = _links(0)
    before: DayHead | None = None
    count = 0
    for head in DayHead.objects.order_by("day").iterator():
        _require_signed(head, keys)
        _require_following(head, before)
        _require_entries(head, before, links)
        before, count = head, count + 1
    first_open = _over(ctx, before)
    return Checked(days=count, newest=before, open_days=(ctx.today - first_open).days if first_open else 0)


def _links(after: int) -> Iterator[tuple[int, datetime, str]]:
    """Number, time and hash of the entries after this one."""
    return AuditEntry.objects.filter(id__gt=after).order_by("id").values_list("id", "at", "hash").iterator()


def _require_signed(head: DayHead, keys: Collection[str]) -> None:
    if head.key not in keys:
        raise BrokenLog(
            f"{head.day} is signed by another key",
            summary=say("{day} の署名は、知らない鍵（{key}…）によるものです", day=head.day, key=head.key[:16]),
            next_step="鍵を替えたなら、前の公開鍵を --public-key で指定してください。覚えがなければ、経緯を調べてください",
        )
    if not signing.signed(head.key, head.signature, head.statement):
        raise _broken(head, "its signature does not fit", "署名が内容に合いません")


def _require_following(head: DayHead, before: DayHead | None) -> None:
    follows = head.previous == (before.digest if before else "")
    if not follows or (before and head.day != before.day + timedelta(days=1)):
        raise _broken(head, "it does not follow the day before", "前の日の署名につながりません")


def _require_entries(head: DayHead, before: DayHead | None, links: Iterator[tuple[int, datetime, str]]) -> None:
    found = list(islice(links, head.size))
    last, _, chain = found[-1] if found else (before.last if before else 0, None, before.chain if before else "")
    root = merkle.root(bytes.fromhex(link) for _, _, link in found).hex()
    if (len(found), last, chain, root) != (head.size, head.last, head.chain, head.root):
        raise _broken(head, "its entries are not those that were signed", "署名した時の記録と、いまの記録が違います")


def _broken(head: DayHead, message: str, problem: str) -> BrokenLog:
    return BrokenLog(
        f"{head.day}: {message}",
        summary=say("{day} の操作の記録：{problem}", day=head.day, problem=problem),
        next_step="外に送られた控えと比べ、経緯を調べてください",
    )
