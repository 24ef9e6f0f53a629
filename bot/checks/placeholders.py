"""What was to be filled in later and was not."""

from __future__ import annotations

import re

from bot.checks.prose import pattern
from bot.content.post_form import FIGURES_TO_COME, LEAD_TO_COME

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
        "placeholders.unanswered",
        "error",
        rf"{re.escape(LEAD_TO_COME)}|{re.escape(FIGURES_TO_COME)}|（[ \u3000]*）",
        "ひな型の「{0}」が、書かれないまま残っています",
        "かっこごと、あなたの文に書きかえてください",
        why="ひな型のかっこは、書く人への案内です。そのまま出ると、市民には空の欄に見えます。",
        source="この道具のひな型（dxbot new）",
        bad="## 何を変えたか\n\n‸（ ）",
        good="## 何を変えたか\n\n職員がお話を聞いて入力します（一部の窓口）。",
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
