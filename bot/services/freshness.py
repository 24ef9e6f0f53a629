"""Do the files still give what was submitted? Every input of a post is remembered by its hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.content.post import Post
from bot.errors import BotError, StaleApproval
from bot.render.bundle import render
from bot.services.context import Context
from bot.store.models import Submission

_SHARED = ("people.yml", "city.yml", "strategy/indicators.yml")
_TEMPLATES = "@templates/"


def inputs(ctx: Context, post: Post) -> dict[str, str]:
    """The SHA-256 of every file that a post's texts and pictures are made from, by its name; "" for one that is not there."""
    own = [ctx.relative(path) for path in (post.source.path, *(p.path for p in post.pictures))]
    own += [f"media/{p.file}" for p in post.pictures]  # looked for here first: one that appears later takes its place
    templates = [f"{_TEMPLATES}{channel}.txt" for channel in post.channels]
    return {name: _sha256(_path(ctx, name)) for name in (*own, *_SHARED, *templates)}


def require_fresh(ctx: Context, submission: Submission) -> None:
    """Raises StaleApproval unless the files still give exactly what was submitted.

    A change of shared files that leaves this post's texts and pictures as they were does no harm.
    """
    if submission.inputs and all(_sha256(_path(ctx, name)) == known for name, known in submission.inputs.items()):
        return
    if _rendered_anew(ctx, submission) != submission.digest:
        raise StaleApproval(
            f"submission {submission.id} has changed",
            summary="申請のあとで原稿か画像が変わりました",
            next_step="いまの内容で申請し直してください。変わる前の承認は使えません",
        )


def _rendered_anew(ctx: Context, submission: Submission) -> str:
    library = ctx.library
    try:
        post = library.read(ctx.absolute(submission.path))
        return render(post, ctx.specs, ctx.templates, library.city).digest
    except BotError:
        return ""


def _path(ctx: Context, name: str) -> Path:
    if name.startswith(_TEMPLATES):
        return ctx.config.templates_dir / "posts" / name.removeprefix(_TEMPLATES)
    return ctx.absolute(name)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
