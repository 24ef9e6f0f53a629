"""What was really printed, put back as the record: the press and the office may reword after the 校了."""

from __future__ import annotations

import hashlib
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from bot.errors import NotAllowed, NotFound
from bot.newsletter.plan import issue_name
from bot.services import audit, released
from bot.services.context import Context
from bot.store.released import PrintedText, Release
from bot.text.difference import Piece, difference
from bot.workflow.actors import Actor, Permission

PRINTED = "record_printed"  # in the audit log
MOST = 100_000  # characters; an issue has a few thousand


@dataclass(frozen=True, kw_only=True)
class Record:
    """An issue as it was released and as it was printed; `versions` are what officers entered, the last one first."""

    name: str
    release: Release
    versions: tuple[PrintedText, ...]

    @property
    def text(self) -> str:
        return self.versions[0].text if self.versions else self.release.text

    @property
    def changes(self) -> tuple[Piece, ...]:
        """By word, from what was released to what was printed."""
        return changes(self.release, self.text)


def changes(release: Release, printed: str) -> tuple[Piece, ...]:
    return difference(release.text, printed) if printed != release.text else ()


def of_issue(issue: str) -> Record:
    """Raises NotFound for an issue without a 校了."""
    release = _released(issue)
    versions = tuple(release.printed.order_by("-id"))
    return Record(name=issue_name(issue), release=release, versions=versions)


def record(ctx: Context, actor: Actor, issue: str, text: str) -> PrintedText:
    """Keep `text` beside what was released. The same text again changes nothing. Raises NotFound for an issue without a 校了,
    NotAllowed for a text that cannot be one."""
    actor.require(Permission.DECIDE)
    plain = _plain(text)
    _require_sensible(plain)
    now = ctx.clock.now()
    with transaction.atomic():
        release = _released(issue)
        last = release.printed.order_by("-id").first()
        if last is not None and last.text == plain:
            return last
        row = PrintedText.objects.create(release=release, text=plain, officer=actor.person, at=now)
        digest = hashlib.sha256(plain.encode()).hexdigest()
        audit.record(now, actor.person, PRINTED, f"issue:{issue}", digest=digest)
    return row


def read(file: Path) -> str:
    """The text of a file in UTF-8, or in the CP932 of an office's PC. Raises NotAllowed for one that is neither."""
    raw = file.read_bytes()
    for encoding in ("utf-8-sig", "cp932"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise NotAllowed(
        "not a text file",
        summary=f"{file.name} はテキストファイルとして読めません",
        next_step="文章だけのテキストファイル（UTF-8）にして保存し直してください",
    )


def _released(issue: str) -> Release:
    release = released.latest(issue)
    if release is None:
        raise NotFound(
            f"no release of {issue}",
            summary=f"{issue}は校了になっていません",
            next_step="校了になった号を選んでください",
        )
    return release


def _plain(text: str) -> str:
    """With the line ends of Unix, composed characters, and no empty lines around."""
    lines = unicodedata.normalize("NFC", text.removeprefix("\ufeff")).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _require_sensible(text: str) -> None:
    if not text:
        raise NotAllowed("empty", summary="印刷された文がありません", next_step="紙面の文を入れてください")
    if len(text) > MOST:
        raise NotAllowed(
            "too long", summary="印刷された文が長すぎます", next_step=f"一つの号の文だけを、{MOST:,}字までで入れてください"
        )
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        raise NotAllowed(
            "control characters",
            summary="印刷された文に、読めない文字（制御文字）があります",
            next_step="文章だけのテキストファイルにして、もう一度入れてください",
        )
