"""The database: reachable, migrated, guarded; and the people in it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cli.exams.exam import Told, bad, fine, heed
from bot.cli.exams.installation import Installation
from bot.errors import BotError
from bot.language import say
from bot.workflow.actors import ROLE_LABELS, Role


def reachable(at: Installation) -> Iterator[Told]:
    _ = at.ctx
    yield from _unreachable(at)
    yield from _behind() if is_open(at) else ()


def _unreachable(at: Installation) -> Iterator[Told]:
    name = _failure(at)
    if not name:
        return
    where = at.sqlite
    if where is not None:
        yield bad(
            "データベース {path} を開けません（{name}）",
            "ファイルが壊れていないか、持ち主と権限、ディスクの空きを確かめてください。壊れていれば控えから戻します",
            path=where,
            name=name,
        )
    else:
        yield bad(
            "PostgreSQL につながりません（{name}）",
            "DATABASE_URL のホスト・利用者・鍵・データベース名と、PostgreSQL が動いていることを確かめてください",
            name=name,
        )


def is_open(at: Installation) -> bool:
    return not _failure(at)


def _failure(at: Installation) -> str:
    _ = at.ctx
    from bot.services.records import soundness

    return soundness.failure()


def _behind() -> Iterator[Told]:
    from bot.services.records import soundness

    older, newer = soundness.unlike()
    if older:
        yield bad(
            "データベースの形が、このプログラムより{count}段古いままです",
            "控えを取ってから、dxbot admin migrate を実行してください",
            count=older,
        )
    elif newer:
        yield bad(
            "データベースの形が、このプログラムより新しいものです",
            "プログラムを新しくするか、いまのプログラムの控えから戻してください。このままでは動かさないでください",
        )
    else:
        yield fine("データベースにつながり、形は最新です")


def is_migrated(at: Installation) -> bool:
    """Its tables can be asked. What keeps them away is told by the exam of the database alone."""
    try:
        if not is_open(at):
            return False
    except BotError:
        return False
    from bot.services.records import soundness

    return soundness.unlike() == (0, False)


def guarded(at: Installation) -> Iterator[Told]:
    if not is_migrated(at):
        return
    from bot.services.records import soundness

    if wrong := soundness.unguarded():
        yield bad(
            "操作の記録を守る仕掛け（トリガー）が外れているか、変わっています：{names}",
            "だれがいつ外したかを調べてから、dxbot admin audit protect を実行し、dxbot admin audit verify で確かめてください",
            names="、".join(wrong),
        )
    else:
        yield fine("操作の記録を守る仕掛けが立っています")


def people(at: Installation) -> Iterator[Told]:
    if not is_migrated(at):
        return
    from bot.services.people.accounts import everyone

    active = [user for user in everyone() if user.is_active]
    signed = {Role(u.role) for u in active if u.last_login or u.has_usable_password()}
    for role in (Role.OPERATOR, Role.OFFICER):
        if role not in signed:
            yield bad(
                "ログインできる{role}が、まだ1人もいません",
                "dxbot admin setup で招待し、表示されたアドレスを本人に渡してください",
                role=say(ROLE_LABELS[role]),
            )
    if {Role.OPERATOR, Role.OFFICER} <= signed:
        yield fine("広報担当と運用担当がログインできます")
    deciding = [u for u in active if Role(u.role) in (Role.OPERATOR, Role.OFFICER) and not u.email]
    if deciding and at.config.smtp_server:
        yield heed(
            "知らせを受け取るアドレスのない広報担当・運用担当がいます：{names}",
            "dxbot admin change-email 名前 アドレス で登録してください",
            names="、".join(sorted(u.username for u in deciding)),
        )
