"""dxbot channels: what channels there are, which of them leaders may choose, and which settings each one reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from bot import registry
from bot.cli.console import print_json
from bot.cli.core import Core
from bot.language import say
from bot.options import Secret, options_of
from bot.render.variant import ChannelSpec

if TYPE_CHECKING:
    from bot.cli import outputs


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A variable that a channel reads. Its value is not here, for it may be a secret."""

    name: str
    meaning: str
    secret: bool
    given: bool


@click.command("channels", epilog="例: dxbot channels")
@click.option("--json", "as_json", is_flag=True, help="JSON で表示する")
def channels_command(as_json: bool) -> None:
    """配信先の一覧と、それぞれが読む環境変数を示します。値は表示しません。"""
    core = Core()
    offered = core.library.offered
    shown = [(spec, spec.key in offered, _settings(core, spec.key)) for spec in core.specs]
    if as_json:
        print_json([_as_json(*one) for one in shown])
        return
    for spec, choosable, settings in shown:
        click.echo(f"{spec.key}  {spec.label}（{_how(spec)}）{'' if choosable else say('　city.yml では選べません')}")
        for setting in settings:
            state = say("設定済み") if setting.given else say("未設定")
            name = f"{setting.name}（_FILE）" if setting.secret else setting.name
            click.echo(f"    {name}  {setting.meaning}　{state}")


def _settings(core: Core, key: str) -> list[Setting]:
    return [
        Setting(
            name=name,
            meaning=field.metadata["meaning"],
            secret=isinstance(field.default, Secret),
            given=getattr(core.config.of(kind), field.name) != field.default,
        )
        for kind in registry.options()[key]
        for name, field in options_of(kind).items()
    ]


def _how(spec: ChannelSpec) -> str:
    if spec.by_hand:
        return say("人が投稿して記録する")
    return say("自動で投稿する") if spec.publishes else say("書き出す")


def _as_json(spec: ChannelSpec, choosable: bool, settings: list[Setting]) -> outputs.Channel:
    return {
        "channel": spec.key,
        "label": spec.label,
        "offered": choosable,
        "sends": spec.sends,
        "settings": [{"name": s.name, "meaning": s.meaning, "secret": s.secret, "given": s.given} for s in settings],
    }
