"""The copy of a record for a disclosure request: without the names of staff, and what a person must still look at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from bot.errors import BotError
from bot.services.pages.post_record import Sections
from bot.services.records.audit import NOBODY, SYSTEM
from bot.services.records.context import Context
from bot.store.models import User
from bot.text.cells import harmless
from bot.text.redaction import Redaction

HIDDEN = "（職員の氏名のため不開示）"
HEADINGS = ("部分", "番号", "項目", "語", "前後の文", "残した理由")
_REASON = {"what": "職員の氏名と識別名", "reason": "個人に関する情報（根拠条項は仮。文書の担当課が確かめること）"}
_PEOPLE = frozenset(
    {
        *("actor", "author", "countersigned_by", "decided_by", "officer", "on_behalf_of", "person", "settled_by"),
        *("signed_by", "submitted_by"),
    }
)
_HANDS = "people"  # of a submission's hands
_NOT_WORDS = frozenset(
    {
        *("action", "at", "channel", "channels", "commit", "digest", "due_at", "kind", "outcome", "road", "sha256", "state"),
        *("version", "way"),
    }
)  # the program's own: a log-in name that is the same word must not break them
_PARTS = {
    "record": "記録",
    "submissions": "申請",
    "decisions": "判断",
    "comments": "コメント",
    "suggestions": "直しの提案",
    "deliveries": "出た文",
    "attempts": "試行",
    "taken_down": "削除についての判断",
    "removals": "削除の結果",
    "paper": "紙面",
    "readings": "指標",
}


def redacted(ctx: Context, whole: Sections) -> Sections:
    """The copy, with the reasons. Digests that cover a name can no more be recomputed: the sealed bytes are left out, the texts
    stay."""
    bare = _unsealed(whole)
    return {**_without(bare, _staff(ctx, whole)), "redactions": [_REASON]}


def left(ctx: Context, whole: Sections) -> list[tuple[str, ...]]:
    """What the copy shows and may be a name, by `HEADINGS`, each once. It is for the office, never part of the copy."""
    staff = _staff(ctx, whole)
    found = (
        (_PARTS.get(part, part), number, key, doubt.word, doubt.around, doubt.why)
        for part, section in _unsealed(whole).items()
        for number, key, text in _texts(section)
        for doubt in staff.left(text)
    )
    return list(dict.fromkeys(found))


def as_csv(rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *([harmless(cell) for cell in row] for row in rows)])
    return "\ufeff" + out.getvalue()


def _unsealed(whole: Sections) -> Sections:
    bare = [{k: v for k, v in s.items() if k not in ("bundle", "source")} for s in whole["submissions"]]
    return {**whole, "submissions": bare}


def _staff(ctx: Context, whole: Sections) -> Redaction:
    """All by which a member of staff is known here."""
    names, addresses, departments = set[str](), set[str](), {str(row["department"]) for row in whole["submissions"]}
    keys = set(_acting(whole))
    for user in User.objects.all():
        keys.add(user.username)
        names |= {f"{user.last_name} {user.first_name}".strip(), user.get_full_name()}
        addresses |= {user.email, *user.addresses}
        departments.add(user.department)
    with suppress(BotError):  # then the accounts are what is known
        for key, author in ctx.library.people.items():
            keys.add(key)
            names.add(author.name)
            addresses.update(author.emails)
            departments.add(author.department)
    known = ({each for each in told - departments if len(each) > 1} for told in (names, keys - {SYSTEM, NOBODY}, addresses))
    return Redaction(*known)


def _acting(value: Any) -> Iterator[str]:
    """Who acted in the record, whether they still have an account or not."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key in _PEOPLE and isinstance(each, str):
                yield each
            if key == _HANDS:
                yield from each
            yield from _acting(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _acting(each)


def _without(value: Any, staff: Redaction, key: str = "") -> Any:
    if isinstance(value, str):
        return value if key in _NOT_WORDS else staff.hide(value, HIDDEN)
    if isinstance(value, Mapping):
        return {name: _without(each, staff, name) for name, each in value.items()}
    return [_without(each, staff, key) for each in value] if isinstance(value, list | tuple) else value


def _texts(value: Any, number: str = "", key: str = "") -> Iterator[tuple[str, str, str]]:
    """(number of the row, its item, the text) of each text in a section."""
    if isinstance(value, str) and key not in _NOT_WORDS:
        yield number, key, value
    elif isinstance(value, Mapping):
        own = str(value["id"]) if "id" in value else number
        for name, each in value.items():
            yield from _texts(each, own, name)
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value, 1):
            yield from _texts(each, number or str(at), key)
