"""Personal data that must never stand in a post: it cannot be taken back once it is out."""

from __future__ import annotations

import re
import unicodedata

from bot.checks.prose import pattern

_SOURCE = "番号法、個人情報の保護に関する法律"
_ADVICE = "個人の番号でないかを確かめ、消してください"


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", match[0]))


def _my_number(match: re.Match[str]) -> str:
    """The check digit of a 個人番号 (行政手続における特定の個人を識別するための番号の利用等に関する法律施行規則 第5条)."""
    digits = [int(d) for d in _digits(match)]
    if len(digits) != 12 or len(set(digits)) == 1:
        return ""
    rest = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(digits[:11]), start=1)) % 11
    return "マイナンバーの形をした12桁の数字があります" if digits[11] == (0 if rest <= 1 else 11 - rest) else ""


def _card(match: re.Match[str]) -> str:
    """Luhn's check."""
    digits = [int(d) for d in _digits(match)]
    doubled = [d if n % 2 == 0 else d * 2 - 9 * (d > 4) for n, d in enumerate(reversed(digits))]
    return "カード番号の形をした16桁の数字があります" if len(digits) == 16 and any(digits) and sum(doubled) % 10 == 0 else ""


_MY_NUMBER = r"(?<![\d０-９])[\d０-９](?:[ 　\-－‐]?[\d０-９]){11}(?![\d０-９])"
_MOBILE = r"(?<![\d０-９])[0０][5-9５-９][0０][\-－‐ ]?[\d０-９]{4}[\-－‐ ]?[\d０-９]{4}(?![\d０-９])"


def in_name(name: str) -> str:
    """What a name of a file holds that it should not, in words; "" for nothing."""
    number = next(filter(None, map(_my_number, re.finditer(_MY_NUMBER, name))), "")
    return number or ("携帯電話などの番号があります" if re.search(_MOBILE, name) else "")


RULES = (
    pattern(
        "personal.my-number",
        "error",
        _MY_NUMBER,
        _my_number,
        _ADVICE,
        why="マイナンバーを法律に定める場合のほかに公開することは、禁じられています。",
        source=_SOURCE,
        bad="番号は‸1234-5678-9018です。",
        good="番号は1234-5678-9012です。",
    ),
    pattern(
        "personal.card",
        "error",
        r"(?<![\d０-９])[\d０-９](?:[ 　\-－‐]?[\d０-９]){15}(?![\d０-９])",
        _card,
        _ADVICE,
        why="カード番号は、見た人に使われます。",
        source=_SOURCE,
        bad="見本は‸4242 4242 4242 4242です。",
        good="見本は4242 4242 4242 4241です。",
    ),
    pattern(
        "personal.mobile",
        "warning",
        _MOBILE,
        "携帯電話などの番号「{0}」があります",
        "個人の電話でないかを確かめ、役所の代表か課の電話にしてください",
        why="個人の電話は、公開すると消せません。",
        source=_SOURCE,
        bad="電話は‸090-1234-5678です。",
        good="電話は076-220-0000です。",
    ),
)
