"""Whether the files still give what was submitted. Every input of a post is remembered by its hash."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.config import may_exist
from bot.content.post import Post
from bot.errors import BotError, CannotTell, ContentError, FileError, StaleApproval
from bot.language import say
from bot.render.bundle import Drawings, render
from bot.render.environment import CORRECTIONS, POSTS, template
from bot.render.variant import drawings
from bot.services.records.context import Context
from bot.store.models import Submission

_SHARED = ("people.yml", "city.yml", "strategy/indicators.yml", "strategy/charts.yml")
_TEMPLATES = "@templates/"
_SHOWN = 120  # characters of the reason: a delivery keeps 200 in all
_RACY = 2.0  # seconds within which a second write may leave a file's times as they were


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a submission came from: its path, its inputs' hashes, and the digest and the written form of what was made from
    them."""

    path: str
    inputs: Mapping[str, str]
    digest: str
    bundle: str


def inputs(ctx: Context, post: Post) -> dict[str, str]:
    """The SHA-256 of every file that a post's texts and pictures are made from, by its name; "" for one that is not there."""
    own = own_files(ctx, post)
    templates = [f"{_TEMPLATES}{channel}.txt" for channel in post.channels]
    if post.correction:
        templates += [f"{_TEMPLATES}{CORRECTIONS}/{channel}.txt" for channel in post.channels]
    return {name: _sha256(_path(ctx, name)) for name in (*own, *_SHARED, *templates)}


def own_files(ctx: Context, post: Post) -> list[str]:
    """The names of the files that are this post's own: its text and its pictures."""
    own = [ctx.relative(path) for path in (post.source.path, *(p.path for p in post.files))]
    return own + [f"media/{p.file}" for p in post.files]  # looked for here first: one that appears later takes its place


def origin(submission: Submission) -> Origin:
    return Origin(path=submission.path, inputs=submission.inputs, digest=submission.digest, bundle=submission.bundle)


def require_fresh(ctx: Context, origin: Origin, seen: dict[str, str] | None = None) -> None:
    """Raises StaleApproval unless the files still give exactly what was submitted, and CannotTell where they cannot be read:
    a slip of the pen in a shared file, or a disk that is away, is no change of the post. Reads files only; with `seen`, which
    is filled, each file once for all that are looked at together.

    A change of shared files that leaves this post's texts and pictures as they were does no harm.
    """
    seen = {} if seen is None else seen
    for name in origin.inputs:
        if name not in seen:
            seen[name] = _sha256(_path(ctx, name))
    if origin.inputs and {name: seen[name] for name in origin.inputs} == origin.inputs:
        return
    if _is_gone(ctx, origin.path) or _rendered_anew(ctx, origin) != origin.digest:
        raise StaleApproval(
            f"{origin.path} has changed",
            summary="申請のあとで原稿か画像が変わりました",
            next_step="いまの内容で申請し直してください。変わる前の承認は使えません",
        )


def _is_gone(ctx: Context, path: str) -> bool:
    """True if the post's file was surely taken away; false if the content folder itself is not there or cannot be asked."""
    library, file = ctx.library, ctx.absolute(path)
    # By os.path, which answers no where pathlib raises: an unreadable folder must not end the sweep of all others.
    at_hand = os.path.isdir(library.posts_dir) or os.path.isfile(library.root / "people.yml")  # noqa: PTH112, PTH113
    return at_hand and not may_exist(file) and not file.is_symlink()


def _rendered_anew(ctx: Context, origin: Origin) -> str:
    library, path = ctx.library, origin.path
    kept = Drawings(known=drawings(origin.bundle), draws=False)
    try:
        post = library.read(ctx.absolute(path))
        return render(post, ctx.specs, ctx.templates, library.city, kept).digest
    except BotError as e:
        why = _reason(ctx, e)[:_SHOWN]
        raise CannotTell(
            f"{path}: {e.message}",
            summary=say("原稿か、原稿が使うファイルを読めないため、承認された内容のままか確かめられません（{why}）", why=why),
            next_step=say("{next_step}。直るまで配信を止めます。承認はそのまま残ります", next_step=e.next_step),
        ) from e


def _reason(ctx: Context, error: BotError) -> str:
    """What is wrong and where, below the content folder."""
    if not isinstance(error, ContentError | FileError):
        return error.summary
    problem = error.problem if isinstance(error, FileError) else error.summary
    return f"{ctx.relative(error.place.path)} の{error.place.line}行目：{problem}"


def _path(ctx: Context, name: str) -> str:
    if name.startswith(_TEMPLATES):
        kind, _, channel = name.removeprefix(_TEMPLATES).removesuffix(".txt").rpartition("/")
        return str(template(ctx.config.templates_dir, channel, kind or POSTS))
    folder = ctx.config.shared_dir if name in _SHARED else ctx.config.content_dir
    return os.path.join(folder, name)  # noqa: PTH118 in every send


def _sha256(path: str) -> str:
    try:
        found = os.stat(path)  # noqa: PTH116
        if time.time() - found.st_mtime < _RACY:
            return _hash(path)
        return _known(path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    except OSError:
        return ""


@lru_cache(maxsize=4096)
def _known(path: str, *unchanged: int) -> str:
    """One reading for as long as inode, size and times stay what they are."""
    return _hash(path)


def _hash(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
