"""Nobody signs up; an operator invites, and the invited choose their own password, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.errors import NotAllowed
from bot.services.people import accounts, signing_in
from bot.store.models import AuditEntry, User
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.people.browser import PASSWORD, Browser

Add = Callable[[str, Role], User]
CHOSEN = "the-persons-own-passphrase"


def choose(browser: Browser, address: str, password: str = CHOSEN) -> str:
    """Follow an invitation and choose a password; the text of the page that follows."""
    path = "/account/" + address.partition("/account/")[2]
    page = browser.get(path)
    if "csrfmiddlewaretoken" not in page.text:
        return page.text
    return browser.send(browser.path(page), page, password1=password, password2=password).text


@pytest.mark.parametrize("path", ["/signup/", "/account/signup/", "/account/password/reset/", "/account/email/"])
def test_there_is_no_sign_up_and_no_reset_by_oneself(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_the_invited_choose_a_password_and_sign_in(office: Office, browser: Browser) -> None:
    address = accounts.invite(office.ctx, office.operator, "shimin-leader", Role.LEADER, "shimin@example.jp")
    assert "パスワードを決めました" in choose(browser, address)
    assert browser.path(browser.log_in("shimin-leader", CHOSEN)) == "/"


def test_an_invitation_works_once(office: Office, browser: Browser, web_site: str) -> None:
    address = accounts.invite(office.ctx, office.operator, "shimin-leader", Role.LEADER)
    choose(browser, address)
    assert "この招待は使えません" in choose(Browser(web_site), address, "another-good-passphrase")
    assert browser.path(browser.log_in("shimin-leader", CHOSEN)) == "/"


def test_an_invitation_ends_after_three_days(
    office: Office, browser: Browser, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    address = accounts.invite(office.ctx, office.operator, "shimin-leader", Role.LEADER)
    now = PasswordResetTokenGenerator()._now()
    late = now + timedelta(days=3, minutes=1)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: late)
    assert "この招待は使えません" in choose(browser, address)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: now + timedelta(days=2, hours=23))
    assert "パスワードを決めました" in choose(Browser(web_site), address)


def test_a_weak_password_is_refused_in_japanese(office: Office, browser: Browser) -> None:
    address = accounts.invite(office.ctx, office.operator, "shimin-leader", Role.LEADER)
    assert "パスワードは短すぎます。最低 12 文字" in choose(browser, address, "short1")
    assert not User.objects.get(username="shimin-leader").has_usable_password()


def test_inviting_again_ends_password_sessions_factors_and_keys(
    earnest: Office, add: Add, browser: Browser, web_site: str
) -> None:
    user = add("kouhou", Role.OFFICER)
    browser.log_in("kouhou")
    browser.set_up_second_factor()
    key = accounts.issue_token(earnest.ctx, user, "自席")
    address = accounts.invite_again(earnest.ctx, earnest.operator, "kouhou")
    assert browser.path(browser.get("/queue/")) == "/login/"
    with pytest.raises(NotAllowed):
        accounts.actor_for(earnest.ctx, key)
    assert "違います" in Browser(web_site).log_in("kouhou").text
    choose(browser, address)
    assert browser.path(browser.log_in("kouhou", CHOSEN)) == "/account/second-factor/"


def test_who_has_left_is_out_at_once(office: Office, add: Add, browser: Browser, web_site: str) -> None:
    key = accounts.issue_token(office.ctx, add("shimin-leader", Role.LEADER), "自席")
    browser.log_in("shimin-leader")
    accounts.dismiss(office.ctx, office.operator, "shimin-leader")
    assert browser.path(browser.get("/queue/")) == "/login/"
    assert Browser(web_site).path(browser.log_in("shimin-leader")) != "/"
    with pytest.raises(NotAllowed):
        accounts.actor_for(office.ctx, key)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.OPERATOR])
def test_only_an_operator_invites(office: Office, role: Role) -> None:
    with pytest.raises(NotAllowed):
        accounts.invite(office.ctx, Actor(person="who", role=role), "new", Role.OFFICER)
    assert not User.objects.filter(username="new").exists()


def test_nobody_changes_their_own_role_or_dismisses_themself(office: Office, add: Add) -> None:
    add("unyou", Role.OPERATOR)
    with pytest.raises(NotAllowed):
        accounts.change_role(office.ctx, office.operator, "unyou", Role.OFFICER)
    with pytest.raises(NotAllowed):
        accounts.dismiss(office.ctx, office.operator, "unyou")
    user = User.objects.get(username="unyou")
    assert (user.role, user.is_active) == ("operator", True)


def test_an_operator_invites_changes_and_dismisses_on_the_web(
    office: Office, add: Add, browser: Browser, web_site: str
) -> None:
    add("unyou", Role.OPERATOR)
    browser.log_in("unyou")
    asked = browser.post("/people/invite/", "/people/", person="kouhou", role="officer", email="")
    page = browser.send("/account/reauthenticate/", asked, next="/people/invite/", password=PASSWORD).text
    address = re.search(r'class="key">([^<]+)<', page)
    assert address
    assert "パスワードを決めました" in choose(Browser(web_site), address[1])
    assert address[1] not in browser.get("/people/").text
    browser.post("/people/kouhou/role/", "/people/", role="auditor")
    browser.post("/people/kouhou/email/", "/people/", email="kouhou@example.jp")
    assert "アドレスが使えません" in browser.post("/people/kouhou/email/", "/people/", email="kouhou").text
    browser.post("/people/kouhou/dismiss/", "/people/", sure="1")
    user = User.objects.get(username="kouhou")
    assert (user.role, user.email, user.is_active) == ("auditor", "kouhou@example.jp", False)
    made = AuditEntry.objects.filter(object="user:kouhou").order_by("id").values_list("verb", "actor", "detail")
    assert list(made) == [
        ("add_user", "unyou", "officer"),
        ("set_password", "kouhou", ""),
        ("change_role", "unyou", "auditor"),
        ("change_email", "unyou", ""),
        ("dismiss", "unyou", ""),
    ]


def test_the_page_of_people_is_for_operators_alone(office: Office, add: Add, browser: Browser) -> None:
    add("kouhou", Role.OFFICER)
    browser.log_in("kouhou")
    refused = browser.get("/people/")
    assert refused.status_code == 403
    assert "運用担当に頼んでください" in refused.text
    assert browser.post("/people/invite/", "/tokens/", person="friend", role="officer").status_code == 403
    assert not User.objects.filter(username="friend").exists()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/people/invite/", {"person": "friend", "role": "officer", "email": ""}),
        ("/people/shimin-leader/invite/", {}),
        ("/people/shimin-leader/role/", {"role": "officer"}),
        ("/tokens/new/", {"label": "x", "scopes": "decide"}),
    ],
)
def test_an_open_session_is_not_enough_to_let_others_act(
    office: Office, add: Add, browser: Browser, path: str, fields: dict[str, str]
) -> None:
    """Somebody sits down at a colleague's desk, or has their cookie."""
    add("unyou", Role.OFFICER if path == "/tokens/new/" else Role.OPERATOR)
    add("shimin-leader", Role.LEADER)
    browser.log_in("unyou")
    done = AuditEntry.objects.exclude(verb=signing_in.FAILED)
    before = done.count()
    asked = browser.post(path, "/tokens/", **fields)
    assert browser.path(asked) == "/account/reauthenticate/"
    refused = browser.send("/account/reauthenticate/", asked, next=path, password="a-guess")
    assert "パスワードが違います" in refused.text
    assert done.count() == before
    browser.send("/account/reauthenticate/", refused, next=path, password=PASSWORD)
    assert done.count() == before + 1


