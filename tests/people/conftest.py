"""People who sign in, and a web site that is in earnest: not in sandbox mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.services.people.accounts import set_up_user
from bot.store.models import User
from bot.workflow.actors import Role
from tests.office import Office
from tests.people.browser import PASSWORD, Browser
from tests.web.site import work_on


@pytest.fixture
def earnest(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office with a web site outside sandbox mode, on the test's content and clock."""
    work_on(replace(office.ctx, config=replace(office.ctx.config, sandbox=False)), monkeypatch)
    return office


@pytest.fixture
def add(office: Office) -> Callable[[str, Role], User]:
    return lambda person, role: set_up_user(office.ctx, person, role, PASSWORD)


@pytest.fixture
def browser(web_site: str) -> Browser:
    return Browser(web_site)
