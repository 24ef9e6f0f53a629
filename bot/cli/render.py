"""dxbot render: exactly what would go out."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.console import print_json
from bot.cli.core import Core
from bot.language import say
from bot.render.bundle import render
from bot.render.variant import Bundle, ChannelSpec, Variant


@click.command("render", epilog="例: dxbot render content/posts/2026/11/madoguchi.md --channel x")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--channel", help="この配信先だけ")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def render_command(path: Path, channel: str | None, as_json: bool) -> None:
    """配信先ごとの掲載文・画像・字数・費用を、そのまま出る形で示します。"""
    core = Core()
    bundle = render(core.library.read(path), core.specs, core.templates, core.library.city)
    chosen = [v for v in bundle.variants if channel in (None, v.channel)]
    if as_json:
        print_json({**bundle.as_json(), "variants": [v.as_json() for v in chosen]})
        return
    specs = {spec.key: spec for spec in core.specs}
    for variant in chosen:
        _show(variant, specs[variant.channel])
    _footer(bundle)


def _show(variant: Variant, spec: ChannelSpec) -> None:
    click.secho(f"── {spec.label} ──", bold=True)
    for part in variant.parts:
        click.echo(part.text)
        click.secho(f"（{part.length}{'／' + str(part.limit) if part.limit else ''}）", dim=True)
    for media in variant.media:
        click.secho(f"[{say('画像')}] {media.file} {media.width}×{media.height} {media.alt}", dim=True)
    if price := variant.price(spec):
        click.secho(f"{say('費用')}: {price} USD", dim=True)
    if spec.reading_usd:
        each = say("結果が分からず読み返すときは1件につき")
        click.secho(f"  {each} +{spec.reading_usd} USD", dim=True)
    click.echo()


def _footer(bundle: Bundle) -> None:
    click.secho(f"{say('照合番号')}: {bundle.digest}", dim=True)
