"""Processes whose clock somebody sets while they run: libfaketime, told the offset by a file that it reads anew each time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config import ROOT

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
needs_faketime = pytest.mark.skipif(LIBRARY is None and not os.environ.get("DXBOT_REQUIRE_ALL"), reason="faketime")


class WrongClock:
    """`env` is for the processes; `ahead` sets how many seconds theirs is ahead of the right one, negative for behind."""

    def __init__(self, file: Path, env: Mapping[str, str], ahead: int = 0) -> None:
        assert LIBRARY
        self._file = file
        self.ahead(ahead)
        self.env = {
            **env,
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(ROOT / "tests" / "faked"),
        }

    def ahead(self, seconds: int) -> None:
        new = self._file.with_suffix(".new")  # the file is read at any moment
        new.write_text(f"{seconds:+d}")
        new.replace(self._file)
