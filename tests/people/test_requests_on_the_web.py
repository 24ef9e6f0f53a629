"""What the files ask for, and roles that wait for a second person, on the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.services.people import accounts, requests
from bot.store.models import User
from bot.store.people import Grant
from bot.workflow.actors import Role
from tests.office import Office
from tests.people.browser import PASSWORD, Browser
from tests.web.site import work_on

Add = Callable[[str, Role], User]


@pytest.fixture(autouse=True)
def _site(office: Office, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    work_on(office.ctx, monkeypatch)
    for person, role in (("unyou", Role.OPERATOR), ("kouhou", Role.OFFICER), ("kouhou-2", Role.OFFICER)):
        add(person, role)


def proved(browser: Browser, path: str, page: str, **fields: str) -> str:
    """The page after a form whose sender is asked who they are once more."""
    asked = browser.post(path, page, **fields)
    assert browser.path(asked) == "/account/reauthenticate/"
    return browser.send("/account/reauthenticate/", asked, next=path, password=PASSWORD).text


def test_an_operator_accepts_what_they_saw(office: Office, browser: Browser) -> None:
    people = office.folder / "people.yml"
    people.write_text(people.read_text(encoding="utf-8").replace("department: 市民課", "department: 税務課"), encoding="utf-8")
    browser.log_in("unyou")
    page = browser.get("/people/").text
    assert "市民課 → <b>税務課</b>" in page
    (asked,) = requests.waiting(office.ctx)
    proved(browser, "/people/shimin-leader/accept/", "/people/", digest="0" * 64)
    assert User.objects.get(username="shimin-leader").department == "市民課"
    browser.post("/people/shimin-leader/accept/", "/people/", digest=asked.digest)
    assert User.objects.get(username="shimin-leader").department == "税務課"
    assert "税務課</b>" not in browser.get("/people/").text


def test_an_operator_registers_addresses_and_keys_as_they_are_typed(browser: Browser) -> None:
    browser.log_in("unyou")
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHkVXGlpOOaZ0TZwJnKyGwyhCvFiFGM4AhRmMHHNQ6Yn"
    typed = {"department": "総務課", "addresses": "A@example.jp, b@example.jp", "heads": "", "submits_for": ""}
    proved(browser, "/people/soumu-leader/standing/", "/people/", **typed, signing_keys=f"{key} soumu@desk\n")
    user = User.objects.get(username="soumu-leader")
    assert (user.addresses, user.heads, user.signing_keys) == (["a@example.jp", "b@example.jp"], [], [key])


def test_a_person_is_told_by_name_with_the_log_in_name_beside(office: Office, browser: Browser) -> None:
    assert accounts.change_role(office.ctx, office.operator, "soumu-leader", Role.OFFICER) is False
    browser.log_in("unyou")
    page = browser.get("/people/").text
    assert '<th scope="row">市民課（見本）<span class="sub">shimin-leader</span>' in page
    assert "市民課（見本） の役割を変える" in page
    assert "総務課（見本） を広報担当に" in browser.get("/grants/").text


def test_one_of_the_office_is_named_in_the_file_and_asks_for_no_role(office: Office, browser: Browser) -> None:
    with (office.folder / "people.yml").open("a", encoding="utf-8") as file:
        for person, name in (("kouhou", "花子"), ("new-1", "次郎")):
            file.write(f"{person}: {{name: 広報 {name}（見本）, department: 広報広聴課}}\n")
    (asked,) = requests.waiting(office.ctx)
    assert (asked.person, list(asked.wanted)) == ("kouhou", ["department"])
    browser.log_in("kouhou")
    assert "広報 花子（見本）" in browser.get("/queue/").text


def test_a_second_person_sees_what_waits_and_agrees(office: Office, browser: Browser) -> None:
    assert accounts.change_role(office.ctx, office.operator, "soumu-leader", Role.OFFICER) is False
    browser.log_in("kouhou")
    assert "/grants/" in browser.get("/queue/").text
    number = Grant.objects.get().id
    assert "同意する" in browser.get("/grants/").text
    page = proved(browser, f"/grants/{number}/agree/", "/grants/")
    assert "/account/invited/" in page
    assert User.objects.get(username="soumu-leader").role == Role.OFFICER
    assert "/grants/" not in browser.get("/queue/").text


def test_a_leader_sees_neither_page(browser: Browser, add: Add) -> None:
    add("shimin-leader", Role.LEADER)
    browser.log_in("shimin-leader")
    assert [browser.get(page).status_code for page in ("/people/", "/grants/")] == [403, 403]
