"""A set of hashtags that the office offers, put into a draft."""

from __future__ import annotations

from dataclasses import replace

from bot.content import post_form
from bot.content.hashtag_sets import HashtagSet
from bot.errors import FileError, NotFound
from bot.services.handing_in import drafts
from bot.services.records import office_texts
from bot.services.records.context import Context
from bot.store.drafts import Draft
from bot.workflow.actors import Actor, Permission


def offered(ctx: Context) -> tuple[HashtagSet, ...]:
    """None while their file cannot be read: a text can be written all the same."""
    try:
        return office_texts.hashtag_sets(ctx)
    except FileError:
        return ()


def add(ctx: Context, actor: Actor, number: int, name: str) -> Draft:
    """Behind those that the draft has; none twice. Raises NotFound, FileError."""
    actor.require(Permission.SUBMIT)
    draft = drafts.find(actor, number)
    found = next((one for one in office_texts.hashtag_sets(ctx) if one.name == name), None)
    if found is None:
        raise NotFound(
            "no such set of hashtags",
            summary="そのハッシュタグの組は、もうありません",
            next_step="ハッシュタグを選び直してください",
        )
    form = post_form.form_of(draft.form)
    tags = tuple(dict.fromkeys((*form.hashtags, *found.tags)))
    return drafts.save(ctx, actor, number, replace(form, hashtags=tags), drafts.as_it_is(draft))
