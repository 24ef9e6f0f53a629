"""The column's layout as the pages need it; a city without a paper of its own has none. No Django: the preview needs it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.config import may_exist
from bot.content.post import Post
from bot.newsletter import profile as profiles
from bot.newsletter import svg
from bot.newsletter.advice import advise
from bot.newsletter.article import Article, from_post
from bot.newsletter.deadlines import Deadlines
from bot.newsletter.profile import Profile
from bot.newsletter.setting import set_article
from bot.render.appearance import Column
from bot.render.variant import Variant
from bot.schedule.opening import closed_reason
from bot.services.records.context import Context

CHANNEL = "newsletter"


def has_layout(ctx: Context) -> bool:
    return may_exist(_file(ctx))


def layout(ctx: Context) -> Profile | None:
    """Raises ConfigError if the file is there but wrong."""
    return profiles.load(_file(ctx)) if has_layout(ctx) else None


def _file(ctx: Context) -> Path:
    return ctx.config.rules_dir / "newsletter.yml"


def column(ctx: Context, post: Post, variant: Variant) -> Column | None:
    """The post on its own in the column, with pictures that have their data; None for another channel or without a paper."""
    profile = layout(ctx) if variant.channel == CHANNEL else None
    if profile is None:
        return None
    return set_column(from_post(post, variant.parts[0].text, variant.media, ""), profile, ctx.library.city.protected_words)


def set_column(article: Article, profile: Profile, names: Sequence[str]) -> Column:
    """The article set in its frame. `names` are never broken in the headline. Raises DoesNotFit for a box of corrections."""
    setting = set_article(article, profile, names)
    advice = advise(setting, profile, names)
    fit = advice.fit
    return Column(
        title="".join(line.text for line in setting.headline.lines),
        address=svg.address(setting, profile),
        layout=profile.name,
        provisional=not profile.confirmed,
        summary=fit.summary,
        room=fit.capacity,
        used=fit.capacity + fit.over if fit.over else fit.used + fit.lost,
        fits=fit.fits,
        overflow=tuple(fit.overflow.split("\n")) if fit.overflow else (),
        cuts=tuple(c.message for c in fit.cuts),
        knobs=tuple(f"{k.label}：{k.fit.summary}" for k in advice.knobs),
        notices=fit.notices,
    )


def deadlines(ctx: Context, profile: Profile) -> Deadlines:
    """Of all issues, with the office's own closed days. A rules file that cannot be read raises when a day is asked for:
    ConfigError."""
    return Deadlines(listed=profile.issues, monthly=profile.monthly, closed=lambda day: bool(closed_reason(day, ctx.rules)))


def copy_deadlines(ctx: Context, first: date, last: date) -> Mapping[date, list[str]]:
    """The paper's issues by the day on which their copy is due, from `first` until `last`, that day included."""
    known = layout(ctx)
    due: dict[date, list[str]] = {}
    for day, issue in deadlines(ctx, known).between(first, last) if known else ():
        due.setdefault(day, []).append(issue)
    return due
