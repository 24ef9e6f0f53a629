"""What every use case works with: configuration, time, content, templates, channels, schedule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot import registry
from bot.clock import Clock, SystemClock
from bot.config import Config
from bot.content.library import Library
from bot.render.environment import Templates
from bot.render.variant import ChannelSpec
from bot.schedule.rules import Rules
from bot.schedule.rules import load as load_rules


@dataclass(frozen=True)
class Context:
    config: Config
    clock: Clock
    specs: tuple[ChannelSpec, ...]

    @property
    def library(self) -> Library:
        """Fresh at each use: the files may have changed since."""
        options = {spec.key: spec.options for spec in self.specs}
        return Library(self.config.content_dir, self.config.timezone, options)

    @property
    def templates(self) -> Templates:
        return Templates(self.config.templates_dir)

    @cached_property
    def rules(self) -> Rules:
        return load_rules(self.config.schedules_dir, self.config.timezone)

    def spec(self, channel: str) -> ChannelSpec:
        return next(spec for spec in self.specs if spec.key == channel)

    def relative(self, path: Path) -> str:
        """How a post's path is kept: below the content folder where it lies there."""
        resolved, root = path.resolve(), self.config.content_dir.resolve()
        return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(resolved)

    def absolute(self, path: str) -> Path:
        return self.config.content_dir / path


def context(config: Config, clock: Clock | None = None) -> Context:
    return Context(config, clock or SystemClock(), tuple(registry.specs().values()))
