"""A thread of five that broke."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.sandbox.server import Sandbox
from tests.office import Office
from tests.services.torn import Thread, fault


@pytest.fixture
def heal(sandbox_server: Sandbox) -> Callable[[], None]:
    """The platform is well again."""
    return sandbox_server._faults.clear


@pytest.fixture
def refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> Thread:
    """Its first part stands, its second was refused."""
    return Thread(office, 2, fault("403"), monkeypatch)
