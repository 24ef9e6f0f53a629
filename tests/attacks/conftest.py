"""A city hall with a git server before it, for those who would get round the rules."""

from __future__ import annotations

from tests.sync.conftest import desk

__all__ = ["desk"]
