"""A post as every channel will show it, in one HTML file that needs nothing else: no network, no script, no file beside it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from bot.checks import registry
from bot.checks.finding import LEVEL_LABELS, Finding, from_error
from bot.config import ROOT
from bot.content import frontmatter
from bot.content.post import Post
from bot.errors import ContentError
from bot.render.appearance import Appearance, appearance
from bot.render.bundle import render
from bot.render.environment import html
from bot.render.variant import Bundle, Media, Variant
from bot.services.approval.timetable import every_wish
from bot.services.paper import layout
from bot.services.records.context import Context

_STYLES = tuple(ROOT / "bot" / "web" / "static" / name for name in ("tokens.css", "palette.css", "site.css", "desk.css"))


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the source, numbered from 1, with what the checks say of it."""

    number: int
    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One channel: as it will look, and its very text, part by part."""

    look: Appearance
    texts: tuple[str, ...]


def page(ctx: Context, path: Path, *, watched: bool = False) -> str:
    """The whole file. A post that cannot be read shows its findings instead of the channels. Raises ContentError if there is
    no such file."""
    source = _source(path)
    findings, post, bundle = _looked_at(ctx, path)
    own = [f for f in findings if f.path == path]
    return html(
        ctx.config.templates_dir,
        "preview.html",
        {
            "name": path.name,
            "city": ctx.library.city,
            "findings": findings,
            "own": own,
            "levels": LEVEL_LABELS,
            "lines": _lines(source, own),
            "channels": [_shown(ctx, post, v) for v in bundle.variants] if post and bundle else [],
            "digest": bundle.digest if bundle else "",
            # Inside the file, for it is mailed and opened on machines without a network.
            "style": "\n".join(f.read_text(encoding="utf-8") for f in _STYLES),
            "watched": watched,
        },
    )


def _source(path: Path) -> str:
    """The text for the eye: what cannot be decoded is still shown around the fault."""
    try:
        raw = path.read_bytes()
    except OSError as e:
        raise frontmatter.unreadable(path) from e
    try:
        # Decoded as the checks do, so that line numbers agree with those of the findings.
        return frontmatter.decode(path, raw)
    except ContentError:
        return raw[: frontmatter.MAX_BYTES].decode("utf-8", "replace")


def _looked_at(ctx: Context, path: Path) -> tuple[list[Finding], Post | None, Bundle | None]:
    """Findings, the post and what would go out; None where it cannot be read or drawn."""
    library = ctx.library
    ((_, findings),) = registry.check_paths(library, [path], ctx.specs, ctx.templates, wishes=every_wish(ctx))
    try:
        post = library.read(path)
        return findings, post, render(post, ctx.specs, ctx.templates, library.city)
    except ContentError as e:
        problem = from_error(e)
        return findings if problem in findings else [*findings, problem], None, None


def _lines(source: str, findings: list[Finding]) -> list[Line]:
    numbered = enumerate(source.rstrip("\n").split("\n"), start=1)
    return [Line(number=n, text=text, findings=tuple(f for f in findings if f.line == n)) for n, text in numbered]


def _shown(ctx: Context, post: Post, variant: Variant) -> Shown:
    look = appearance(ctx.spec(variant.channel), variant, ctx.library.city, _data, layout.column(ctx, post, variant))
    return Shown(look=look, texts=tuple(p.text for p in variant.parts))


def _data(media: Media) -> str:
    # A picture beside the file would be lost in the mail.
    return f"data:image/jpeg;base64,{b64encode(media.data).decode()}"
