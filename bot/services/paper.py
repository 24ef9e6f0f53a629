"""The column's layout as the pages need it; a city without a paper of its own has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.newsletter import profile as profiles
from bot.newsletter.profile import Profile
from bot.services.context import Context

# 仮: shown while no layout is known. Columns of city papers mostly have 12 to 15 characters to a line.
CHARS = 15


def layout(ctx: Context) -> Profile | None:
    """Raises ConfigError if the file is there but wrong."""
    path = ctx.config.schedules_dir / "newsletter.yml"
    return profiles.load(path) if path.is_file() else None


def chars(ctx: Context) -> int:
    """Characters to a line of the column."""
    known = layout(ctx)
    return known.chars if known else CHARS


def copy_deadlines(ctx: Context) -> Mapping[date, list[str]]:
    """The paper's issues by the day on which their copy is due."""
    known = layout(ctx)
    due: dict[date, list[str]] = {}
    for issue, day in known.issues.items() if known else ():
        due.setdefault(day, []).append(issue)
    return due
