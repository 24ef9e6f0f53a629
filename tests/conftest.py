"""Shared by all tests: nothing of the outside environment, and a content folder made for the occasion."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("DXBOT_REQUIRE_ALL") == "1"

# The operator's own settings must not leak into a test.
for name in [n for n in os.environ if n.startswith("DXBOT_") and n != "DXBOT_REQUIRE_ALL"] + ["DATABASE_URL"]:
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
