"""Where to ask: a number or an address with one sign too few leads nowhere."""

from __future__ import annotations

import re

from bot.checks.prose import pattern
from bot.text.tokens import telephones

_SOURCE = "電気通信番号計画（総務省告示）"


def _telephone(match: re.Match[str]) -> str:
    digits, right = telephones.length(match["number"])
    if digits != right:
        return f"電話番号「{match['number']}」は{digits}桁です（{right}桁のはずです）"
    return "" if telephones.is_divided_rightly(match["number"]) else f"電話番号「{match['number']}」の区切りが違います"


RULES = (
    pattern(
        "contact.telephone",
        "warning",
        telephones.NUMBER,
        _telephone,
        "番号を確かめて直してください",
        why="桁の足りない番号では、だれも電話できません。",
        source=_SOURCE,
        bad="電話は‸076-220-211です。",
        good="電話は076-220-2111、0120-123-457です。",
        hints="- － ‐ （ (",
        numeric=True,
    ),
    pattern(
        "contact.area-code",
        "warning",
        telephones.LOCAL,
        "「{0}」に市外局番がありません",
        "「076-220-2111」のように、市外局番から書いてください",
        why="携帯電話からは、市外局番がないとつながりません。",
        source=_SOURCE,
        bad="‸電話は220-2111です。",
        good="電話は076-220-2111です。",
        hints=" ".join((*telephones.LABELS, "合わせ")),
    ),
    pattern(
        "contact.postal",
        "warning",
        telephones.NO_POSTAL,
        "郵便番号「{0}」の桁が違います",
        "「〒920-8577」のように、3桁-4桁で書いてください",
        why="桁の違う郵便番号では、郵便が遅れます。",
        source="郵便番号制度（日本郵便）",
        bad="‸〒920-857 金沢市",
        good="〒920-8577 金沢市",
        hints="〒 郵便番号",
    ),
    pattern(
        "contact.mail",
        "warning",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}"
        r"(?:＠|[ 　]@|@[ 　]|@(?=[A-Za-z0-9-]{1,63}[。、，．][A-Za-z])|\(at\)|（at）|☆|★)"
        r"[A-Za-z0-9-]{1,63}(?:[.．。、][A-Za-z0-9-]{1,63}){1,6}|"
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}(?:@@+[A-Za-z0-9.-]{1,255}|"
        r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}(?:\.\.+[A-Za-z0-9.-]{1,63}|[.,](?![A-Za-z0-9])|,[a-z]{2,3}))",
        "メールアドレス「{0}」の書き方では、送れません",
        "半角の @ と . で、間を空けずに書いてください",
        why="全角の記号が入ったアドレスは、押しても写しても届きません。",
        source="RFC 5322",
        bad="メールは‸madoguchi＠example.lg.jpです。",
        good="メールはmadoguchi@example.lg.jpです。",
        hints="＠ @ (at) （at） ☆ ★",
    ),
)
