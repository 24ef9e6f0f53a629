"""dxbot indicators: readings from a table that a ministry published. It shows what would change; a person accepts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli.console import tell
from bot.cli.core import Core
from bot.language import say
from bot.strategy import intake
from bot.strategy.charts import number, when
from bot.strategy.indicators import Indicator
from bot.strategy.intake import Take
from bot.strategy.sheets import SheetError
from bot.values.node import nearest


@click.command("indicators", epilog="例: dxbot indicators 001028752.xlsx --accept")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--for", "keys", multiple=True, metavar="KEY", help="FILE を table: の書き方で読む指標（何度でも書ける）")
@click.option("--source", default="", help="出典の名前（書かなければ、総務省の表か、table: の source）")
@click.option("--url", default="", help="出典のアドレス（書かなければ、同じ）")
@click.option("--accept", "accepted", is_flag=True, help="見て確かめた変更を indicators.yml に書き、ファイルを残す")
def indicators_command(file: Path, keys: tuple[str, ...], source: str, url: str, accepted: bool) -> None:
    """総務省「マイナンバーカード交付状況」の FILE（.xlsx か CSV）から、area: のある指標の値を取り込みます。

    団体・時点・項目ごとに1行の CSV（デジタル庁の政策ダッシュボードなど）は、指標の table: に列を書き、--for で指標を選びます。

    --accept を付けなければ、何が変わるかを示すだけです。合わないところがあれば、セルの番地を示して止まります。
    """
    library = Core().library
    if keys:
        taken = intake.read_long(file, [_known(library.indicators, key) for key in dict.fromkeys(keys)], source, url)
    else:
        taken = intake.read(file, library.indicators, source or intake.SOURCE, url or intake.SOURCE_URL)
    for take in taken.takes:
        _show(take)
    if not taken.changes:
        tell("変わるところはありません。")
    elif accepted:
        path = library.shared_root / "strategy" / "indicators.yml"
        intake.accept(path, taken)
        tell("{path} に書き、元のファイルを {kept} に残しました。確かめて、コミットしてください。", path=path, kept=taken.kept)
    else:
        tell("まだ何も書いていません。よければ --accept を付けて、もう一度実行してください。")


def _known(indicators: Mapping[str, Indicator], key: str) -> Indicator:
    if key not in indicators:
        raise SheetError(
            "no such indicator",
            summary=say("「{key}」という指標はありません", key=key),
            next_step=nearest(key, sorted(indicators)),
        )
    return indicators[key]


def _show(take: Take) -> None:
    unit = take.indicator.unit
    click.echo(f"{take.indicator.name}（{take.indicator.key}）　{take.cell}")
    new = f"{when(take.new)} {number(take.new, unit)}"
    if not take.changes:
        tell("  同じ：{new}", new=new)
    elif take.old is not None:
        tell("  直る：{old} → {new}", old=number(take.old, unit), new=new)
    else:
        latest = take.indicator.latest
        tell(
            "  加わる：{new}（いまは {old}）",
            new=new,
            old=f"{when(latest)} {number(latest, unit)}" if latest else say("値なし"),
        )
