"""What the commands that need no database start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot import registry
from bot.cli.account import require_content
from bot.config import ROOT, Config
from bot.content.library import Library, named
from bot.newsletter.encoding import as_printed
from bot.registry import load
from bot.render.environment import CHANNELS, Templates
from bot.render.variant import ChannelSpec

if TYPE_CHECKING:
    from bot.schedule.rules import Rules


class Core:
    """Configuration, content, templates and channels, without Django."""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or load()
        require_content(self.config)
        self.specs: tuple[ChannelSpec, ...] = tuple(as_printed(s, self.config.rules_dir) for s in registry.specs().values())
        options = {spec.key: spec.options for spec in self.specs}
        self.library = Library(self.config.content_dir, self.config.timezone, options, self.config.shared_dir)
        self.templates = Templates(self.config.templates_dir)

    @property
    def usual_channels(self) -> tuple[str, ...]:
        """Those that a new post goes to: all that leaders may choose, but those that cost a person's work each time."""
        return tuple(spec.key for spec in self.specs if spec.key in self.library.offered and not spec.by_hand)

    def basis(self) -> list[Path]:
        """Every file but posts and pictures on which findings depend: the program's own, figures, people, rules, templates."""
        shared = self.library.shared_root
        files = [
            *(ROOT / "bot").rglob("*.py"),
            *shared.glob("*.yml"),
            *(shared / "strategy").glob("*.yml"),
            *self.config.rules_dir.glob("*.yml"),
            *CHANNELS.glob("*/*.txt"),
            *(self.config.templates_dir / "posts").rglob("*"),
            *(self.config.templates_dir / "corrections").rglob("*"),
        ]
        return [file for file in files if file.is_file()]

    def rules(self) -> Rules:
        """The schedule, read now. Raises FileError."""
        from bot.schedule.rules import load as load_rules  # most starts do without it

        return load_rules(self.config.rules_dir, self.config.timezone, [spec.key for spec in self.specs])

    def paths(self, given: tuple[Path, ...]) -> list[Path]:
        """The posts meant: those given (a folder means all below it), or all."""
        return named(given) if given else self.library.paths()
