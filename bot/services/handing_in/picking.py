"""A picture of the city's taken into a draft, byte for byte, so that it stays the same one; with what is known of it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from django.db import transaction

from bot.content import post_form
from bot.content.post_form import Form, Shot
from bot.errors import NotAllowed, WorkflowError
from bot.services.approval import picture_records
from bot.services.handing_in import drafts
from bot.services.records.context import Context
from bot.store.drafts import Draft, DraftPicture
from bot.store.pictures import PictureRecord
from bot.workflow.actors import Actor, Permission


def take(ctx: Context, actor: Actor, number: int, picture: int) -> Draft:
    """Put it at the draft's end. Raises NotFound, NotAllowed for one not to be used, WorkflowError for a second time."""
    draft, record = drafts.find(actor, number), picture_records.find(ctx, actor, picture)
    actor.require(Permission.SUBMIT)
    form = post_form.form_of(draft.form)
    drafts.require_room(form)
    if problem := picture_records.problem(ctx, record):
        raise NotAllowed("not to be used", summary=problem, next_step="ほかの画像を選んでください")
    data = picture_records.data(ctx, record)
    _require_new(draft, data)
    shot = _shot(form, record)
    with transaction.atomic():
        DraftPicture.objects.create(draft=drafts.find(actor, number, held=True), file=shot.file, data=data)
        return drafts.save(ctx, actor, number, replace(form, pictures=(*form.pictures, shot)), drafts.as_it_is(draft))


def _require_new(draft: Draft, data: bytes) -> None:
    if any(bytes(one.data) == data for one in draft.pictures.all()):
        raise WorkflowError(
            "there already", summary="この画像は、もう原稿に入っています", next_step="ほかの画像を選んでください"
        )


def _shot(form: Form, record: PictureRecord) -> Shot:
    # Who is in it is the author's to declare, each time: but where the office has looked, its word is the answer.
    people, consent = (record.people, record.consent) if record.recorded_by else ("", "")
    file = f"{form.identity.lower()}-{secrets.token_hex(3)}{Path(record.file).suffix.lower()}"
    return Shot(file=file, alt=record.alt, credit=record.credit, focus=record.focus, people=people, consent=consent)
