"""The record of a post as files: sealed data, a page to read, the pictures; and the register of a year.

`record.json` has a section on each line, so that whoever checks it can say which line, and which bytes, are not as sealed.
The check (`bot/record_check.py`) shares no code with this file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from bot import merkle
from bot.services.pages import history, post_record, published, record_redaction
from bot.services.pages.achievement import fiscal_year
from bot.services.pages.acts import verb
from bot.services.pages.post_record import PROVISIONAL, Sections
from bot.services.records import audit, signing
from bot.services.records.context import Context
from bot.store.heads import DayHead, DayStamp
from bot.store.models import AuditEntry, Blob
from bot.text.cells import harmless
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import LABELS, DeliveryState

FORMAT = "dxbot record 1"
REGISTER = ("分類", "名称", "移管者", "移管の時期", "記録媒体の種別", "請求番号")  # 金沢市 令和4年規則第34号 第4条
_MEDIUM = "電磁的記録"
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?[+-]\d\d:\d\d$")


def files(ctx: Context, actor: Actor, number: int, *, redacted: bool = False) -> dict[str, bytes]:
    """Name → bytes: record.json, record.html, and each picture as pictures/<sha256>.jpg. Raises NotAllowed, NotFound."""
    post = post_record.find(ctx, actor, number)
    audit.note(ctx, actor.person, audit.EXPORTED, f"submission:{post.id}", "record, redacted" if redacted else "record")
    whole = post_record.sections(ctx, post)
    about = post_record.entries(whole)
    told = record_redaction.redacted(ctx, whole) if redacted else whole
    entries = [_entry(entry, redacted=redacted) for entry in about]
    heads = _heads(entries)
    found = {"record.json": _sealed(ctx, told | {"entries": entries, "heads": [_head(head) for head in heads]})}
    shown = {"record": _in_words(ctx, told), "redacted": redacted, "entries": entries, "heads": heads}
    shown |= {"zone": ctx.config.timezone.key, "pending": sum(entry["day"] is None for entry in entries)}
    page = render_to_string("record_file.html", shown)
    found["record.html"] = page.encode()
    named = {picture["sha256"] for d in whole["deliveries"] for picture in d["pictures"]}
    for blob in Blob.objects.filter(sha256__in=named):
        found[f"pictures/{blob.sha256}.jpg"] = bytes(blob.data)
    return found


def to_look_at(ctx: Context, actor: Actor, number: int) -> list[tuple[str, ...]]:
    """What the redacted copy leaves that may be a name (`record_redaction.HEADINGS`): for who hands the copy out."""
    post = post_record.find(ctx, actor, number)
    audit.note(ctx, actor.person, audit.EXPORTED, f"submission:{post.id}", "record, possible names")
    return record_redaction.left(ctx, post_record.sections(ctx, post))


def _in_words(ctx: Context, told: Sections) -> Sections:
    """For the page, as people say it; the data keeps the program's own words and the offset of each time."""
    told = _timed(told)
    decisions = [row | {"action": verb(row["action"])} for row in told["decisions"]]
    ended = [row | {"way": verb(row["way"]), "channel": ctx.spec(row["channel"]).label} for row in told["taken_down"]]
    sent = [
        row | {"state": LABELS[DeliveryState(row["state"])], "channel": ctx.spec(row["channel"]).label}
        for row in told["deliveries"]
    ]
    tried = [row | {"outcome": history.ended(row["outcome"])} for row in told["attempts"]]
    return told | {"decisions": decisions, "taken_down": ended, "deliveries": sent, "attempts": tried}


def _timed(value: Any) -> Any:
    """With each moment as a clock on the wall says it."""
    if isinstance(value, str):
        return _MOMENT.sub(r"\1 \2", value)
    if isinstance(value, dict):
        return {key: _timed(each) for key, each in value.items()}
    return [_timed(each) for each in value] if isinstance(value, list) else value


def write(found: dict[str, bytes], folder: Path) -> list[Path]:
    for name, data in found.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return [folder / name for name in found]


