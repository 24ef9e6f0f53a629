"""The folder is the registry: every folder in bot/channels/ is a channel. No list to edit.

A folder that is not a whole channel is not passed over: whatever is started says what it lacks (ADR 0013).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import is_dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from bot import config
from bot.config import Config
from bot.errors import ConfigError
from bot.language import say
from bot.options import Secret, options_of
from bot.render.variant import ChannelSpec

if TYPE_CHECKING:
    from bot.channel_kit.base import Channel
    from bot.platform_kit.platform import Platform

FOLDER = Path(__file__).parent / "channels"
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_VERBS = ("prepare", "commit", "find", "delete", "stands", "probe")


def specs() -> Mapping[str, ChannelSpec]:
    """What each channel takes, by key. Loads no SDK. Raises ConfigError for a folder that is no whole channel."""
    return {key: cast(ChannelSpec, module.SPEC) for key, module in _modules().items()}


def load(env: Mapping[str, str] = os.environ) -> Config:
    """The configuration of this process, each channel's own options included. Raises ConfigError naming the variable."""
    return config.read(env, kinds()[1:])


def without_troubles(env: MutableMapping[str, str]) -> list[ConfigError]:
    """Takes the variables out that cannot be read, and tells what is wrong with each; `load` tells of the first alone. Raises
    ConfigError as `specs` does."""
    found = list[ConfigError]()
    for name in (name for kind in kinds() for name in options_of(kind)):
        own = (name, f"{name}_FILE")
        try:
            load({each: env[each] for each in own if each in env})
        except ConfigError as e:
            found.append(e)
            for each in own:
                env.pop(each, None)
    return found


def options() -> Mapping[str, tuple[type[Any], ...]]:
    """The dataclasses of options that each channel declares, by key; what channels share is with each of them."""
    return {key: getattr(module, "OPTIONS", ()) for key, module in _modules().items()}


def kinds() -> tuple[type[Any], ...]:
    """Every dataclass of options: the program's own first, then those that channels declare."""
    return tuple(dict.fromkeys((Config, *(kind for declared in options().values() for kind in declared))))


def variables() -> frozenset[str]:
    """The names of all that can be set; those that name the file of a secret are among them."""
    fields = {name: field for kind in kinds() for name, field in options_of(kind).items()}
    return frozenset((*fields, *(f"{name}_FILE" for name, field in fields.items() if isinstance(field.default, Secret))))


def addresses(key: str, configuration: Config) -> tuple[str, ...]:
    """Where the channel's platform is: the `base_url` of the options that it declares."""
    declared = [configuration.of(kind) for kind in options().get(key, ())]
    return tuple(own.base_url for own in declared if hasattr(own, "base_url"))


def connect(key: str, configuration: Config) -> Channel:
    """The channel, ready to send. Raises ConfigError if it is unknown, lacks its credentials, or is not a whole channel."""
    module = _modules().get(key)
    if module is None or not hasattr(module, "connect"):
        raise ConfigError(
            f"no channel {key}",
            summary=say("「{key}」という配信先はありません", key=key),
            next_step="原稿の channels: を確かめてください",
        )
    channel = module.connect(configuration)
    _require_whole(key, _unfit(key, channel))
    return cast("Channel", channel)


def platforms() -> Mapping[str, Platform]:
    """The platforms of the channels that send, by key. Raises ConfigError for one that is not whole."""
    return {key: _platform(key) for key, spec in specs().items() if spec.sends}


@lru_cache(maxsize=1)
def _modules() -> Mapping[str, ModuleType]:
    found = [_channel(folder.name) for folder in sorted(FOLDER.iterdir()) if _is_meant(folder)]
    # Those that send come before those that are exported or posted by hand; short texts before long ones.
    found.sort(key=lambda m: (m.SPEC.by_hand, not m.SPEC.publishes, m.SPEC.limit or 0, m.SPEC.key))
    return {m.SPEC.key: m for m in found}


def _is_meant(folder: Path) -> bool:
    """Python leaves its caches where a channel has been taken away: that is no half-written one."""
    return folder.is_dir() and folder.name[0] not in "._" and any(f.name != "__pycache__" for f in folder.iterdir())


def _channel(key: str) -> ModuleType:
    _require_whole(key, _misnamed(key))
    module = _imported(key, f"bot.channels.{key}")
    _require_whole(key, _missing(key, module))
    return module


@lru_cache
def _platform(key: str) -> Platform:
    module = _imported(key, f"bot.channels.{key}.sandbox")
    _require_whole(key, _missing_in_sandbox(key, module))
    return cast("Platform", module.PLATFORM)


