"""The yearly post: some weeks before its day, a draft for its writer from what was told last year. Nothing of it goes out by
itself: it begins with a line that the checks refuse until somebody has read it, and is handed in and approved like any other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import transaction

from bot.config import may_exist
from bot.content import post_form
from bot.content.post_form import LAST_YEAR, Form
from bot.language import say
from bot.schedule import yearly
from bot.schedule.yearly import Yearly
from bot.services.handing_in import branch, copying, drafts
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.drafts import Draft, DraftPicture, YearlyDraft
from bot.store.models import Submission, User
from bot.workflow.states import PRINTED

MADE, LACKS = "yearly_draft", "yearly_lacks"  # in the audit log


def make_drafts(ctx: Context) -> int:
    """Each draft that is due, once for each year, also with several publishers; how many were made? Raises FileError, and
    GitFailed where last year's pictures cannot be read now."""
    path = ctx.config.rules_dir / yearly.FILE
    if not ctx.config.content_repository or not may_exist(path):
        return 0
    due = ((one, one.due(ctx.today)) for one in yearly.load(path))
    return sum(_once(ctx, one, day) for one, day in due if day)


def _once(ctx: Context, wanted: Yearly, day: date) -> bool:
    if YearlyDraft.objects.filter(name=wanted.name, year=day.year).exists():
        return False
    source = _last(wanted)
    if lack := _lack(ctx, wanted, source):
        audit.record_once(ctx, LACKS, f"yearly:{wanted.name}:{day.year}", lack)
        return False
    assert source is not None  # noqa: S101 nothing is lacking
    form, pictures = _form(ctx, wanted, source)
    now = ctx.clock.now()
    with transaction.atomic():
        known = {"day": day, "identity": form.identity, "author": wanted.author, "made_at": now}
        row, new = YearlyDraft.objects.get_or_create(name=wanted.name, year=day.year, defaults=known)
        if not new:
            return False  # another publisher was first
        draft = Draft.objects.create(person=wanted.author, form=dict(post_form.fields(form)), updated_at=now)
        DraftPicture.objects.bulk_create([DraftPicture(draft=draft, file=f, data=data) for f, data in pictures.items()])
        detail = say("毎年の原稿「{name}」（{day}ごろ）の下書きを作りました", name=wanted.name, day=f"{day.month}月{day.day}日")
        audit.record(now, audit.SYSTEM, MADE, f"yearly:{row.id}", detail=detail)
    return True


def _last(wanted: Yearly) -> Submission | None:
    """What was told last: of the years for which a draft was made, else of the file."""
    made = YearlyDraft.objects.filter(name=wanted.name).order_by("-year").values_list("identity", flat=True)
    found = (Submission.objects.filter(identity=identity, state__in=sorted(PRINTED)) for identity in (*made, wanted.post))
    return next((newest for rows in found if (newest := rows.order_by("-id").first())), None)


def _lack(ctx: Context, wanted: Yearly, source: Submission | None) -> str:
    """Why no draft can be made, and what to do; "" where it can."""
    if source is None:
        return say(
            "毎年の原稿「{name}」の下書きを作れません。id が {post} の、承認された原稿がありません。"
            "schedules/yearly.yml の post を直してください",
            name=wanted.name,
            post=wanted.post,
        )
    if wanted.author in ctx.library.people and User.objects.filter(username=wanted.author, is_active=True).exists():
        return ""
    return say(
        "毎年の原稿「{name}」の下書きを作れません。{author} は利用者として登録されていません。"
        "schedules/yearly.yml の author を今年の担当者に直してください",
        name=wanted.name,
        author=wanted.author,
    )


def _form(ctx: Context, wanted: Yearly, source: Submission) -> tuple[Form, dict[str, bytes]]:
    """Last year's words for this year, and the pictures that lie beside it: who is in them, and whether they still agree, is
    said anew."""
    form = post_form.read(Path(source.path), source.source)
    fresh = replace(
        copying.words(drafts.empty(ctx, wanted.author), form),
        slot=form.slot,
        pictures=tuple(replace(shot, people="", consent="") for shot in form.pictures),
        lead=f"{LAST_YEAR}\n\n{form.lead}",
    )
    return fresh, drafts.beside(ctx, source.path, form, branch.head(ctx))


def to_come(today: date) -> list[YearlyDraft]:
    """Those that are made and not handed in yet, by their day."""
    rows = YearlyDraft.objects.filter(day__gte=today).order_by("day", "id")
    handed_in = set(Submission.objects.filter(identity__in=[r.identity for r in rows]).values_list("identity", flat=True))
    return [row for row in rows if row.identity not in handed_in]
