"""What the commands that use the database start from: Django set up, and the person who acts known."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bot.cli import account
from bot.cli.account import require_service_account
from bot.clock import Clock
from bot.config import Config
from bot.loopback import confine
from bot.registry import load

if TYPE_CHECKING:
    from bot.services.records.context import Context
    from bot.workflow.actors import Actor


def set_up(config: Config | None = None) -> None:
    """Django, once. In sandbox mode this process can reach nothing but this machine from here on. Raises NotAllowed in the
    shell of anybody but the service account."""
    chosen = config or load()
    require_service_account(chosen)
    if chosen.sandbox:
        confine()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def office(config: Config | None = None, clock: Clock | None = None) -> Context:
    """A context whose services may be called."""
    chosen = config or load()
    set_up(chosen)
    from bot.services.records.context import context

    return context(chosen, clock)


def shell() -> Actor:
    """Whoever has a shell of the service account, by the system's user names."""
    from bot.workflow.actors import at_server

    return at_server(account.name())


def me(ctx: Context) -> Actor:
    """The person whose token this shell holds. Raises NotAllowed: shell access is not the right to act."""
    from bot.services.people.accounts import actor_for

    return actor_for(ctx, ctx.config.token)
