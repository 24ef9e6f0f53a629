"""A submission beside what a person knows of the same post: what they last saw, what was last approved, what it became."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import BotError
from bot.render.bundle import Drawings, render
from bot.render.comparison import Comparison, compare
from bot.render.variant import Bundle, drawings, read_bundle
from bot.services.records.context import Context
from bot.store.models import Submission


def between(old: Submission, new: Submission) -> Comparison:
    return compare(read_bundle(old.bundle), read_bundle(new.bundle))


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """What became of a post since it was submitted. `newer` is a later submission of it; `changes` is None if the post cannot
    be read at the moment."""

    newer: Submission | None
    changes: Comparison | None


def meanwhile(ctx: Context, submission: Submission) -> Meanwhile:
    newer = Submission.objects.filter(identity=submission.identity, id__gt=submission.id).order_by("-id").first()
    # What was handed in since goes before the files: those may be half way to the next version.
    current = read_bundle(newer.bundle) if newer else _as_it_stands(ctx, submission)
    changes = compare(read_bundle(submission.bundle), current) if current else None
    return Meanwhile(newer=newer, changes=changes)


def _as_it_stands(ctx: Context, submission: Submission) -> Bundle | None:
    """The post rendered from its files, now."""
    try:
        library = ctx.library
        kept = Drawings(known=drawings(submission.bundle), draws=False)
        return render(library.read(ctx.absolute(submission.path)), ctx.specs, ctx.templates, library.city, kept)
    except BotError:
        return None
