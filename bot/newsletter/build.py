"""All files of one issue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.newsletter import docx, handover
from bot.newsletter.article import Article
from bot.newsletter.profile import Profile


def build(articles: Sequence[Article], profile: Profile, issue: str, paper: str, directory: Path) -> tuple[Path, ...]:
    """Write the hand-over text and the Word file; their paths. While the profile is 仮 their names say so."""
    directory.mkdir(parents=True, exist_ok=True)
    mark = "" if profile.confirmed else "-kari"
    written = {
        f"column-{issue}{mark}.txt": handover.text(articles, profile, issue, paper),
        f"column-{issue}{mark}.docx": docx.build(articles, profile, issue, paper),
    }
    paths = []
    for name, data in written.items():
        path = directory / name
        path.write_bytes(data)
        paths.append(path)
    return tuple(paths)
