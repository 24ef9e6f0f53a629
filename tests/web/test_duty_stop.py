"""A stop from a phone: no log-in, once and never again, and to open it changes nothing."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
import requests

from bot.errors import NotFound
from bot.services.delivery import duty, pause
from bot.services.records.context import Context
from bot.store.disaster import DutyStop
from bot.store.models import AuditEntry
from tests.office import Office
from tests.together import together
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
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', phone.get(address, timeout=20).text)
        fields = {"name": name, "csrfmiddlewaretoken": token[1] if token else ""}
        return phone.post(address, data=fields, headers={"Referer": address}, timeout=20)


def test_to_open_it_changes_nothing(office: Office, address: str) -> None:
    before = AuditEntry.objects.count()
    for method in ("GET", "HEAD", "GET"):
        answer = requests.request(method, address, timeout=20)
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
    assert requests.get(address, timeout=20).status_code == 404
    assert pause.active() == []


def test_it_asks_for_the_name_it_was_made_for(office: Office, address: str) -> None:
    assert press(address, "別の人").status_code == 403
    assert pause.active() == []
    assert press(address, "当番　花子").status_code == 200
    assert len(pause.active()) == 1


def test_after_a_day_it_stops_nothing(office: Office, address: str) -> None:
    office.at(office.clock.now() + timedelta(days=1, seconds=1))
    assert requests.get(address, timeout=20).status_code == 404


def test_one_that_was_taken_back_stops_nothing(office: Office, officer: Browser, address: str) -> None:
    (number,) = re.findall(r"/stop/duty/(\d+)/revoke/", officer.get("/stop/").text)
    officer.post(f"/stop/duty/{number}/revoke/", "/stop/")
    assert requests.get(address, timeout=20).status_code == 404


@pytest.mark.parametrize(
    "change", [lambda a: a[:-2] + ("a" if a[-2] != "a" else "b") + "/", lambda a: a.replace("/by/", "/by/x")]
)
def test_a_guess_is_no_key(address: str, change) -> None:  # type: ignore[no-untyped-def]
    assert requests.get(change(address), timeout=20).status_code == 404


def test_it_can_do_nothing_but_stop(office: Office, address: str) -> None:
    with requests.Session() as phone:
        phone.get(address, timeout=20)
        for path in ("/held/", "/queue/", "/stop/"):
            assert phone.get(address.partition("/stop/")[0] + path, timeout=5, allow_redirects=False).status_code == 302


def test_of_two_presses_at_once_one_stops_and_the_other_is_told(office: Office, address: str) -> None:
    answers = list[requests.Response]()
    together(4, lambda: answers.append(press(address)))
    assert sorted(answer.status_code for answer in answers if answer.status_code == 200) == [200]
    assert {answer.status_code for answer in answers} <= {200, 403, 404}  # 403: its page was asked for when it was used up
    assert len(pause.active()) == 1
    assert AuditEntry.objects.filter(verb="pause").count() == 1
    assert DutyStop.objects.get().used
    assert requests.get(address, timeout=20).status_code == 404


def test_the_key_pressed_twice_in_one_moment_stops_once(office: Office, address: str) -> None:
    """Both have found it unused: what decides is the row."""
    key, found = address.rstrip("/").rpartition("/")[2], list[object]()

    def at_once() -> None:
        try:
            found.append(duty.press(office.ctx, key, "当番 花子"))
        except NotFound as refused:
            found.append(refused)

    looked = threading.Barrier(2)
    with pytest.MonkeyPatch.context() as patch:
        find = duty.find

        def find_and_wait(ctx: Context, key: str) -> DutyStop:
            row = find(ctx, key)
            looked.wait(20)
            return row

        patch.setattr(duty, "find", find_and_wait)
        together(2, at_once)
    assert sorted(type(answer).__name__ for answer in found) == ["NotFound", "Stopped"]
    assert len(pause.active()) == 1
