"""Stamps of time (RFC 3161) on the heads of the days: when a day was closed is then not our word alone (ADR 18).

The authority learns 32 bytes of a digest. What it answers is kept as it came, once it is found right under the roots that the
city trusts; whoever checks later needs those roots and OpenSSL.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.db import transaction

from bot.channel_kit.http import OnceSession, broken_exchange
from bot.config import Config
from bot.errors import ChannelError, ConfigError, Unavailable
from bot.language import say
from bot.services.records import audit
from bot.services.records.audit import BrokenLog
from bot.services.records.context import Context
from bot.store.heads import DayHead, DayStamp

if TYPE_CHECKING:
    from rfc3161_client.tsp import TimeStampResponse

UNSTAMPED = "day_unstamped"
_TIMEOUT, _MOST_BYTES = 15.0, 100_000
_AGAIN = timedelta(minutes=10)
_PATIENCE = timedelta(hours=6)  # after a day's end, before people are told
_BACK = timedelta(days=7)  # older heads are told by those that follow them: each names the one before
_FORM = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class Authority:
    """The city's authority of time, as one publisher asks it."""

    def __init__(self, ctx: Context) -> None:
        """Raises ConfigError: what cannot be read shows at the start."""
        self.ctx, self._not_before = ctx, ctx.clock.now()
        self._roots = roots(ctx.config) if ctx.config.tsa_url else ()

    def look(self) -> int:
        """Stamp the days that lack it, the oldest first; how many were? One that fails is asked for again later, and told to
        people after some hours; no post waits for it."""
        if not self._roots or self.ctx.clock.now() < self._not_before:
            return 0
        lacking = DayHead.objects.filter(stamp=None, day__gte=self.ctx.today - _BACK).order_by("day")
        for done, head in enumerate(lacking):
            try:
                answer = _ask(self.ctx, head.statement, self._roots)
            except ChannelError as e:
                self._not_before = self.ctx.clock.now() + _AGAIN
                self._complain(head, e)
                return done
            _keep(self.ctx, head, answer)
        return len(lacking)

    def _complain(self, head: DayHead, why: ChannelError) -> None:
        end = datetime.combine(head.day + timedelta(days=1), time(), self.ctx.config.timezone)
        if self.ctx.clock.now() >= end + _PATIENCE:
            audit.record_once(self.ctx, UNSTAMPED, f"day:{head.day}", detail=why.code or type(why).__name__)


def roots(config: Config) -> tuple[Certificate, ...]:
    """The certificates that the city trusts for stamps of time. Raises ConfigError, also where nothing here can use them."""
    _require_library()
    try:
        return tuple(load_pem_x509_certificates(Path(config.tsa_roots).read_bytes()))
    except (OSError, ValueError):
        raise ConfigError(
            "the roots of the authority of time cannot be read",
            summary=say("時刻の証明の認証局の証明書（DXBOT_TSA_ROOTS：{path}）を読めません", path=config.tsa_roots),
            next_step="証明書（PEM）のファイルを指定してください。時刻の証明を使わないときは DXBOT_TSA_URL を消してください",
        ) from None


def verify(ctx: Context) -> int:
    """Each stamp against its day's statement, under the roots where they are configured; their number. Raises BrokenLog, and
    ConfigError where nothing here can read them."""
    trusted = roots(ctx.config) if ctx.config.tsa_url else ()
    stamps = DayStamp.objects.select_related("head").order_by("head__day")
    if stamps:
        _require_library()
    for stamp in stamps:
        try:
            _held(bytes(stamp.token), stamp.head.statement, trusted)
        except ValueError:
            raise BrokenLog(
                f"{stamp.head.day}: the stamp of time does not fit",
                summary=say("{day} の時刻の証明が、その日の署名の文に合いません", day=stamp.head.day),
                next_step="外に送られた控えと比べ、経緯を調べてください",
            ) from None
    return len(stamps)


def as_files() -> dict[str, bytes]:
    """Each stamp by its file's name, as OpenSSL reads it."""
    return {f"{stamp.head.day}.tsr": bytes(stamp.token) for stamp in DayStamp.objects.select_related("head")}


def _ask(ctx: Context, statement: str, trusted: Collection[Certificate]) -> TimeStampResponse:
    """Raises a ChannelError: no stamp was given, or none that holds."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(statement.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    address = urlsplit(ctx.config.tsa_url.reveal())
    known = (unquote(address.username), unquote(address.password or "")) if address.username else None
    try:
        with OnceSession(_TIMEOUT, _MOST_BYTES) as session:
            answer = session.post(_bare(ctx), data=request.as_bytes(), headers=_FORM, auth=known)
    except Exception as e:
        raise broken_exchange(e, committing=False) from None
    if answer.status_code != 200:
        raise Unavailable(f"HTTP {answer.status_code}", code=str(answer.status_code))
    try:
        return _held(answer.content, statement, trusted, request.nonce)
    except ValueError:
        raise Unavailable("no stamp that holds", code="no valid stamp") from None


def _held(token: bytes, statement: str, trusted: Collection[Certificate], nonce: int | None = None) -> TimeStampResponse:
    """The stamp, if it holds. Without a root to trust: if it is for this statement. Raises ValueError."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    stamp = decode_timestamp_response(token)
    if trusted:
        try:
            VerifierBuilder(roots=list(trusted), nonce=nonce).build().verify_message(stamp, statement.encode())
        except VerificationError as e:
            raise ValueError("no authority that is trusted said so") from e
    elif stamp.tst_info.message_imprint.message != sha256(statement.encode()).digest():
        raise ValueError("another statement")
    return stamp


def _require_library() -> None:
    """It comes with what servers have (dxbot[distributed]): a checker's or a writer's machine asks no authority. Raises
    ConfigError."""
    try:
        import rfc3161_client  # noqa: F401
    except ImportError:
        raise ConfigError(
            "rfc3161-client is not installed",
            summary="時刻の証明を扱う部品（rfc3161-client）が入っていません",
            next_step="pip install --require-hashes -r requirements-distributed.lock を実行してください。"
            "時刻の証明を使わないときは DXBOT_TSA_URL を消してください",
        ) from None


def _keep(ctx: Context, head: DayHead, stamp: TimeStampResponse) -> None:
    """Whoever stamped it first keeps the place: another machine may have asked meanwhile."""
    host = urlsplit(ctx.config.tsa_url.reveal()).hostname or ""
    told = {"authority": host, "at": stamp.tst_info.gen_time, "token": stamp.as_bytes()}
    with transaction.atomic():
        DayStamp.objects.get_or_create(head=head, defaults=told)


def _bare(ctx: Context) -> str:
    """The address without a name and a password in it."""
    address = urlsplit(ctx.config.tsa_url.reveal())
    return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
