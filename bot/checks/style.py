"""公用文 and 広報: the house style of a city hall, where a slip is certain."""

from __future__ import annotations

from bot.checks.prose import pattern

_SOURCE = "公用文作成の考え方（文化審議会建議、2022年）"

RULES = (
    pattern(
        "style.months",
        "warning",
        r"(?<=[\d０-９一二三四五六七八九十数何])[ヶケヵカ](?=月|所|国|年)",
        "「{0}」は「か」と書きます",
        "「3か月」「2か所」のように書いてください",
        why="公用文では、数字に付く「か」を平仮名で書きます。",
        source=_SOURCE,
        bad="3‸ヶ月で終わります。",
        good="3か月で終わります。",
    ),
    pattern(
        "style.thousands",
        "warning",
        r"(?<![\d,０-９，])[\d０-９]千(?=円|人|件|台)",
        "「{0}」は「4,000」のように書きます",
        "数字は、万・億のほかは算用数字で書いてください",
        why="「4千円」は、「4000円」「四千円」と混ざって読みにくくなります。",
        source=_SOURCE,
        bad="費用は‸4千円です。",
        good="費用は4,000円です。",
    ),
    pattern(
        "style.comma",
        "warning",
        r"(?<=[ぁ-んァ-ヶ一-龠])，",
        "読点に「，」が使われています",
        "「、」で書いてください",
        why="公用文の読点は、2022年から「、」が原則です。",
        source=_SOURCE,
        bad="市民課‸，総務課が担当します。",
        good="市民課、総務課が担当します。",
    ),
    pattern(
        "style.period-in-heading",
        "warning",
        r"。\s*$",
        "見出しや題名の終わりに「。」があります",
        "見出しの「。」を消してください",
        why="見出しには「。」を付けません。",
        source=_SOURCE,
        bad="はじめです。\n\n## 何を変えたか‸。\n\n変えました。\n",
        good="はじめです。\n\n## 何を変えたか\n\n変えました。\n",
        where=lambda _, span: span.heading,
    ),
    pattern(
        "style.double-negative",
        "warning",
        r"な(?:くはない|いわけではない|いとは[言い]えない|いこともない)|ないではない",
        "二重の打ち消し「{0}」があります",
        "「できます」「することがあります」のように、打ち消さずに書いてください",
        why="二重の打ち消しは、できるのかできないのかが伝わりません。",
        source=_SOURCE,
        bad="申し込めない‸ないわけではない手続です。".replace("ない‸", "‸"),
        good="申し込める手続です。",
    ),
    pattern(
        "style.abolished-warning",
        "error",
        r"避難(?:勧告|準備情報|準備・高齢者等避難開始)",
        "「{0}」は廃止された言葉です",
        "「避難指示」「高齢者等避難」など、いまの言葉にしてください",
        why="2021年5月に避難勧告は廃止され、避難指示に一本化されました。",
        source="災害対策基本法（2021年改正）",
        bad="‸避難勧告が出ました。",
        good="避難指示が出ました。",
    ),
)
