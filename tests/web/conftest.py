"""People who can log in, and the web site on the test's own content and clock."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.test import override_settings

from bot.services.accounts import set_up_user
from bot.workflow.actors import Role
from tests.chromium import chromium
from tests.office import Office
from tests.web.browser import PASSWORD, Browser, signed_in

__all__ = ["chromium"]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """The real hash takes half a second for each person, on purpose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def people(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has a password, and the web site of this process works on the test's content and clock."""
    for name in ("bot.web.urls", "bot.web.context"):  # and with them every view
        import_module(name)
    for name, module in list(sys.modules.items()):
        if name.startswith("bot.web.") and name != "bot.web.office" and hasattr(module, "office"):
            monkeypatch.setattr(module, "office", lambda: office.ctx)
    roles = {"shimin-leader": Role.LEADER, "soumu-leader": Role.LEADER, "kokusai-trainee": Role.TRAINEE}
    for person, role in {**roles, "kouhou": Role.OFFICER, "kouhou-kacho": Role.OFFICER, "unyou": Role.OPERATOR}.items():
        set_up_user(office.ctx, person, role, PASSWORD)


@pytest.fixture
def officer(people: None, web_site: str) -> Browser:
    return signed_in(web_site, "kouhou")


@pytest.fixture
def leader(people: None, web_site: str) -> Browser:
    return signed_in(web_site, "shimin-leader")