def _imported(key: str, name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as e:
        if e.name and not e.name.startswith("bot."):
            raise  # a library that is not installed here, as in the checker's bundle, is told as such
        raise _half(key, say("{name} を読み込めません（{name2} がありません）", name=name, name2=e.name)) from e
    except Exception as e:  # whatever a file may hold that somebody is still writing
        raise _half(key, say("{name} を読み込めません（{name2}: {e}）", name=name, name2=type(e).__name__, e=e)) from e


def _misnamed(key: str) -> Iterator[str]:
    if not _KEY.fullmatch(key):
        yield "フォルダーの名前は英小文字で始め、英小文字・数字・_ だけにしてください"
    if not (FOLDER / key / "__init__.py").is_file():
        yield "__init__.py がありません"


def _missing(key: str, module: ModuleType) -> Iterator[str]:
    """What a folder lacks to be a channel, in words."""
    spec, folder = getattr(module, "SPEC", None), FOLDER / key
    if not isinstance(spec, ChannelSpec):
        yield "配信先の性質を書いた SPEC = ChannelSpec(…) がありません"
        return
    if spec.key != key:
        yield say("SPEC の key が「{key}」です。フォルダーの名前「{key2}」と同じにしてください", key=spec.key, key2=key)
    if not (folder / "post.txt").is_file():
        yield "標準のひな型 post.txt がありません"
    if spec.corrects_by and not (folder / "correction.txt").is_file():
        yield "訂正のひな型 correction.txt がありません"
    if spec.sends and not callable(getattr(module, "connect", None)):
        yield "入口の connect(config) がありません。送らない配信先なら SPEC に publishes=False か by_hand=True と書いてください"
    if spec.sends and not any((folder / name).is_file() for name in ("sandbox.py", "sandbox/__init__.py")):
        yield "練習用の相手 sandbox.py がありません"
    if not spec.sends and hasattr(module, "connect"):
        yield "SPEC では送らない配信先なのに connect があります"
    yield from _wrong_options(key, module)


def _wrong_options(key: str, module: ModuleType) -> Iterator[str]:
    kinds = getattr(module, "OPTIONS", ())
    if not isinstance(kinds, tuple) or not all(isinstance(kind, type) and is_dataclass(kind) for kind in kinds):
        yield "OPTIONS は、設定を並べたデータクラスの組（タプル）にしてください"
        return
    if module.SPEC.sends and not any("base_url" in (f.name for f in options_of(k).values()) for k in kinds):
        yield "OPTIONS に配信先のアドレス base_url がありません（時計が合っているかも、そこに聞きます）"
    prefix = f"DXBOT_{key.upper()}_"
    for kind in (kind for kind in kinds if kind.__module__.startswith(module.__name__)):
        for name in options_of(kind):
            if not name.startswith(prefix):
                yield say("設定 {name} の名前は {prefix} で始めてください", name=name, prefix=prefix)


def _missing_in_sandbox(key: str, module: ModuleType) -> Iterator[str]:
    from bot.platform_kit.platform import Platform

    platform = getattr(module, "PLATFORM", None)
    if not isinstance(platform, Platform):
        yield "sandbox に PLATFORM = Platform(…) がありません"
        return
    if not platform.examples:
        yield "PLATFORM の examples が空です。つなぎ方の例が1つ要ります"
    known = {name for kind in options()[key] for name in options_of(kind)}
    for name in platform.environment("http://127.0.0.1"):
        if name not in known:
            yield say("PLATFORM の environment にある {name} が、OPTIONS のどれにもありません", name=name)


def _unfit(key: str, channel: object) -> Iterator[str]:
    """What a connected channel lacks for the engine to work with it."""
    for verb in _VERBS:
        if not callable(getattr(channel, verb, None)):
            yield say("connect が返すものに {verb}() がありません", verb=verb)
    account = getattr(channel, "account", "")
    if not isinstance(account, str) or not account.removeprefix(f"{key}:") or not account.startswith(f"{key}:"):
        yield say(
            "connect が返すものの account が、どのアカウントかを示していません。「{key}:番号」の形にしてください", key=key
        )


def _require_whole(key: str, gaps: Iterator[str]) -> None:
    if told := "。".join(gaps):
        raise _half(key, told)


def _half(key: str, told: str) -> ConfigError:
    return ConfigError(
        f"channel {key} is not whole",
        summary=say("配信先 bot/channels/{key}/ が書きかけです。{told}", key=key, told=told),
        next_step="フォルダーの中身を直すか、まだ使わないならフォルダーを bot/channels/ の外へ移してください",
    )
