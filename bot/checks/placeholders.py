"""What was to be filled in later and was not."""

from __future__ import annotations

from bot.checks.prose import pattern

RULES = (
    pattern(
        "placeholders.left",
        "error",
        r"(?:[○〇◯●△□×]+(?:年度|[年月日時分人件円%％])(?![一-龠]))+|[○〇◯●△□×]{2,}|(?<![A-Za-z])(?<![A-Za-z][-=_.])"
        r"(?:TODO|FIXME|[xX]{3,})(?![A-Za-z]|\.[a-z])",
        "「{0}」が、書きかけのまま残っています",
        "決まった内容に書きかえてください",
        why="「○時○分」のまま公開された知らせが、実際にあります。",
        source="各地の自治体の訂正の記録",
        bad="開始は‸○時○分です。",
        good="○日時 12月1日10時\n\n「○」を付けて選びます。list-xxx.bin と xxx.bin は実在する名前です。",
    ),
    pattern(
        "placeholders.provisional",
        "warning",
        r"[（(【\[]仮[）)】\]]",
        "「{0}」とあります",
        "決まったかどうかを確かめ、決まっていれば「仮」を消してください",
        why="仮の内容は、出たあとには本当の内容として読まれます。",
        source="各地の自治体の訂正の記録",
        bad="会場は市役所‸（仮）です。",
        good="会場は市役所です。",
    ),
)
