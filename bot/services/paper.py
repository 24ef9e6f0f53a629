"""The column's layout as the pages need it; a city without a paper of its own has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.content.post import Post
from bot.newsletter import profile as profiles
from bot.newsletter.article import from_post
from bot.newsletter.profile import Profile
from bot.render.appearance import Column
from bot.render.variant import Variant
from bot.services.context import Context

CHANNEL = "newsletter"


def layout(ctx: Context) -> Profile | None:
    """Raises ConfigError if the file is there but wrong."""
    path = ctx.config.schedules_dir / "newsletter.yml"
    return profiles.load(path) if path.is_file() else None


def column(ctx: Context, post: Post, variant: Variant) -> Column | None:
    """The post on its own in the column, with pictures that have their data; None for another channel or without a paper."""
    profile = layout(ctx) if variant.channel == CHANNEL else None
    if profile is None:
        return None
    from bot.newsletter import svg
    from bot.newsletter.advice import advise
    from bot.newsletter.setting import set_article

    names = ctx.library.city.protected_words
    setting = set_article(from_post(post, variant.parts[0].text, variant.media, ""), profile, names)
    advice = advise(setting, profile, names)
    fit = advice.fit
    return Column(
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


def copy_deadlines(ctx: Context) -> Mapping[date, list[str]]:
    """The paper's issues by the day on which their copy is due."""
    known = layout(ctx)
    due: dict[date, list[str]] = {}
    for issue, day in known.issues.items() if known else ():
        due.setdefault(day, []).append(issue)
    return due