def register(ctx: Context, actor: Actor, year: int) -> str:
    """The posts that first went out in a fiscal year, on paper too, the oldest first, by the six columns as CSV; what nobody
    has decided is marked 仮."""
    actor.require(Permission.READ_ALL)
    return _table(ctx, [post for post in published.posts(ctx) if post.year == year])


def transfer(ctx: Context, actor: Actor) -> str:
    """The same columns for what is to be handed over by now: the posts of the years that `due` gives."""
    years = due(ctx, actor)
    return _table(ctx, [post for post in published.posts(ctx) if post.year in years])


def _table(ctx: Context, posts: Sequence[published.PublicPost]) -> str:
    years, out = ctx.config.record_years, io.StringIO()
    table = csv.writer(out)
    table.writerow(REGISTER)
    for post in reversed(posts):
        moved = f"{post.year + 1 + years}年4月" if years else f"未定（{PROVISIONAL}）"
        class_ = ctx.config.record_class or f"未定（{PROVISIONAL}）"
        row = (class_, post.title, post.department, moved, _MEDIUM, f"未定（{PROVISIONAL}）")
        table.writerow([harmless(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def due(ctx: Context, actor: Actor) -> list[int]:
    """The fiscal years whose records are to be handed over by now; none while the years of keeping are undecided."""
    actor.require(Permission.READ_ALL)
    if not ctx.config.record_years:
        return []
    last = fiscal_year(ctx.today) - 1 - ctx.config.record_years
    return sorted({post.year for post in published.posts(ctx) if post.year <= last})


def _sealed(ctx: Context, told: Sections) -> bytes:
    lines = {name: _canonical(section) for name, section in told.items()}
    sums = {name: hashlib.sha256(line.encode()).hexdigest() for name, line in lines.items()}
    manifest = _canonical({"format": FORMAT, "sections": sums})
    key = signing.own(ctx) or signing.make(ctx)
    seal = {"key": signing.public(key), "signature": key.sign(manifest.encode()).hex()}
    body = [f'"manifest":{manifest}', *(f"{_canonical(name)}:{line}" for name, line in lines.items())]
    return ("{\n" + ",\n".join([*body, f'"seal":{_canonical(seal)}']) + "\n}\n").encode()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _entry(entry: AuditEntry, *, redacted: bool) -> dict[str, Any]:
    """With its way to the root of its day, None while that is open."""
    shown: dict[str, Any] = {"id": entry.id, "hash": entry.hash}
    if not redacted:
        fields = ("actor", "verb", "object", "digest", "detail", "previous_hash")
        shown |= {"at": entry.at.isoformat(), **{name: getattr(entry, name) for name in fields}}
    head = DayHead.objects.filter(last__gte=entry.id).order_by("last", "day").first()  # a day without entries ends alike
    if head is None:
        return shown | {"day": None}
    before = DayHead.objects.filter(last__lt=entry.id).order_by("-last").values_list("last", flat=True).first() or 0
    own = AuditEntry.objects.filter(id__gt=before, id__lte=head.last).order_by("id").values_list("id", "hash")
    numbers, hashes = zip(*own, strict=True)
    index = numbers.index(entry.id)
    way = merkle.path([bytes.fromhex(link) for link in hashes], index)
    return shown | {"day": head.day.isoformat(), "index": index, "size": len(hashes), "path": [node.hex() for node in way]}


def _heads(entries: list[dict[str, Any]]) -> list[DayHead]:
    """Of the days that the entries name: their numbers may have gaps, so no range tells it."""
    return list(
        DayHead.objects.select_related("stamp")
        .filter(day__in={entry["day"] for entry in entries if entry["day"]})
        .order_by("day")
    )


def _head(head: DayHead) -> dict[str, Any]:
    """`stamps` are what an authority of time said of it: its name, the time, and its answer (RFC 3161) in hexadecimal."""
    told = {"day": head.day.isoformat(), "statement": head.statement, "signature": head.signature}
    stamps = [{"authority": s.authority, "at": s.at.isoformat(), "token": bytes(s.token).hex()} for s in _stamp(head)]
    return told | {"stamps": stamps}


def _stamp(head: DayHead) -> list[DayStamp]:
    return [head.stamp] if hasattr(head, "stamp") else []