@pytest.mark.parametrize("person", ["", "a b", "名前／", "x" * 151])
def test_a_name_that_cannot_be_one_gets_a_sentence(office: Office, person: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        accounts.invite(office.ctx, office.operator, person, Role.LEADER)
    assert refused.value.summary == "利用者名かアドレスが使えません"


def test_a_password_that_was_changed_ends_the_other_sessions(office: Office, add: Add, browser: Browser, web_site: str) -> None:
    add("shimin-leader", Role.LEADER)
    other = Browser(web_site)
    for each in (browser, other):
        each.log_in("shimin-leader")
    browser.post("/account/password/", oldpassword=PASSWORD, password1=CHOSEN, password2=CHOSEN)
    assert browser.path(browser.get("/queue/")) == "/queue/"
    assert other.path(other.get("/queue/")) == "/login/"


def test_a_person_sees_their_sessions_and_ends_the_others(office: Office, add: Add, browser: Browser, web_site: str) -> None:
    add("shimin-leader", Role.LEADER)
    other = Browser(web_site)
    other.session.headers["User-Agent"] = "Forgotten/1.0"
    for each in (other, browser):
        each.log_in("shimin-leader")
    assert "Forgotten/1.0" in browser.get("/account/sessions/").text
    assert "ほかの端末をログアウトしました" in browser.post("/account/sessions/").text
    assert other.path(other.get("/queue/")) == "/login/"
    assert browser.path(browser.get("/queue/")) == "/queue/"
