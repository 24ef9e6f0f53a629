"""dxbot sandbox: the platforms' protocols on this machine alone, and disasters to practise with."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from bot.cli.console import tell
from bot.errors import ConfigError, NotFound
from bot.language import say
from bot.registry import load, specs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.content.places import AreaKind, Places, TelegramArea
    from bot.sandbox.drills import Drill

_PORT = click.option("--port", default=8001, show_default=True, help="動いている練習用サーバーの番号")


@click.group("sandbox", invoke_without_command=True, epilog="例: dxbot sandbox --port 8001 --env")
@click.option("--port", default=8001, show_default=True)
@click.option("--env", "show_environment", is_flag=True, help="接続に使う環境変数を表示して終わる")
@click.pass_context
def sandbox_command(context: click.Context, port: int, show_environment: bool) -> None:
    """練習用サーバー（各配信先と気象庁のまね）を動かします。quake などは、動いているサーバーに練習の電文を出します。"""
    if context.invoked_subcommand:
        return
    from bot.sandbox import server
    from bot.sandbox.credentials import environment, feed

    if show_environment:
        for name, value in (environment(f"http://127.0.0.1:{port}") | feed(f"http://127.0.0.1:{port}")).items():
            click.echo(f"export {name}='{value}'")
        return
    sandbox = server.create(load().var_dir / "sandbox", port)
    tell("練習用サーバー: {base_url}/", base_url=sandbox.base_url)
    sandbox.serve_forever()


@sandbox_command.command("quake", epilog="例: dxbot sandbox quake --intensity 5+")
@click.option("--intensity", default="5+", show_default=True, help="震度（5- は5弱、5+ は5強）")
@_PORT
def quake_command(intensity: str, port: int) -> None:
    """練習の地震を起こします。"""
    from bot.content.places import AreaKind
    from bot.sandbox import drills

    _require_one_of(drills.INTENSITIES, intensity, summary="その震度はありません")
    area = _area(AreaKind.QUAKE)
    _send(port, drills.quake(area.code, area.name, intensity, _now(port)))


@sandbox_command.command("tsunami", epilog="例: dxbot sandbox tsunami --level warning")
@click.option("--level", type=click.Choice(("advisory", "warning", "major", "lifted")), default="warning", show_default=True)
@_PORT
def tsunami_command(level: str, port: int) -> None:
    """練習の津波警報を出します（lifted で解除）。"""
    from bot.content.places import AreaKind
    from bot.sandbox import drills

    area = _area(AreaKind.TSUNAMI)
    _send(port, drills.tsunami(area.code, area.name, level, _now(port)))


@sandbox_command.command("warning", epilog="例: dxbot sandbox warning rain-special")
@click.argument("which", default="rain-warning")
@click.option("--lifted", is_flag=True, help="解除する")
@_PORT
def warning_command(which: str, lifted: bool, port: int) -> None:
    """練習の気象警報を出します（rain-special、rain-danger、rain-warning、snow-warning など）。"""
    from bot.content.places import AreaKind
    from bot.sandbox import drills

    _require_one_of(drills.WARNINGS, which, summary="その警報はありません")
    area = _area(AreaKind.CITY)
    _send(port, drills.warning(area.code, area.name, _places().office, which, _now(port), lifted=lifted))


def _require_one_of(known: Iterable[str], given: str, *, summary: str) -> None:
    if given not in known:
        next_step = say("{known} から選んでください", known="、".join(known))
        raise ConfigError(f"{given!r} is none of the known", summary=summary, next_step=next_step)


def _places() -> Places:
    from bot.content.people import load_city

    found = load_city(load().shared_dir / "city.yml", tuple(specs())).disaster
    if found is None:
        raise NotFound(
            "city.yml has no places",
            summary="city.yml に、電文での区域（disaster）がありません",
            next_step="docs/disaster.md を見て書いてください",
        )
    return found


def _area(kind: AreaKind) -> TelegramArea:
    area = _places().area_of(kind)
    if area is None:
        raise NotFound(
            f"no area of {kind}", summary="city.yml に、この種類の区域がありません", next_step="disaster: に書いてください"
        )
    return area


def _send(port: int, drill: Drill) -> None:
    from bot.sandbox.control import ask

    address = ask(port, "disaster", asdict(drill))["address"]
    tell("練習の電文を出しました：{headline}（{address}）", headline=drill.headline, address=address)
    tell("1分以内に配信が読みます。")


def _now(port: int) -> datetime:
    """The sandbox's own time: it may have been set."""
    from bot.sandbox.control import now_at

    return now_at(port)
