"""What every use case works with: configuration, time, content, templates, channels, schedule."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import registry
from bot.clock import Clock, SystemClock
from bot.config import Config
from bot.content.library import Library
from bot.errors import NotFound
from bot.language import say
from bot.media.limits import ImageLimits
from bot.newsletter.encoding import as_printed
from bot.render.environment import Templates
from bot.render.variant import ChannelSpec
from bot.schedule import rules as schedule
from bot.schedule.rules import Rules
from bot.text import moments
from bot.text.control import visible
from bot.values.node import nearest


@dataclass(frozen=True)
class Context:
    config: Config
    clock: Clock
    specs: tuple[ChannelSpec, ...]

    @property
    def library(self) -> Library:
        """Fresh at each use: the files may have changed since."""
        options = {spec.key: spec.options for spec in self.specs}
        return Library(self.config.content_dir, self.config.timezone, options, self.config.shared_dir)

    @property
    def templates(self) -> Templates:
        return Templates(self.config.templates_dir)

    @property
    def rules(self) -> Rules:
        """What the schedules folder says, what the office has changed of it, and its own blackouts, of which the stricter wins.
        The one place where they meet. Read anew when any changes, so that a blackout holds in every process from the moment it
        is there. Raises ConfigError: without rules nothing is known to be allowed."""
        from bot.services.records import office_rules  # needs the database, which `dxbot check` and `preview` do without

        settled = office_rules.over(self.written)
        return replace(settled, blackouts=(*settled.blackouts, *office_rules.in_force(self.clock.now())))

    @property
    def written(self) -> Rules:
        """What the schedules folder alone says, for those who have no database. Raises ConfigError."""
        folder, channels = self.config.rules_dir, tuple(spec.key for spec in self.specs)
        return _written(folder, self.config.timezone, channels, schedule.stamp(folder))

    @property
    def today(self) -> date:
        """The day on the office's wall, not in UTC: at eight in the morning there it is still yesterday."""
        return self.clock.now().astimezone(self.config.timezone).date()

    def said(self, moment: datetime, *, with_year: bool = False) -> str:
        """A moment as people at the office read it: 12月1日（火） 9:30."""
        return moments.said(moment.astimezone(self.config.timezone), with_year=with_year)

    def spec(self, channel: str) -> ChannelSpec:
        """What the channel takes; one that is gone since (an upgrade took its folder away) still has a name to be shown by."""
        return next((spec for spec in self.specs if spec.key == channel), None) or gone(channel)

    def require_channel(self, channel: str) -> None:
        """For a name that somebody typed or sent. Raises NotFound with the known ones."""
        known = [spec.key for spec in self.specs]
        if channel not in known:
            raise NotFound(
                f"no channel {visible(channel[:40])!r}",
                summary=say("「{visible}」という配信先はありません", visible=visible(channel[:40])),
                next_step=nearest(channel, known),
            )

    def relative(self, path: Path) -> str:
        """How a path is kept and shown: below the content folder, or that of the shared files, where it lies there."""
        resolved = path.resolve()
        for root in (self.config.content_dir.resolve(), self.config.shared_dir.resolve()):
            if resolved.is_relative_to(root):
                return resolved.relative_to(root).as_posix()
        return str(resolved)

    def absolute(self, path: str) -> Path:
        return self.config.content_dir / path


def gone(channel: str) -> ChannelSpec:
    """The stand-in of a channel that there is no more: what was to go there is shown, and connecting says why it cannot go."""
    label = f"{visible(channel[:40])}（なくなった配信先）"
    return ChannelSpec(key=channel, label=label, limit=None, length=len, images=ImageLimits())


@lru_cache(maxsize=8)
def _written(folder: Path, zone: ZoneInfo, channels: tuple[str, ...], stamp: Hashable) -> Rules:
    """One reading for as long as the files stay what they are."""
    return schedule.load(folder, zone, channels)


def context(config: Config, clock: Clock | None = None) -> Context:
    specs = tuple(as_printed(spec, config.rules_dir) for spec in registry.specs().values())
    return Context(config, clock or SystemClock(), specs)
