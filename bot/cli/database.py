"""The database and the program fit together, or nothing starts. Its shape changes only where somebody says so (ADR 28)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.private import keep_private
from bot.errors import ConfigError
from bot.language import say

if TYPE_CHECKING:
    from bot.store.steps import Steps

_FIRST = 5  # steps named in a sentence


def require_fit() -> None:
    """A new SQLite file is filled at once: there is nothing in it to lose, and a leader's own machine needs no operator. Any
    other database waits for `dxbot admin migrate`. Raises ConfigError."""
    found = _known()
    if found.empty and _file() is not None:
        migrate()
    elif found.missing:
        raise _empty() if found.empty else _behind(found)
    _shut()


def migrate() -> tuple[str, ...]:
    """Bring the database into this program's shape; the steps that were taken. Raises ConfigError."""
    from django.core.management import call_command

    missing = _known().missing
    if missing:
        call_command("migrate", verbosity=0, interactive=False)
    _shut()
    return missing


def planned() -> tuple[str, ...]:
    """The steps that `migrate` would take. Raises ConfigError."""
    return _known().missing


def _known() -> Steps:
    from bot.store.steps import steps

    found = steps()
    if found.unknown:
        raise ConfigError(
            f"the database knows {', '.join(found.unknown)}, this program does not",
            summary=say(
                "データベースは、このプログラムより新しい版のものです（{steps}）。古いプログラムでは動かせません",
                steps=_named(found.unknown),
            ),
            next_step="新しい版のプログラムを使うか、その版にする前に取った控えから戻してください",
        )
    return found


def _behind(found: Steps) -> ConfigError:
    return ConfigError(
        f"the database lacks {', '.join(found.missing)}",
        summary=say(
            "データベースは、前の版の形のままです（{count}段階の変更が要ります：{steps}）。まだ何も動かしていません",
            count=len(found.missing),
            steps=_named(found.missing),
        ),
        next_step="配信と画面を全て止め、控えを取ってから、dxbot admin migrate を実行してください",
    )


def _empty() -> ConfigError:
    return ConfigError(
        "the database is empty",
        summary="DATABASE_URL のデータベースは空です。まだ何も動かしていません",
        next_step="初めてなら dxbot admin migrate を実行してください。初めてでないなら、接続先を確かめてください",
    )


def _named(names: tuple[str, ...]) -> str:
    rest = say("、ほか{count}", count=len(names) - _FIRST) if len(names) > _FIRST else ""
    return "、".join(names[:_FIRST]) + rest


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
