"""Meaning must not hang on colour or on where something stands."""

from __future__ import annotations

from bot.checks.prose import pattern

RULES = (
    pattern(
        "accessibility.by-colour-or-place",
        "warning",
        r"(?:赤字|赤い(?:文字|部分|線|印)|青字|青い(?:文字|部分)|黄色の(?:文字|部分))|(?:右|左|上|下)の(?:図|写真|表|ボタン|画像)|(?:右|左|上|下)図",
        "「{0}」は、色や位置が見えない人に伝わりません",
        "図や欄の名前で示してください",
        why="見え方や画面の幅によって、色も位置も変わります。",
        source="JIS X 8341-3:2016（1.3.3、1.4.1）",
        bad="くわしくは‸右の図をご覧ください。",
        good="くわしくは「申込みの流れ」の図をご覧ください。",
    ),
)
