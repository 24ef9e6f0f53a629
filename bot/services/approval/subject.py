"""A post as the checks are shown it, with all that the database knows beside the files."""

from __future__ import annotations

from bot.checks.rule import Subject
from bot.content.post import Post
from bot.services.approval import recent
from bot.services.approval.timetable import timetable
from bot.services.records import pictures
from bot.services.records.context import Context


def subject(ctx: Context, post: Post) -> Subject:
    library = ctx.library
    return Subject(
        post,
        ctx.specs,
        ctx.templates,
        library.city,
        library.indicators,
        # The same text twice can cost the account, so what went out of late is compared before anybody approves.
        recent.texts(ctx, post.identity),
        timetable(ctx),
        library.words,
        pictures.limits(ctx, post),
    )
