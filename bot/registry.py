"""The folder is the registry: every package in bot/channels/ is a channel. No list to edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import cast

from bot.channel_kit.base import Channel
from bot.config import Config
from bot.errors import ConfigError
from bot.render.variant import ChannelSpec


@lru_cache(maxsize=1)
def _modules() -> Mapping[str, ModuleType]:
    names = (m.name for m in iter_modules([str(Path(__file__).parent / "channels")]))
    modules = (import_module(f"bot.channels.{name}") for name in names)
    found = [m for m in modules if isinstance(getattr(m, "SPEC", None), ChannelSpec)]
    # Those that send come before those that are exported or posted by hand; short texts before long ones.
    found.sort(key=lambda m: (m.SPEC.by_hand, not m.SPEC.publishes, m.SPEC.limit or 0, m.SPEC.key))
    return {m.SPEC.key: m for m in found}


def specs() -> Mapping[str, ChannelSpec]:
    """What each channel takes, by key. Loads no SDK."""
    return {key: cast(ChannelSpec, module.SPEC) for key, module in _modules().items()}


def connect(key: str, config: Config) -> Channel:
    """The channel, ready to send. Raises ConfigError if it is unknown or lacks its credentials."""
    module = _modules().get(key)
    if module is None or not hasattr(module, "connect"):
        raise ConfigError(
            f"no channel {key}",
            summary=f"「{key}」という配信先はありません",
            next_step="原稿の channels: を確かめてください",
        )
    return cast(Channel, module.connect(config))
