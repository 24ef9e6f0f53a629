"""Telephone, FAX and postal numbers, as an office writes them: the words before them, their signs, how they are divided.

Expressions, not compiled ones: most posts hold no such number, and to compile one takes longer than to look for it.
"""

from __future__ import annotations

import re

_HYPHEN = r"\-－‐"
_JOINED = r"[ 　:：はを]{0,2}"
LABELS = ("電話", "TEL", "Tel", "ＴＥＬ", "FAX", "ＦＡＸ", "ファクス", "ファックス", "☎", "℡")
LABEL = rf"(?:{'|'.join(LABELS)})(?:番号)?{_JOINED}"
POSTAL_LABEL = rf"(?:〒|郵便番号){_JOINED}"
NUMBER = (
    r"(?<![\d\-－‐ー―−.,/年月])"
    rf"(?P<number>0\d{{1,4}}[{_HYPHEN}(（）)][ 　]?\d{{1,4}}[{_HYPHEN})）]\d{{1,5}})(?![\d{_HYPHEN}])"
)
# Without its area code.
LOCAL = rf"(?:{LABEL}|問い?合わせ(?:先)?(?:番号)?{_JOINED})(?P<short>\d{{2,3}}[{_HYPHEN}]\d{{4}})(?![\d{_HYPHEN}])"
MOBILE = rf"(?<![\d０-９])[0０][6-9６-９][0０][{_HYPHEN} ]?[\d０-９]{{4}}[{_HYPHEN} ]?[\d０-９]{{4}}(?![\d０-９])"
NO_POSTAL = rf"{POSTAL_LABEL}(?!\d{{3}}[{_HYPHEN}−ー]\d{{4}}(?!\d))[\d０-９{_HYPHEN}]{{5,}}"

_ELEVEN = ("050", "060", "070", "080", "090", "020", "0800")
_OTHERWISE = ("0120", "0570", "0800", "0180", "0990")  # free and shared numbers are divided in their own ways
_TWO_DIGITS = ("03", "04", "06")


def length(number: str) -> tuple[int, int]:
    """How many digits it has, and how many it should have."""
    digits = re.sub(r"\D", "", number)
    return len(digits), 11 if digits.startswith(_ELEVEN) else 10


def is_divided_rightly(number: str) -> bool:
    """Four digits at the end; before them an area code, which is of two digits in Tokyo, Osaka and a few more places only."""
    area, *_, last = re.findall(r"\d+", number)
    return area in _OTHERWISE or (len(last) == 4 and (len(area) > 2 or area in _TWO_DIGITS))
