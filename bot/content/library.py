"""The content folder: posts, people, figures, the city. Reads a Post from its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.content import frontmatter
from bot.content.people import City, load_city, load_people
from bot.content.post import Author, Post, Source
from bot.content.post_reader import PostReader
from bot.content.words import Word, load_words
from bot.errors import ContentError
from bot.strategy import charts, indicators, plan, recommendations
from bot.strategy.charts import Chart
from bot.strategy.indicators import Indicator
from bot.strategy.plan import Measure
from bot.strategy.recommendations import Recommendation


@dataclass(frozen=True)
class Library:
    """`channels` maps each channel's key to the options that only it knows, with their types. The files that all posts share
    lie in `shared`, or in the root where nothing is said."""

    root: Path
    zone: ZoneInfo
    channels: Mapping[str, Mapping[str, type]] = field(default_factory=dict)
    shared: Path | None = None

    @property
    def shared_root(self) -> Path:
        return self.shared or self.root

    @property
    def posts_dir(self) -> Path:
        return self.root / "posts"

    @cached_property
    def people(self) -> Mapping[str, Author]:
        return load_people(self.shared_root / "people.yml")

    @cached_property
    def city(self) -> City:
        return load_city(self.shared_root / "city.yml", tuple(self.channels))

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return load_words(self.shared_root / "words.yml")

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The channels that a post may name: the city's choice, or all."""
        return self.city.channels or tuple(self.channels)

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        return indicators.load(self.shared_root / "strategy" / "indicators.yml")

    @property
    def charts_file(self) -> Path:
        return self.shared_root / "strategy" / "charts.yml"

    @cached_property
    def charts(self) -> Mapping[str, Chart]:
        return charts.load(self.charts_file, self.indicators)

    @cached_property
    def plan(self) -> Mapping[str, Measure]:
        return plan.load(self.shared_root / "strategy" / "plan.yml")

    @property
    def measures(self) -> Mapping[str, str]:
        """The measures' names by number."""
        return {number: measure.name for number, measure in self.plan.items()}

    @cached_property
    def recommendations(self) -> Mapping[str, Recommendation]:
        return recommendations.load(self.shared_root / "strategy" / "recommendations.yml")

    def paths(self) -> list[Path]:
        """All posts, in a stable order."""
        return sorted(self.posts_dir.rglob("*.md"))

    def candidates(self, post: Path, picture: str) -> Iterator[Path]:
        """Where a post's picture may lie: in content/media/ or beside the post; nowhere else, whatever the name says."""
        for folder in (self.root / "media", post.parent):
            # Resolved first: a name with `..` or a link must not bring a file of the server into a post.
            candidate = (folder / picture).resolve()
            if candidate.is_relative_to(folder.resolve()):
                yield candidate

    def read(self, path: Path) -> Post:
        """Raises ContentError, with the place, for whatever is wrong with the file."""
        try:
            raw = path.read_bytes()
        except OSError as e:
            raise frontmatter.unreadable(path) from e
        return self.parse(path, raw)

    def parse(self, path: Path, raw: bytes) -> Post:
        text = frontmatter.decode(path, raw)
        root, body_at = frontmatter.split(path, text)
        return PostReader(self, Source(path=path, text=text, places=frontmatter.places(root)), root, body_at).post()


def named(paths: Iterable[Path]) -> list[Path]:
    """The posts at these places: a folder means all below it, in a stable order."""
    return [post for path in paths for post in (sorted(path.rglob("*.md")) if path.is_dir() else [path])]


def read_all(library: Library) -> Iterator[Post | ContentError]:
    """Every post, or what is wrong with it: one bad file never hides the others."""
    for path in library.paths():
        try:
            yield library.read(path)
        except ContentError as e:
            yield e
