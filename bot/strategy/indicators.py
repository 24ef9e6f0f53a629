"""Figures with their source and date: content/strategy/indicators.yml. A post names a figure, it never types one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

FIELDS = ("value", "rate", "numerator", "denominator", "name", "unit", "date", "source")
_KEYS = frozenset({*FIELDS, "date_of", "source_url", "note"})


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """`value` is the printed figure with its decimals; for a rate it is `rate`, in percent, and the two numbers it was
    computed from may be given. `date` is when it was measured, or, if `date_of` is "published", when the source appeared."""

    key: str
    name: str
    unit: str
    value: Decimal
    date: date
    date_of: str
    source: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source_url: str = ""
    note: str = ""

    def field(self, name: str) -> str:
        """The text that stands for `{{ indicator.KEY.name }}`. Raises KeyError for a field that this figure lacks."""
        match name:
            case "value" | "rate":
                return f"{self.value:,}"
            case "numerator" | "denominator":
                number = self.numerator if name == "numerator" else self.denominator
                if number is None:
                    raise KeyError(name)
                return f"{number:,}"
            case "name" | "unit" | "source":
                return str(getattr(self, name))
            case "date":
                return f"{self.date.year}年{self.date.month}月{self.date.day}日"
        raise KeyError(name)


def load(path: Path) -> Mapping[str, Indicator]:
    """All indicators by key; none if the file does not exist. Raises ConfigError naming the file and the indicator."""
    import yaml

    if not path.exists():
        return {}
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise _wrong(path, "全体", "YAML として読めません") from e
    if not isinstance(entries, dict):
        raise _wrong(path, "全体", "指標の名前と中身の組になっていません")
    return {str(key): _indicator(path, str(key), entry) for key, entry in entries.items()}


def _indicator(path: Path, key: str, entry: Any) -> Indicator:
    if not isinstance(entry, dict):
        raise _wrong(path, key, "中身がありません")
    if unknown := sorted(set(entry) - _KEYS):
        raise _wrong(path, key, f"「{unknown[0]}」という項目はありません")
    if missing := [k for k in ("name", "unit", "date", "source") if not entry.get(k)]:
        raise _wrong(path, key, f"「{missing[0]}」がありません")
    if not isinstance(entry["date"], date):
        raise _wrong(path, key, "「date」が日付（例: 2022-12-05）ではありません")
    if (shown := entry.get("value", entry.get("rate"))) is None:
        raise _wrong(path, key, "「value」か「rate」が要ります")
    return Indicator(
        key=key,
        name=str(entry["name"]),
        unit=str(entry["unit"]),
        value=_number(path, key, shown),
        numerator=_optional(path, key, entry.get("numerator")),
        denominator=_optional(path, key, entry.get("denominator")),
        date=entry["date"],
        date_of=str(entry.get("date_of", "measured")),
        source=str(entry["source"]),
        source_url=str(entry.get("source_url", "")),
        note=str(entry.get("note", "")),
    )


def _optional(path: Path, key: str, value: object) -> Decimal | None:
    return None if value is None else _number(path, key, value)


def _number(path: Path, key: str, value: object) -> Decimal:
    try:
        return Decimal(str(value).replace(",", ""))
    except InvalidOperation as e:
        raise _wrong(path, key, f"「{value}」は数ではありません") from e


def _wrong(path: Path, key: str, problem: str) -> ConfigError:
    return ConfigError(
        f"{path.name}: {key} is not usable",
        summary=f"{path} の「{key}」: {problem}",
        next_step="指標の書き方を確かめて直してください",
    )
