"""What the commands that use the database start from: Django set up, and the person who acts known."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.private import keep_private, private_files
from bot.clock import Clock
from bot.config import Config
from bot.loopback import confine
from bot.registry import load

if TYPE_CHECKING:
    from bot.services.records.context import Context
    from bot.workflow.actors import Actor


def set_up(config: Config | None = None) -> None:
    """Django, once. In sandbox mode this process can reach nothing but this machine from here on."""
    chosen = config or load()
    if chosen.sandbox:
        confine()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")
    import django

    with private_files():
        chosen.var_dir.mkdir(parents=True, exist_ok=True)
        keep_private(chosen.var_dir)
        django.setup()
        _prepare_database()


def _prepare_database() -> None:
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":  # which may lie elsewhere
        keep_private(Path(database["NAME"]))


def office(config: Config | None = None, clock: Clock | None = None) -> Context:
    """A context whose services may be called."""
    chosen = config or load()
    set_up(chosen)
    from bot.services.records.context import context

    return context(chosen, clock)


def me(ctx: Context) -> Actor:
    """The person whose token this shell holds. Raises NotAllowed: shell access is not the right to act."""
    from bot.services.people.accounts import actor_for

    return actor_for(ctx, ctx.config.token)
