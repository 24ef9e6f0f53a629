"""A draft's page opens, or says why not, whatever lies in its row and whatever else is done to it at that moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import cycle

import pytest
import requests

from bot.content import post_form
from bot.content.post_form import Form
from bot.services.handing_in import drafts
from bot.store.drafts import Draft
from tests.attacks.test_role_matrix import answer
from tests.office import Office
from tests.web.browser import Browser, signed_in
from tests.web.conftest import _quick_passwords, leader, people

__all__ = ["_quick_passwords", "leader", "people"]

WHOLE = dict(post_form.fields(Form(identity="01TESTodd", author="shimin-leader", title="題名", lead="はじめ", channels=("x",))))
ODD: dict[str, dict[str, object]] = {
    "an earlier version's": {
        name: value for name, value in WHOLE.items() if name not in ("pictures", "rest", "contact", "answers")
    },
    "a later version's": WHOLE | {"mood": "明るい", "pictures": [{"file": "a.jpg", "alt": "あ", "frame": "square"}]},
    "a picture that is gone": WHOLE | {"pictures": [{"file": "gone.jpg", "alt": "あ", "people": "none"}]},
    "a picture elsewhere": WHOLE | {"pictures": [{"file": "../../../etc/passwd", "alt": "あ"}, {"alt": "あ"}]},
    "a chart that is gone": WHOLE | {"pictures": [{"file": "", "chart": "nowhere"}]},
    "no such channel, slot and time": WHOLE
    | {"channels": ["mixi"], "slot": "never", "publish": "いつか", "expires": "0001-01-01"},
    "an odd rest": WHOLE | {"rest": {"x": "yes", "correction": [], "emergency": "maybe", "": None}},
    "control characters": WHOLE | {"title": "\x1b[2J\u202e", "lead": "---\n{{ indicator.a.b }}\n<!--"},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_draft_opens(office: Office, leader: Browser, name: str) -> None:
    draft = Draft.objects.create(person="shimin-leader", form=ODD[name], updated_at=office.clock.now())
    for address in ("/write/", f"/write/{draft.id}/"):
        assert leader.get(address).status_code == 200
    for revision, address in (("0", f"/write/{draft.id}/"), ("1", f"/write/{draft.id}/live/")):
        assert answer(leader, "POST", address, {"title": "題名", "revision": revision}).status_code < 400


def test_whatever_is_done_at_once_each_gets_an_answer(office: Office, people: None, web_site: str) -> None:
    """Two windows, a telephone, and somebody who throws drafts away."""
    mine = [drafts.begin(office.ctx, office.author) for _ in range(6)]
    picture = (office.folder / "media" / "red.png").read_bytes()
    found: list[str] = []

    def at_work(act: Callable[[Browser, int], requests.Response]) -> None:
        browser = signed_in(web_site, "shimin-leader")
        browser.get("/tokens/")
        for number in range(10):
            draft = mine[number % len(mine)]
            got = act(browser, draft.id)
            if got.status_code >= 500:
                found.append(f"{got.request.method} {got.url} {got.status_code}")

    revisions = cycle(range(3))
    acts: list[Callable[[Browser, int], requests.Response]] = [
        lambda browser, number: browser.get(f"/write/{number}/"),
        lambda browser, number: browser.get(f"/write/{number}/"),
        lambda browser, number: answer(
            browser, "POST", f"/write/{number}/live/", {"title": "あ", "revision": str(next(revisions))}
        ),
        lambda browser, number: browser.session.post(
            f"{browser.base}/write/{number}/",
            data={"csrfmiddlewaretoken": browser.session.cookies["csrftoken"], "do": "add", "revision": str(next(revisions))},
            files={"picture": ("a.png", picture, "image/png")},
            timeout=60,
        ),
        lambda browser, number: answer(browser, "POST", f"/write/{number}/discard/", {"sure": "yes"}),
    ]
    threads = [threading.Thread(target=at_work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not found
