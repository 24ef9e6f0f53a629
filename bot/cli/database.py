"""The database and the program fit together, or nothing starts. Its shape changes only where somebody says so (ADR 28)."""

from __future__ import annotations

from pathlib import Path

from bot.cli.console import warn
from bot.cli.private import keep_private


def require_fit() -> None:
    """A new SQLite file is filled at once: there is nothing in it to lose, and a leader's own machine needs no operator. Any
    other database waits for `dxbot admin migrate`. Raises ConfigError."""
    from bot.services.records import steps

    found = steps.known()
    if found.empty and _file() is not None:
        migrate()
    else:
        steps.require_taken(found)
    _shut()


def migrate() -> tuple[str, ...]:
    """Bring the database into this program's shape, one process at a time; the steps that were taken. Raises ConfigError."""
    from django.core.management import call_command

    from bot.services.records.steps import one_at_a_time

    with one_at_a_time(lambda: warn("ほかの処理がデータベースの形を整えているので、終わるのを待っています。")):
        missing = planned()
        if missing:
            call_command("migrate", verbosity=0, interactive=False)
    _shut()
    return missing


def planned() -> tuple[str, ...]:
    """The steps that `migrate` would take. Raises ConfigError."""
    from bot.services.records import steps

    return steps.known().missing


def _file() -> Path | None:
    """The database, where it is a file."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    return Path(database["NAME"]) if database["ENGINE"] == "django.db.backends.sqlite3" else None


def _shut() -> None:
    """The file may lie elsewhere than the state."""
    file = _file()
    if file is not None:
        keep_private(file)
