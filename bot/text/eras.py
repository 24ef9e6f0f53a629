"""Days as Japanese offices write them: R7.8末時点, 令和７年８月31日, 平成29年5月15日現在, 2026年1月末."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date

# The first and the last day of each era, by 元号法 and the notices of its changes.
_ERAS = {
    "S": (date(1926, 12, 25), date(1989, 1, 7)),
    "H": (date(1989, 1, 8), date(2019, 4, 30)),
    "R": (date(2019, 5, 1), date(2199, 12, 31)),
}
_LETTERS = {"昭和": "S", "平成": "H", "令和": "R"}
_DAY = re.compile(
    r"(?:(?P<era>[SHR]|昭和|平成|令和)\s*(?P<year>\d{1,2}|元)|(?P<common>(?:19|20|21)\d{2}))\s*[.年/-]\s*"
    r"(?P<month>\d{1,2})\s*+(?:[.月/-]\s*(?P<day>\d{1,2})(?!\d)|[.月]?\s*(?P<end>末))"
)


def days(text: str) -> list[date]:
    """Every day that the text names; the end of a month is its last day. What no calendar has (H31.5.1) is none."""
    return [day for match in _DAY.finditer(unicodedata.normalize("NFKC", text)) if (day := _day(match))]


def _day(match: re.Match[str]) -> date | None:
    first, last = date.min, date.max
    if match["common"]:
        year = int(match["common"])
    else:
        first, last = _ERAS[_LETTERS.get(match["era"], match["era"])]
        year = first.year - 1 + (1 if match["year"] == "元" else int(match["year"]))
    month = int(match["month"])
    if not 1 <= month <= 12:
        return None
    try:
        day = date(year, month, monthrange(year, month)[1] if match["end"] else int(match["day"]))
    except ValueError:
        return None
    return day if first <= day <= last else None
