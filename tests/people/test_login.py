"""The log-in page against those who guess, forge, fix sessions and lure people elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db as plain
from django.contrib.sessions.models import Session
from django.urls import URLPattern, URLResolver, get_resolver

from bot.config import ROOT
from bot.store.models import AuditEntry, User
from bot.workflow.actors import Role
from tests.office import Office
from tests.people.browser import PASSWORD, Browser

Add = Callable[[str, Role], User]


def words(answer: requests.Response, *unlike: str) -> str:
    """What the page says, without what must differ: the form's token and the given words."""
    text = re.sub(r'value="[^"]*"', "", answer.text)
    for word in unlike:
        text = text.replace(word, "")
    return text


def test_a_wrong_password_and_an_unknown_name_get_the_very_same_answer(add: Add, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    known, unknown = (Browser(web_site).log_in(person, "wrong") for person in ("kouhou", "nobody"))
    assert "利用者名かパスワードが違います" in known.text
    assert (known.status_code, words(known)) == (unknown.status_code, words(unknown))
    assert set(known.headers) == set(unknown.headers)


def test_a_dismissed_person_with_a_wrong_password_is_told_nothing_more(office: Office, add: Add, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    User.objects.update(is_active=False)
    gone, unknown = (Browser(web_site).log_in(person, "wrong") for person in ("kouhou", "nobody"))
    assert words(gone) == words(unknown)


def test_a_hundred_guesses_of_one_password_are_stopped_after_five(add: Add, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    browser = Browser(web_site)
    answers = [browser.log_in("kouhou", f"guess-{n}") for n in range(6)]
    answers += [browser.log_in("kouhou") for _ in range(2)]  # the right one, at last: too late
    told = ["受け付けを止めています" in answer.text for answer in answers]
    assert told == [False] * 5 + [True] * 3
    assert browser.path(browser.get("/queue/")) == "/login/"


def test_guesses_over_many_names_from_one_address_are_stopped(add: Add, web_site: str) -> None:
    browser = Browser(web_site)
    answers = [browser.log_in(f"person-{n}", "guess") for n in range(32)]
    assert ["受け付けを止めています" in answer.text for answer in answers] == [False] * 30 + [True] * 2


def test_guesses_of_an_apps_code_are_stopped(earnest: Office, add: Add, browser: Browser, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    browser.log_in("kouhou")
    browser.set_up_second_factor()
    thief = Browser(web_site)
    thief.log_in("kouhou")
    answers = [thief.post("/account/second-factor/authenticate/", code=f"{n:06}") for n in range(7)]
    assert ["受け付けを止めています" in answer.text for answer in answers] == [False] * 5 + [True] * 2


def test_a_session_that_was_planted_before_the_log_in_is_worth_nothing_after_it(add: Add, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    thief, victim = Browser(web_site), Browser(web_site)
    begun = {"Accept": "application/json"}  # begins a log-in by passkey, so the server keeps a session for it
    thief.session.get(f"{web_site}/account/second-factor/webauthn/login/", headers=begun, timeout=10)
    planted = thief.session.cookies.get_dict()["sessionid"]
    victim.session.cookies.set("sessionid", planted, domain="127.0.0.1", path="/")
    victim.log_in("kouhou")
    assert victim.path(victim.get("/queue/")) == "/queue/"
    assert victim.session.cookies.get_dict()["sessionid"] != planted
    assert thief.path(thief.get("/queue/")) == "/login/"


def test_a_log_out_ends_the_session_on_the_server(add: Add, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    browser = Browser(web_site)
    browser.log_in("kouhou")
    stolen = browser.session.cookies.get_dict()["sessionid"]
    browser.post("/logout/", "/tokens/")
    thief = Browser(web_site)
    thief.session.cookies.set("sessionid", stolen)
    assert thief.path(thief.get("/queue/")) == "/login/"


def test_a_link_to_log_out_does_not_log_out(add: Add, browser: Browser) -> None:
    add("kouhou", Role.OFFICER)
    browser.log_in("kouhou")
    browser.get("/logout/")
    assert browser.path(browser.get("/queue/")) == "/queue/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
    ],
)
def test_a_log_in_never_leads_to_another_site(add: Add, browser: Browser, elsewhere: str) -> None:
    add("kouhou", Role.OFFICER)
    page = browser.get(f"/login/?next={quote(elsewhere, safe='')}")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "login": "kouhou", "password": PASSWORD, "next": elsewhere}
    answer = browser.session.post(
        f"{browser.base}/login/?next={quote(elsewhere, safe='')}", data=fields, timeout=10, allow_redirects=False
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_log_in_leads_on_to_the_page_that_was_asked_for(add: Add, browser: Browser) -> None:
    add("kouhou", Role.OFFICER)
    page = browser.get("/deliveries/")
    assert browser.path(page) == "/login/"
    done = browser.send("/login/", page, login="kouhou", password=PASSWORD, next="/deliveries/")
    assert browser.path(done) == "/deliveries/"


def test_cookies_are_kept_from_scripts_and_other_sites(add: Add, browser: Browser) -> None:
    add("kouhou", Role.OFFICER)
    browser.get("/login/")
    browser.log_in("kouhou")
    cookies = {cookie.name: cookie for cookie in browser.session.cookies}
    session, forgery = cookies["sessionid"], cookies["csrftoken"]
    assert session.has_nonstandard_attr("HttpOnly")
    assert session.expires is None  # it goes with the browser
    for cookie in (session, forgery):
        assert cookie.get_nonstandard_attr("SameSite") in ("Lax", "Strict")


def test_on_a_city_s_own_host_cookies_travel_by_tls_alone(tmp_path: Path) -> None:
    code = (
        "from bot.cli.office import office; office(); from django.test import Client;"
        "c = Client(headers={'host': 'bot.city.example.jp'}); a = c.get('/login/', secure=True);"
        "print(a.cookies['__Host-csrf'].OutputString(), a.headers['Strict-Transport-Security'], a.status_code);"
        "from django.conf import settings; print(settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_NAME);"
        "print(c.get('/login/').headers['Location'])"
    )
    host = {"DXBOT_ALLOWED_HOSTS": "bot.city.example.jp", "DXBOT_VAR_DIR": str(tmp_path), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | host, capture_output=True, text=True, cwd=ROOT, check=True
    )
    answer, cookie, moved = done.stdout.splitlines()
    assert answer.startswith("__Host-csrf=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "max-age=63072000 200"):
        assert word in answer
    assert "Domain" not in answer
    assert cookie == "True __Host-session"
    assert moved == "https://bot.city.example.jp/login/"


def test_a_stranger_s_wrong_passwords_keep_nobody_else_out(add: Add, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    stranger = Browser(web_site)
    stranger.come_from("127.0.0.2")
    answers = [stranger.log_in("kouhou", f"guess-{n}") for n in range(6)]
    assert "受け付けを止めています" in answers[-1].text
    owner = Browser(web_site)
    assert owner.path(owner.log_in("kouhou")) == "/"


def test_guesses_from_many_addresses_are_stopped_and_the_person_s_own_desk_stays_open(add: Add, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    Browser(web_site).log_in("kouhou")
    for last in range(2, 22):
        guesser = Browser(web_site)
        guesser.come_from(f"127.0.0.{last}")
        answers = [guesser.log_in("kouhou", f"guess-{last}-{n}") for n in range(5)]
        assert not any("受け付けを止めています" in answer.text for answer in answers)
    late, desk = Browser(web_site), Browser(web_site)
    late.come_from("127.0.0.99")
    assert "受け付けを止めています" in late.log_in("kouhou").text
    assert desk.path(desk.log_in("kouhou")) == "/"


def test_a_wrong_password_of_one_keeps_no_colleague_at_the_same_address_out(add: Add, web_site: str) -> None:
    for person in ("kouhou", "shimin-leader"):
        add(person, Role.LEADER)
    forgetful = [Browser(web_site).log_in("kouhou", "wrong") for _ in range(12)]
    assert "受け付けを止めています" in forgetful[-1].text
    colleague = Browser(web_site)
    assert colleague.path(colleague.log_in("shimin-leader")) == "/"


def test_what_the_database_holds_of_a_session_opens_none(add: Add, browser: Browser, web_site: str) -> None:
    add("kouhou", Role.OFFICER)
    browser.log_in("kouhou")
    cookie = browser.session.cookies.get_dict()["sessionid"]
    (row,), (device,) = Session.objects.all(), UserSession.objects.all()
    assert cookie not in f"{row.session_key} {row.session_data} {device.session_key} {device.data}"
    assert plain.SessionStore().decode(row.session_data) == {}  # it is not only encoded
    for known in {row.session_key, device.session_key}:
        thief = Browser(web_site)
        thief.session.cookies.set("sessionid", known)
        assert thief.path(thief.get("/queue/")) == "/login/"


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    """Every address of the site, with 1 for numbers and x for words."""
    found: list[str] = []
    for entry in patterns:
        path = before + re.sub(r"<int:\w+>", "1", re.sub(r"<(str:)?\w+>", "x", str(entry.pattern)))
        if isinstance(entry, URLResolver):
            found += addresses(entry.url_patterns, path)
        else:
            found.append("/" + re.sub(r"\(\?P.*?\)", "x", path.replace("^", "").replace("$", "")))
    return found


ALL = sorted(set(addresses(get_resolver().url_patterns)))


@pytest.mark.parametrize("path", ALL)
def test_every_address_refuses_a_form_without_its_token_and_sets_the_policy(add: Add, browser: Browser, path: str) -> None:
    add("unyou", Role.OPERATOR)
    browser.log_in("unyou")
    before = AuditEntry.objects.count()
    forged = browser.session.post(
        browser.base + path, data={"person": "x", "role": "officer"}, timeout=10, allow_redirects=False
    )
    assert forged.status_code in (403, 404, 405), forged.text
    assert AuditEntry.objects.count() == before
    policy = forged.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


PUBLIC = {"/login/", "/logout/", "/account/inactive/", "/account/invited/done/", "/account/second-factor/webauthn/login/"}


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in ALL
        if p not in PUBLIC
        and not p.startswith(
            ("/m/", "/feeds/", "/health/", "/metrics", "/stop/by/", "/verify/", "/account/invited/", "/account/oidc/")
        )
    ],
)
def test_every_address_but_the_public_ones_asks_for_a_log_in(database: None, browser: Browser, path: str) -> None:
    answer = browser.get(path, follow=False)
    assert answer.status_code in (302, 405), path
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/login/")
