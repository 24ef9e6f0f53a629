"""content/people.yml: who may write, and content/city.yml: what is this municipality's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from bot.content.post import Author, Role
from bot.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class City:
    """Names of this municipality. `protected_words` are never cut in two. `heads` maps a department to the person whose 確認
    (発信管理者) its posts need before the PR office approves; a department that is not named there needs none. `channels` are
    those that leaders may choose; without any, all there are."""

    name: str
    office: str
    paper: str
    official_site: str = ""
    protected_words: tuple[str, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()


def load_people(path: Path) -> Mapping[str, Author]:
    """People by key. Raises ConfigError naming the file and the person."""
    return {str(key): _author(path, str(key), entry) for key, entry in _mapping(path).items()}


def load_city(path: Path) -> City:
    """Raises ConfigError naming the file and the item."""
    entries = _mapping(path)
    known = set(City.__dataclass_fields__)
    if unknown := sorted(set(entries) - known):
        raise _wrong(path, unknown[0], "という項目はありません")
    for required in ("name", "office", "paper"):
        if not entries.get(required):
            raise _wrong(path, required, "がありません")
    for names in ("accounts", "heads"):
        if not isinstance(entries.get(names) or {}, dict):
            raise _wrong(path, names, "は「名前: 値」の形で書いてください")
    if not isinstance(entries.get("channels") or [], list):
        raise _wrong(path, "channels", "は [x, facebook] のように書いてください")
    entries["channels"] = tuple(str(key) for key in entries.get("channels") or ())
    entries["protected_words"] = tuple(str(w) for w in entries.get("protected_words") or ())
    return City(**{k: v for k, v in entries.items() if v is not None})


def _mapping(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.CSafeLoader)
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing", summary=f"{path} がありません", next_step="ファイルを置いてください") from None
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise ConfigError(
            f"{path} is not YAML", summary=f"{path} を読めません", next_step="「名前: 値」の形かどうか確かめてください"
        ) from e
    if not isinstance(loaded, dict):
        raise _wrong(path, "全体", "は「名前: 値」の形で書いてください")
    return loaded


def _author(path: Path, key: str, entry: Any) -> Author:
    if not isinstance(entry, dict):
        raise _wrong(path, key, "の中身がありません")
    for required in ("name", "department", "role"):
        if not entry.get(required):
            raise _wrong(path, key, f"に「{required}」がありません")
    if entry["role"] not in get_args(Role):
        raise _wrong(path, key, f"の role は {'・'.join(get_args(Role))} のどれかです")
    return Author(
        key=key,
        name=str(entry["name"]),
        department=str(entry["department"]),
        role=cast(Role, entry["role"]),
        emails=tuple(str(e).lower() for e in entry.get("emails") or ()),
        public=entry.get("public") is True,
        submits_for=tuple(str(key) for key in entry.get("submits_for") or ()),
    )


def _wrong(path: Path, key: str, problem: str) -> ConfigError:
    return ConfigError(
        f"{path.name}: {key} is not usable",
        summary=f"{path} の「{key}」{problem}",
        next_step="書き方を確かめて直してください",
    )
