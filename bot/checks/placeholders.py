"""What was to be filled in later and was not."""

from __future__ import annotations

import re

from bot.checks.prose import pattern
from bot.content.post_form import FIGURES_TO_COME, LAST_YEAR, LEAD_TO_COME

RULES = (
    pattern(
        "placeholders.left",
        "error",
        # 〇 beside a kanji digit is a numeral, ○× are two answers, and □□の欄 are boxes on a form.
        r"(?<![一二三四五六七八九〇十百千])(?:[○〇◯●△□×](?:年度|[年月日時分])){2,}|"
        r"(?<![一二三四五六七八九〇十百千○〇◯●△□×])([○〇◯●△×])\1+(?![一二三四五六七八九十百千○〇◯●△□×])|"
        r"(?<!□)□{2,}(?![□]|の?欄|に[✓✔レ印]|を[空埋])|(?<![A-Za-z])(?<![A-Za-z][-=_.])"
        r"(?:TODO|FIXME|[xX]{3,})(?![A-Za-z]|\.[a-z])",
        "「{0}」が、書きかけのまま残っています",
        "決まった内容に書きかえてください",
        why="「○時○分」のまま公開された知らせが、実際にあります。",
        source="各地の自治体の訂正の記録",
        bad="開始は‸○時○分です。",
        good="○日時 12月1日10時\n\n「○」を付けて選びます。list-xxx.bin と xxx.bin は実在する名前です。",
        hints="○ 〇 ◯ ● △ □ × TODO FIXME xxx XXX",
    ),
    pattern(
        "placeholders.maybe",
        "warning",
        r"(?<![一二三四五六七八九〇十百千○〇◯●△□×])[○〇◯●△□](?:年度|[年月日時分件円%％])(?![一-龠○〇◯●△□×間])|"
        r"[【〔\[](?:要確認|確認中|調整中|未定|要修正|差し?替え)[】〕\]]|"
        r"ここに[^。\n]{0,12}(?:書い|入れ|記入し|入力し)て|(?:ダミー|サンプル)(?:テキスト|の文章)|後で(?:書く|直す|"
        r"確認)|(?:日時|場所|会場|金額)は後日記入",
        "「{0}」が、書きかけのように見えます",
        "決まった内容に書きかえてください",
        why="ひな型や覚え書きが残ったまま公開された知らせが、実際にあります。",
        source="各地の自治体の訂正の記録",
        bad="詳しい日時は‸【要確認】です。",
        good="○日時 12月1日10時。○人が集まる場所では、静かにしてください。",
        hints="○ 〇 ◯ ● △ □ 要確認 確認中 調整中 未定 要修正 替え ここに ダミー サンプル 後で 後日記入",
    ),
    pattern(
        "placeholders.unanswered",
        "error",
        rf"{re.escape(LEAD_TO_COME)}|{re.escape(FIGURES_TO_COME)}|{re.escape(LAST_YEAR)}|（[ \u3000]*）",
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
        r"[（(【\[]仮[）)】\]](?![一-龠])",
        "「{0}」とあります",
        "決まったかどうかを確かめ、決まっていれば「仮」を消してください",
        why="仮の内容は、出たあとには本当の内容として読まれます。",
        source="各地の自治体の訂正の記録",
        bad="会場は市役所‸（仮）です。",
        good="会場は市役所です。",
        hints="（仮 (仮 【仮 [仮",
    ),
)
