"""What the city knows of the people who write: whose a mail address is, and for whom they may hand in."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.records.context import Context


def by_address(ctx: Context) -> Mapping[str, str]:
    """The person of each mail address that is exactly one person's."""
    found: dict[str, set[str]] = {}
    for key, author in ctx.library.people.items():
        for address in author.emails:
            found.setdefault(address, set()).add(key)
    # Two people with one address: to guess whose a commit is would be to guess who must not approve.
    return {address: next(iter(keys)) for address, keys in found.items() if len(keys) == 1}
