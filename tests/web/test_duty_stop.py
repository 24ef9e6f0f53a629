"""A stop from a phone: no log-in, once and never again, and to open it changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import requests

from bot.services.delivery import pause
from bot.store.models import AuditEntry
from tests.office import Office
from tests.web.browser import Browser


@pytest.fixture
def address(office: Office, officer: Browser, web_site: str) -> str:
    """As the page shows it, once."""
    office.approved()
    page = officer.post("/stop/duty/", "/stop/", name="当番 花子").text
    (path,) = re.findall(r"https?://[^<\"]*(/stop/by/[^<\"]+/)", page)
    return web_site + path


def press(address: str, name: str = "当番花子") -> requests.Response:
    with requests.Session() as phone:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', phone.get(address, timeout=5).text)
        fields = {"name": name, "csrfmiddlewaretoken": token[1] if token else ""}
        return phone.post(address, data=fields, headers={"Referer": address}, timeout=5)


def test_to_open_it_changes_nothing(office: Office, address: str) -> None:
    before = AuditEntry.objects.count()
    for method in ("GET", "HEAD", "GET"):
        answer = requests.request(method, address, timeout=5)
        assert answer.status_code == 200
    assert set(office.states().values()) == {"scheduled"}
    assert AuditEntry.objects.count() == before
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_press_stops_everything_once_and_never_again(office: Office, address: str) -> None:
    done = press(address)
    assert "3件を保留にしました" in done.text
    assert set(office.states().values()) == {"held"}
    (stop,) = pause.active()
    assert "当番 花子" in stop.reason
    pause.resume(office.ctx, office.officer)
    assert press(address).status_code == 403  # without a page there is no form to send
    assert requests.get(address, timeout=5).status_code == 404
    assert pause.active() == []


def test_it_asks_for_the_name_it_was_made_for(office: Office, address: str) -> None:
    assert press(address, "別の人").status_code == 403
    assert pause.active() == []
    assert press(address, "当番　花子").status_code == 200
    assert len(pause.active()) == 1


def test_after_a_day_it_stops_nothing(office: Office, address: str) -> None:
    office.at(office.clock.now() + timedelta(days=1, seconds=1))
    assert requests.get(address, timeout=5).status_code == 404


def test_one_that_was_taken_back_stops_nothing(office: Office, officer: Browser, address: str) -> None:
    (number,) = re.findall(r"/stop/duty/(\d+)/revoke/", officer.get("/stop/").text)
    officer.post(f"/stop/duty/{number}/revoke/", "/stop/")
    assert requests.get(address, timeout=5).status_code == 404


@pytest.mark.parametrize(
    "change", [lambda a: a[:-2] + ("a" if a[-2] != "a" else "b") + "/", lambda a: a.replace("/by/", "/by/x")]
)
def test_a_guess_is_no_key(address: str, change) -> None:  # type: ignore[no-untyped-def]
    assert requests.get(change(address), timeout=5).status_code == 404


def test_it_can_do_nothing_but_stop(office: Office, address: str) -> None:
    with requests.Session() as phone:
        phone.get(address, timeout=5)
        for path in ("/held/", "/queue/", "/stop/"):
            assert phone.get(address.partition("/stop/")[0] + path, timeout=5, allow_redirects=False).status_code == 302
