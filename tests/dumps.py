"""A copy of the tests' database at a moment, and going back to it, as an operator does who restores a dump."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connections

from bot.store import copies


def dump(folder: Path) -> Callable[[], None]:
    """Take a copy now; what is returned puts it back."""
    database, copy = settings.DATABASES["default"], folder / "dump"
    copies.dump(database, copy)

    def back() -> None:
        connections.close_all()
        copies.restore(database, copy)

    return back
