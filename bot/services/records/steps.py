"""Whether the database has the shape that this program works with, in words for those who start it (ADR 28)."""

from __future__ import annotations

from bot.errors import ConfigError
from bot.language import say
from bot.store import wording
from bot.store.alone import one_at_a_time
from bot.store.steps import Steps, fit, steps

__all__ = ["Steps", "fit", "known", "one_at_a_time", "require_taken"]

_FIRST = 5  # steps named in a sentence


def known() -> Steps:
    """As the database stands now. Raises ConfigError for one of a later version: what it holds is not ours to change; and
    where SQLite cannot work with its index."""
    if not wording.has_means():
        raise _without_index()
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


def require_taken(found: Steps) -> None:
    """Raises ConfigError where steps are missing, naming them."""
    if found.missing:
        raise _empty() if found.empty else _behind(found)


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


def _without_index() -> ConfigError:
    return ConfigError(
        "SQLite was built without FTS5",
        summary="この Python の SQLite には全文検索（FTS5）がなく、履歴の検索が使う索引を扱えません。まだ何も動かしていません",
        next_step="FTS5 の入った SQLite を持つ Python で入れ直すか、DATABASE_URL に PostgreSQL のデータベースを書いてください",
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
