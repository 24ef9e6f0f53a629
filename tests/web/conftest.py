"""People who can log in, and the web site on the test's own content and clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from bot.services.people.accounts import set_up_user
from bot.workflow.actors import Role
from tests.chromium import chromium
from tests.office import Office
from tests.web.browser import PASSWORD, Browser, signed_in
from tests.web.every_page import pages
from tests.web.site import work_on

__all__ = ["chromium", "pages"]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """The real hash takes half a second for each person, on purpose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def people(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has a password, and the web site of this process works on the test's content and clock."""
    work_on(office.ctx, monkeypatch)
    roles = {"shimin-leader": Role.LEADER, "soumu-leader": Role.LEADER, "kokusai-trainee": Role.TRAINEE}
    for person, role in {**roles, "kouhou": Role.OFFICER, "kouhou-kacho": Role.OFFICER, "unyou": Role.OPERATOR}.items():
        set_up_user(office.ctx, person, role, PASSWORD)


@pytest.fixture
def officer(people: None, web_site: str) -> Browser:
    return signed_in(web_site, "kouhou")


@pytest.fixture
def leader(people: None, web_site: str) -> Browser:
    return signed_in(web_site, "shimin-leader")
