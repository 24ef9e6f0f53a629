"""dxbot admin mark: the mark outside the database, which shows whether a copy was put back."""

from __future__ import annotations

import click

from bot.cli.console import print_json, tell
from bot.cli.office import office, shell
from bot.language import say


@click.group("mark", help=say("配信の印（データベースが古い状態に戻っていないかを見る）"))
def mark_group() -> None:
    pass


@mark_group.command("show")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def show(as_json: bool) -> None:
    """印とデータベースを比べます。何も変えません。例: dxbot admin mark show"""
    ctx = office()
    from bot.services.delivery import lookback, rollback
    from bot.services.records import mark

    kept, stops, left = mark.read(ctx), rollback.standing(), lookback.pending()
    lacking = [each for each in kept.marks if not mark.is_in_log(each)]
    if as_json:
        print_json(
            {
                "places": [str(place) for place in mark.places(ctx.config)],
                "marks": [{"entry": m.entry, "at": m.at.isoformat(), "in_log": m not in lacking} for m in kept.marks],
                "problem": kept.problem or None,
                "stops": [stop.pause.reason for stop in stops],
                "to_be_looked_for": left,
            }
        )
        return
    for each in kept.marks:
        known = say("データベースにあります") if each not in lacking else say("データベースにありません")
        tell(
            "{time} の印（操作の記録 {entry}番）：{known}",
            time=ctx.said(each.at, with_year=True),
            entry=each.entry,
            known=known,
        )
    if kept.problem:
        tell("{problem}。", problem=kept.problem)
    for stop in stops:
        tell("停止しています：{reason}", reason=stop.pause.reason)
    if stops:
        tell("配信先で探している配信 {left}件。", left=left)


@mark_group.command("confirm")
@click.option("--reason", required=True, help="このデータベースが最新だと分かる理由（機械の入れ替え、版の更新など）")
def confirm(reason: str) -> None:
    """印がなくて止まった配信を、運用担当の確認で再開します。控えから戻したときには使えません。

    例: dxbot admin mark confirm --reason "新しいサーバーへ移した。古いサーバーは止めてある"
    """
    ctx = office()
    from bot.services.delivery import rollback

    back = rollback.confirm(ctx, shell(), reason)
    tell("再開します。{back}件を予定に戻しました。", back=back)
