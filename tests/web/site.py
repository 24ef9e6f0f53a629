"""The web site of this process, put to work on a test's own content and clock."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

from bot.services.records.context import Context


def work_on(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "bot.web.urls",
        "bot.web.context",
        "bot.web.middleware",
        "bot.web.accounts",
        "bot.web.templatetags.people",
    ):  # and with them every view
        import_module(name)
    for name, module in list(sys.modules.items()):
        if name.startswith("bot.web.") and name != "bot.web.office" and hasattr(module, "office"):
            monkeypatch.setattr(module, "office", lambda: ctx)
