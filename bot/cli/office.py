"""What the commands that use the database start from: Django set up, and the person who acts known."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from bot.cli import account
from bot.cli.account import require_content, require_service_account
from bot.cli.database import require_fit
from bot.cli.private import keep_private, private_files
from bot.clock import Clock
from bot.config import SECRET_KEY, Config
from bot.errors import ConfigError, NotAllowed
from bot.loopback import confine
from bot.registry import load

if TYPE_CHECKING:
    from bot.services.records.context import Context
    from bot.workflow.actors import Actor

_OFFICE, _ACTOR = f"{__name__}.office", f"{__name__}.actor"


def set_up(config: Config | None = None, database: Callable[[], object] = require_fit) -> None:
    """Django, once, and what is to be done with the database first. In sandbox mode this process can reach nothing but this
    machine from here on. Raises NotAllowed in the shell of anybody but the service account."""
    chosen = config or load()
    require_content(chosen)
    require_service_account(chosen)
    if chosen.sandbox:
        confine()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")
    import django

    with private_files():
        chosen.var_dir.mkdir(parents=True, exist_ok=True)
        keep_private(chosen.var_dir)
        django.setup()
        database()


def office(config: Config | None = None, clock: Clock | None = None, database: Callable[[], object] = require_fit) -> Context:
    """A context whose services may be called. Whoever does without a database that fits is not asked for its key either."""
    chosen = config or load()
    has_key = (chosen.var_dir / SECRET_KEY).exists()
    set_up(chosen, database)
    from bot.services.records.context import context

    made = context(chosen, clock)
    if database is require_fit:
        _require_key(made, has_key)
    _remember(_OFFICE, made)
    return made


def without_key() -> Context:
    """For the one command that may start with another key than the database's."""
    set_up()
    from bot.services.records.context import context

    return context(load())


def _require_key(ctx: Context, has_key: bool) -> None:
    """Raises ConfigError. A key that was made just now, beside a database that has another one, is taken away again."""
    from bot.services.people import key_check

    try:
        key_check.require(ctx)
    except ConfigError:
        if not has_key:
            (ctx.config.var_dir / SECRET_KEY).unlink(missing_ok=True)
        raise


def _remember(name: str, value: object) -> None:
    """For `refused`, which comes when the command is over."""
    running = click.get_current_context(silent=True)
    if running is not None:
        running.meta[name] = value


def note(verb: str, target: str) -> None:
    """Into the audit log where this machine has one; a leader's own has none. Raises NotAllowed as `set_up` does."""
    config = load()
    if config.database_url or (config.var_dir / "dxbot.sqlite3").exists():
        ctx = office(config)
        from bot.services.records import audit

        audit.note(ctx, shell().person, verb, target)


def refused(error: NotAllowed) -> None:
    """Into the audit log, by whom as far as that is known."""
    running = click.get_current_context()
    ctx: Context | None = running.meta.get(_OFFICE)
    if ctx is not None:
        from bot.services.records import audit

        by: Actor = running.meta.get(_ACTOR) or shell()
        audit.note(ctx, by.person, audit.REFUSED, f"dxbot {running.invoked_subcommand or running.info_name}", error.message)


def shell() -> Actor:
    """Whoever has a shell of the service account, by the system's user names."""
    from bot.workflow.actors import at_server

    return at_server(account.name())


def me(ctx: Context) -> Actor:
    """The person whose token this shell holds. Raises NotAllowed: shell access is not the right to act."""
    from bot.services.people.accounts import actor_for

    actor = actor_for(ctx, ctx.config.token)
    _remember(_ACTOR, actor)
    return actor
