"""A browser, for what only a browser shows: which part of a picture is seen."""

from __future__ import annotations

from tests.chromium import chromium

__all__ = ["chromium"]
