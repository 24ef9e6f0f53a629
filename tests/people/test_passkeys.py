"""Passkeys in a real browser with a virtual authenticator: registered, used as second factor, used alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from bot.store.models import User
from bot.workflow.actors import Role
from tests.chromium import chromium  # noqa: F401 a fixture
from tests.office import Office
from tests.people.browser import PASSWORD

Add = Callable[[str, Role], User]


@pytest.fixture
def page(chromium: Chromium, web_site: str) -> Iterator[Page]:  # noqa: F811
    """A page on a machine that has a fingerprint reader, and whose owner always consents."""
    context = chromium.new_context(base_url=web_site.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


@pytest.fixture
def problems(page: Page) -> list[str]:
    """Scripts and styles that the content security policy stopped, and errors in scripts."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def log_in(page: Page, person: str) -> None:
    page.goto("/login/")
    page.get_by_label("利用者名").fill(person)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()


def register(page: Page, *, alone: bool) -> None:
    page.goto("/account/second-factor/webauthn/add/")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_label("名前").fill("自席のパソコン")
    if alone:
        page.get_by_label("このパスキーだけで").check()
    page.get_by_role("button", name="登録する").click()
    page.wait_for_url("**/recovery-codes/")


def log_out(page: Page) -> None:
    page.get_by_role("button", name="ログアウト").click()
    page.wait_for_url("**/login/")


def test_an_officer_registers_a_passkey_and_signs_in_with_password_and_passkey(
    earnest: Office, add: Add, page: Page, problems: list[str]
) -> None:
    add("kouhou", Role.OFFICER)
    log_in(page, "kouhou")
    page.wait_for_url("**/account/second-factor/")
    register(page, alone=False)
    page.goto("/queue/")
    assert page.url.endswith("/queue/")
    log_out(page)
    log_in(page, "kouhou")
    page.get_by_role("button", name="パスキーで続ける").click()
    page.wait_for_url(re.compile(r":\d+/$"))
    assert problems == []


def test_a_passkey_alone_signs_an_officer_in_without_name_or_password(
    earnest: Office, add: Add, page: Page, problems: list[str]
) -> None:
    add("kouhou", Role.OFFICER)
    log_in(page, "kouhou")
    page.wait_for_url("**/account/second-factor/")
    register(page, alone=True)
    log_out(page)
    page.get_by_role("button", name="パスキーでログイン").click()
    page.wait_for_url(re.compile(r":\d+/$"))
    assert page.get_by_text("kouhou（広報担当）").is_visible()
    assert problems == []


def test_the_last_passkey_of_an_officer_stays_until_there_is_another_factor(earnest: Office, add: Add, page: Page) -> None:
    add("kouhou", Role.OFFICER)
    log_in(page, "kouhou")
    page.wait_for_url("**/account/second-factor/")
    register(page, alone=False)
    page.goto("/account/second-factor/webauthn/")
    page.get_by_role("link", name="消す").click()
    assert page.get_by_text("最後の二つ目の認証は消せません").is_visible()
