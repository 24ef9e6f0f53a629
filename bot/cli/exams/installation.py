"""What the exams look at: this installation's settings as far as they can be read, and its database."""

from __future__ import annotations

import os
import secrets
from collections.abc import MutableMapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot import registry
from bot.cli.private import private_files
from bot.config import Config
from bot.content.library import Library
from bot.errors import BotError, ConfigError
from bot.loopback import confine

if TYPE_CHECKING:
    from bot.services.records.context import Context

_SQLITE = "sqlite:///"


class Installation:
    """`env` is the process's own: what cannot be read in it is taken out, so that the exams behind can look at the rest.
    `troubles` are those settings' errors."""

    def __init__(self, env: MutableMapping[str, str]) -> None:
        self.env = env
        self.given = dict(env)
        self.troubles: Sequence[ConfigError] = registry.without_troubles(env)
        self.config: Config = registry.load(env)
        if self.config.sandbox:
            confine()

    @cached_property
    def library(self) -> Library:
        options = {key: spec.options for key, spec in registry.specs().items()}
        return Library(self.config.content_dir, self.config.timezone, options, self.config.shared_dir)

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The channels that send and that leaders may choose; all, where city.yml cannot say."""
        sending = tuple(key for key, spec in registry.specs().items() if spec.sends)
        try:
            return tuple(key for key in sending if key in self.library.offered)
        except BotError:
            return sending

    @property
    def sqlite(self) -> Path | None:
        """The database's file, where it is one."""
        address = self.config.database.reveal().partition("?")[0]
        return Path(unquote(address.removeprefix(_SQLITE))) if address.startswith(_SQLITE) else None

    @cached_property
    def ctx(self) -> Context:
        """The database may be asked; nothing was made, moved or migrated. Raises BotError."""
        if self.sqlite is not None and not self.sqlite.exists():
            raise ConfigError(
                "no database yet",
                summary="データベースがまだありません",
                next_step="dxbot admin migrate を実行してください",
            )
        with private_files():
            self._set_up()
        from bot.services.records.context import context

        return context(self.config)

    def _set_up(self) -> None:
        os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
        if not self.config.secret_key and not (self.config.var_dir / "secret_key").exists():
            os.environ["DXBOT_SECRET_KEY"] = secrets.token_urlsafe(50)  # of this process alone: the doctor makes no key
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")
        import django
        from django.core.exceptions import ImproperlyConfigured

        try:
            django.setup()
        except ImproperlyConfigured:  # PostgreSQL's own library is an extra
            raise ConfigError(
                "the database's library is not installed",
                summary="このデータベースを使う部品（psycopg）が入っていません",
                next_step="pip install --require-hashes -r requirements-distributed.lock を実行してください",
            ) from None
