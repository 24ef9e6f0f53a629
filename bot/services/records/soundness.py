"""What can be asked of the database itself, before anything else is: by whoever looks for what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from bot.store import append_only, schema


def failure() -> str:
    """The name of the error that keeps the database from answering, "" for none."""
    return schema.failure()


def unlike() -> tuple[int, bool]:
    """How many steps the database lacks, and whether it has some that this program does not know."""
    return schema.unlike()


def unguarded() -> Sequence[str]:
    """The triggers of the audit log that do not stand as they should."""
    return append_only.faults()
