"""What a reader finds in the folder of the public site."""

from __future__ import annotations

import re
from pathlib import Path

from tests.office import Office


def page_of(site: Path, title: str) -> Path:
    """The page of the post with this title."""
    return next(path for path in sorted((site / "posts").glob("*.html")) if f"<h1>{title}</h1>" in path.read_text("utf-8"))


def text_of(site: Path, title: str) -> str:
    """Its words, tags and white space left out."""
    whole = page_of(site, title).read_text("utf-8").partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", whole))


def everything(site: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(site.rglob("*")) if path.suffix not in (".jpg", ".sig", ""))


def publish(office: Office, name: str, **given: str) -> None:
    office.approved(name, **given)
    office.publish_all()
