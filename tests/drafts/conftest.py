"""The web site's people and browser, for writing."""

from __future__ import annotations

from tests.chromium import chromium
from tests.drafts.people_at_work import signed_in, way
from tests.sync.conftest import desk
from tests.web.conftest import _quick_passwords, leader, officer, people

__all__ = ["_quick_passwords", "chromium", "desk", "leader", "officer", "people", "signed_in", "way"]
