"""A desk with a command line, and a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chromium import chromium
from tests.cli.shell import Shell

__all__ = ["chromium"]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
