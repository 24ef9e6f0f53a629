"""Passwords alone approve nothing: authenticator apps, recovery codes, and sessions that have not proved theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from bot.store.models import AuditEntry, Submission, User
from bot.workflow.actors import Role
from tests.office import Office
from tests.people.browser import Browser, code_of

Add = Callable[[str, Role], User]


@pytest.fixture
def officer(earnest: Office, add: Add, browser: Browser) -> tuple[Browser, str, list[str]]:
    """An officer's browser with the secret of the app and the recovery codes, logged in."""
    add("kouhou", Role.OFFICER)
    browser.log_in("kouhou")
    return browser, *browser.set_up_second_factor()


def test_an_officer_without_a_second_factor_is_led_to_set_one_up_and_sees_nothing_else(
    earnest: Office, add: Add, browser: Browser
) -> None:
    add("kouhou", Role.OFFICER)
    submission = earnest.submit(earnest.post())
    browser.log_in("kouhou")
    for path in ("/queue/", f"/submissions/{submission.id}/", "/deliveries/", "/stop/", "/tokens/"):
        assert browser.path(browser.get(path)) == "/account/second-factor/"
    browser.post(f"/submissions/{submission.id}/approve/", "/account/second-factor/totp/activate/", digest=submission.digest)
    assert Submission.objects.get().state == "submitted"


def test_a_leader_needs_no_second_factor(earnest: Office, add: Add, browser: Browser) -> None:
    add("shimin-leader", Role.LEADER)
    assert browser.path(browser.log_in("shimin-leader")) == "/"


def test_with_the_app_set_up_the_same_session_approves(earnest: Office, officer: tuple[Browser, str, list[str]]) -> None:
    browser, _, codes = officer
    assert len(set(codes)) == 10
    submission = earnest.submit(earnest.post())
    page = f"/submissions/{submission.id}/"
    browser.post(f"{page}approve/", page, digest=submission.digest)
    assert Submission.objects.get().state == "approved"


def test_the_next_login_asks_for_the_apps_code(officer: tuple[Browser, str, list[str]], web_site: str) -> None:
    _, secret, _ = officer
    again = Browser(web_site)
    assert again.path(again.log_in("kouhou")) == "/account/second-factor/authenticate/"
    assert again.path(again.get("/queue/")) == "/account/second-factor/authenticate/"
    refused = again.post("/account/second-factor/authenticate/", code=f"{(int(code_of(secret)) + 1) % 10**6:06}")
    assert "コードが違います" in refused.text
    done = again.post("/account/second-factor/authenticate/", code=code_of(secret))
    assert again.path(done) == "/"


def test_a_code_that_was_used_is_worth_nothing(officer: tuple[Browser, str, list[str]], web_site: str) -> None:
    _, secret, _ = officer
    first, second = Browser(web_site), Browser(web_site)
    for browser in (first, second):
        browser.log_in("kouhou")
    code = code_of(secret)
    assert first.path(first.post("/account/second-factor/authenticate/", code=code)) == "/"
    assert second.path(second.post("/account/second-factor/authenticate/", code=code)) != "/"


def test_a_code_of_a_telephone_that_is_half_a_minute_off_opens_once(
    officer: tuple[Browser, str, list[str]], web_site: str
) -> None:
    _, secret, _ = officer
    first, second = Browser(web_site), Browser(web_site)
    for browser in (first, second):
        browser.log_in("kouhou")
    slow, slower = code_of(secret, steps_ahead=-1), code_of(secret, steps_ahead=-3)
    assert first.path(first.post("/account/second-factor/authenticate/", code=slower)) != "/"
    assert first.path(first.post("/account/second-factor/authenticate/", code=slow)) == "/"
    _forget_after_30_seconds()
    assert second.path(second.post("/account/second-factor/authenticate/", code=slow)) != "/"


def _forget_after_30_seconds() -> None:
    """What allauth itself has by then forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dxbot_cache WHERE cache_key LIKE '%allauth.mfa.totp.used%'")


def test_a_recovery_code_opens_once(officer: tuple[Browser, str, list[str]], web_site: str) -> None:
    _, _, codes = officer
    results = []
    for _ in range(2):
        browser = Browser(web_site)
        browser.log_in("kouhou")
        results.append(browser.path(browser.post("/account/second-factor/authenticate/", code=codes[0])))
    assert results == ["/", "/account/second-factor/authenticate/"]


def test_recovery_codes_are_shown_once(officer: tuple[Browser, str, list[str]]) -> None:
    browser, _, codes = officer
    assert codes[0] not in browser.get("/account/second-factor/recovery-codes/").text


def test_a_session_opened_with_the_password_alone_ends_when_the_person_sets_a_factor_up(
    earnest: Office, add: Add, browser: Browser, web_site: str
) -> None:
    add("kouhou", Role.OFFICER)
    thief = Browser(web_site)
    thief.log_in("kouhou")
    browser.log_in("kouhou")
    browser.set_up_second_factor()
    assert thief.path(thief.get("/queue/")) == "/login/"
    assert browser.path(browser.get("/queue/")) == "/queue/"


def test_an_officer_cannot_give_up_the_last_second_factor(officer: tuple[Browser, str, list[str]]) -> None:
    browser, _, _ = officer
    refused = browser.post("/account/second-factor/totp/deactivate/")
    assert "一つは残してください" in refused.text
    assert Authenticator.objects.filter(type="totp").exists()


def test_neither_secret_nor_codes_can_be_read_from_the_database(officer: tuple[Browser, str, list[str]]) -> None:
    _, secret, codes = officer
    kept = str(list(Authenticator.objects.values()))
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_log_ins_and_second_factors_are_in_the_audit_log(officer: tuple[Browser, str, list[str]]) -> None:
    assert list(AuditEntry.objects.order_by("id").values_list("verb", "detail")) == [
        ("add_user", "officer"),
        ("log_in", ""),
        ("add_second_factor", "totp"),
        ("add_second_factor", "recovery_codes"),
    ]


def test_in_sandbox_mode_an_officer_may_try_the_pages_without_a_telephone(office: Office, add: Add, browser: Browser) -> None:
    add("kouhou", Role.OFFICER)
    assert browser.path(browser.log_in("kouhou")) == "/"
    assert "練習モードです" in browser.get("/queue/").text
