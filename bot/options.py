"""One option: a variable of the environment, its default, what it means, and how its value is read.

A secret is read from NAME or from the file named by NAME_FILE, and shows only as "***" wherever it is printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, field, fields
from datetime import time
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import ConfigError
from bot.language import say

T = TypeVar("T")


class Secret:
    """A value that never shows: not in repr, str, logs or tracebacks. `reveal()` at the place of use only."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "***" if self._value else "(未設定)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def option(env: str, default: Any, meaning: str, choices: tuple[str, ...] = ()) -> Any:
    """A field of a dataclass of options: the variable's name, its default, and what it means to those who set it."""
    return field(default=default, metadata={"env": env, "meaning": meaning, "choices": choices})


def options_of(kind: type[Any]) -> dict[str, Field[Any]]:
    """The options of a dataclass, by their variables."""
    return {f.metadata["env"]: f for f in fields(kind) if "env" in f.metadata}


def values_of(kind: type[Any], env: Mapping[str, str]) -> dict[str, Any]:
    """What is set, by the field's name. Raises ConfigError naming the variable, never its value."""
    return {f.name: _read(f, env) for f in options_of(kind).values() if _is_set(f, env)}


def _is_set(f: Field[Any], env: Mapping[str, str]) -> bool:
    name = f.metadata["env"]
    return bool(env.get(name)) or (isinstance(f.default, Secret) and bool(env.get(f"{name}_FILE")))


def _read(f: Field[Any], env: Mapping[str, str]) -> object:
    name: str = f.metadata["env"]
    match f.default:
        case Secret():
            return Secret(env[name] if env.get(name) else _read_file(name, env[f"{name}_FILE"]))
        case bool():
            return _choice(name, env[name], {"True": True, "true": True, "False": False, "false": False})
        case int():
            return _count(name, env[name])
        case Path():
            return Path(env[name]).expanduser().resolve()
        case ZoneInfo():
            return _zone(name, env[name])
        case tuple():
            return _times(name, env[name])
    choices = f.metadata["choices"]
    return _choice(name, env[name], {c: c for c in choices}) if choices else env[name]


def _read_file(name: str, path: str) -> str:
    """An empty file is no secret: without its key a webhook would be taken from anybody, unsigned."""
    try:
        secret = Path(path).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(
            f"{name}_FILE cannot be read",
            summary=say("環境変数 {name}_FILE の指すファイルを読めません", name=name),
            next_step="ファイルの場所と読み取り権限を確かめてください",
        ) from e
    if not secret:
        raise ConfigError(
            f"{name}_FILE names an empty file",
            summary=say("環境変数 {name}_FILE の指すファイルが空です", name=name),
            next_step="ファイルに鍵を書くか、この変数を外してください",
        )
    return secret


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value):
        raise ConfigError(
            f"{name} is not a whole number",
            summary=say("環境変数 {name} の値が使えません", name=name),
            next_step="300 のように、半角の数字だけで書いてください（1から999,999まで）",
        )
    return int(value)


def _zone(name: str, value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as e:
        raise ConfigError(
            f"{name} is not a time zone",
            summary=say("環境変数 {name} の時刻帯が見つかりません", name=name),
            next_step="Asia/Tokyo のような名前で書いてください",
        ) from e


def _times(name: str, value: str) -> tuple[time, ...]:
    try:
        return tuple(sorted(time.fromisoformat(word.strip()) for word in value.split(",")))
    except ValueError as e:
        raise ConfigError(
            f"{name} is not a list of times",
            summary=say("環境変数 {name} の時刻を読めません", name=name),
            next_step="08:30,13:00 のように書いてください",
        ) from e


def _choice(name: str, value: str, choices: Mapping[str, T]) -> T:
    try:
        return choices[value]
    except KeyError:
        raise ConfigError(
            f"{name} is not one of {', '.join(choices)}",
            summary=say("環境変数 {name} の値が使えません", name=name),
            next_step=say("{names} のどれかにしてください", names="・".join(choices)),
        ) from None
