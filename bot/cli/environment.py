"""The city's `.env`: read before anything else, for whoever starts dxbot by hand. What the process was given already wins."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import Field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot import folders, registry
from bot.errors import ConfigError, FileError, Place
from bot.language import say
from bot.options import Secret, options_of

if TYPE_CHECKING:
    from dotenv.parser import Original

_OPEN = stat.S_IWGRP | stat.S_IRWXO  # a group may read it: that of a service's own account


def adopt(env: MutableMapping[str, str] = os.environ) -> None:
    """Puts into `env` what the city's `.env` says and nobody else has said. Raises ConfigError."""
    home = folders.city_folder(folders.current())
    if home is None or not (home / ".env").is_file():
        return
    path = home / ".env"
    _require_private(path)
    for name, value in _settings(path):
        env.setdefault(name, value)


def _require_private(path: Path) -> None:
    """It holds the keys of the city's accounts, and says where posts are sent."""
    found = path.stat()
    ours = os.name != "posix" or found.st_uid in (0, os.geteuid(), path.parent.stat().st_uid)
    if ours and not (os.name == "posix" and found.st_mode & _OPEN):
        return
    raise ConfigError(
        f"{path} can be read or written by others",
        summary=say("{path} を、この計算機のほかの利用者が読み書きできます", path=path),
        next_step="chmod 600 で、dxbot を動かす利用者だけのものにしてください",
    )


def _settings(path: Path) -> Iterator[tuple[str, str]]:
    """Name and value, line by line. Raises FileError for a line that is none, or that names what nothing reads."""
    from dotenv.parser import parse_stream

    known = registry.variables()
    try:
        with path.open(encoding="utf-8-sig") as file:
            found = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as e:
        raise _slip(
            path, 1, summary="この設定を読めません", next_step="UTF-8 で保存し、読む権限があるかを確かめてください"
        ) from e
    for entry in found:
        if entry.error:
            raise _slip(
                path, _line(entry.original), summary="設定の行として読めません", next_step="名前=値 の形で書いてください"
            )
        if entry.key is None:
            continue
        if entry.key.startswith("DXBOT_") and entry.key not in known:
            raise _unknown(path, _line(entry.original), entry.key[:60], known)
        if entry.value:
            yield entry.key, entry.value


def _line(found: Original) -> int:
    """Of its first word: the empty lines before a setting are part of it to the parser."""
    text = found.string
    return found.line + len(text[: len(text) - len(text.lstrip())].split("\n")) - 1


def _unknown(path: Path, line: int, name: str, known: Iterable[str]) -> FileError:
    near = difflib.get_close_matches(name, known, n=1)
    advice = say("「{near}」ではありませんか", near=near[0]) if near else say(".env.example にある名前で書いてください")
    return _slip(path, line, summary=say("「{name}」という設定はありません", name=name), next_step=advice)


def _slip(path: Path, line: int, *, summary: str, next_step: str) -> FileError:
    return FileError(f"line {line} of .env", summary=summary, next_step=next_step, place=Place(path=path, line=line))


def example() -> str:
    """All that can be set, with its meaning and its default, each line switched off."""
    head = say(
        "# dxbot の設定の全てです。.env という名前で写し（chmod 600 .env）、要る行の先頭の # を外してください。\n"
        "# 鍵は、値の代わりに、名前の終わりに _FILE を付けて、鍵を書いたファイルの場所を書くこともできます。\n"
        "# 何も書かなければ、このフォルダの content/・schedules/・templates/・var/ が使われます。"
    )
    return "\n\n".join([head, *(_lines(name, f) for kind in registry.kinds() for name, f in options_of(kind).items())]) + "\n"


def _lines(name: str, f: Field[Any]) -> str:
    meaning = say(f.metadata["meaning"])
    return f"# {meaning}{say('（鍵）') if isinstance(f.default, Secret) else ''}\n#{name}={_shown(f.default)}"


def _shown(default: object) -> str:
    match default:
        case Secret() | Path():  # the folder's own places are no use to another
            return ""
        case bool():
            return str(default).lower()
        case 0:  # no limit, which is written as nothing
            return ""
        case tuple():
            return ",".join(f"{moment:%H:%M}" for moment in default)
        case ZoneInfo():
            return default.key
    return str(default)
