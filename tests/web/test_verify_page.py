"""The form for those whose browser runs no script: open to everybody, so bounded in everything."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser as Chromium

from bot.store.models import AuditEntry, Blob, Delivery
from bot.web.views import recognition
from tests.chromium import barriers
from tests.office import Office
from tests.web.browser import Browser
from tests.web.site import work_on

TITLE = "書かない窓口（見本）"


@pytest.fixture
def stranger(office: Office, people: None, web_site: str) -> Browser:
    """Nobody who is known here."""
    office.approved()
    office.publish_all()
    return Browser(web_site)


def ask(stranger: Browser, given: str = "", picture: bytes = b"") -> requests.Response:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', stranger.get("/verify/").text)
    assert token
    files = {"picture": ("p.jpg", picture, "image/jpeg")} if picture else {"none": ("", b"")}
    return stranger.session.post(
        stranger.base + "/verify/", data={"csrfmiddlewaretoken": token[1], "given": given}, files=files, timeout=20
    )


def test_a_stranger_asks_by_address_text_and_picture(office: Office, stranger: Browser) -> None:
    row = Delivery.objects.get(channel="x")
    before = AuditEntry.objects.count()
    page = ask(stranger, row.url).text
    assert "アドレス：市の記録にあります" in page
    assert TITLE in page
    picture = bytes(Blob.objects.all()[0].data)
    assert "画像：市の記録にあります" in ask(stranger, picture=picture).text
    assert "市の記録にはありません" in ask(stranger, "本日、臨時の給付金を配ります。口座の番号をお知らせください。").text
    assert "画像を選んでください" in ask(stranger).text
    assert AuditEntry.objects.count() == before  # nothing of it is kept


def test_a_changed_character_is_named(office: Office, stranger: Browser) -> None:
    text = "\n".join(part["text"] for part in _facebook()["parts"])
    page = ask(stranger, text.replace("窓口で書く", "窓口で払う")).text
    assert "似たものがあります。同じではありません" in page
    assert "<mark>書く</mark>" in page or "<mark>書</mark>" in page
    assert "<mark>払</mark>" in page or "<mark>払う</mark>" in page


def _facebook() -> dict[str, list[dict[str, str]]]:
    import json

    bundle = json.loads(Delivery.objects.get(channel="facebook").submission.bundle)
    found: dict[str, list[dict[str, str]]] = next(v for v in bundle["variants"] if v["channel"] == "facebook")
    return found


def test_nothing_that_is_not_out_is_recognised(office: Office, stranger: Browser) -> None:
    secret = "まだ市民に伝えていない、大切なお知らせの文です（見本）。"
    office.approved("later", title="まだ出していない（見本）", channels="facebook", body=f"{secret}\n", images="")
    page = ask(stranger, f"まだ出していない（見本）{secret}").text
    assert "市の記録にはありません" in page
    assert "大切なお知らせ" not in page.replace(f"まだ出していない（見本）{secret}</textarea>", "")


def test_while_something_is_in_doubt_a_no_says_so(office: Office, stranger: Browser) -> None:
    text, doubt = "市の文かどうかを尋ねる文です。", "出たかどうかを確かめている投稿があります"
    assert doubt not in ask(stranger, text).text
    Delivery.objects.filter(channel="instagram").update(state="unknown", published_at=None)
    assert doubt in ask(stranger, text).text


@pytest.mark.parametrize("given", ["短い", "長" * 5001])
def test_what_cannot_be_compared_is_said_in_a_sentence(stranger: Browser, given: str) -> None:
    got = ask(stranger, given)
    assert got.status_code == requests.codes.bad_request
    assert "文が短すぎるか、長すぎます。10字から5000字までの文を、全て貼ってください。" in got.text


@pytest.mark.parametrize("picture", [b"%PDF-1.7 no picture", b"\xff\xd8\xff" + bytes(11_000_000)])
def test_a_file_that_is_no_picture_or_too_large_is_refused(stranger: Browser, picture: bytes) -> None:
    got = ask(stranger, picture=picture)
    assert got.status_code == requests.codes.bad_request
    assert "画像：比べられません" in got.text


def test_one_place_may_ask_so_often_and_pictures_less_often(stranger: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(recognition._RATES, "verify", "4/m/ip,100/m/key")
    monkeypatch.setitem(recognition._RATES, "verify_picture", "1/m/ip,100/m/key")
    out = BytesIO()
    Image.new("RGB", (64, 64), "white").save(out, "PNG")
    assert ask(stranger, picture=out.getvalue()).status_code == requests.codes.ok
    assert ask(stranger, picture=out.getvalue()).status_code == requests.codes.too_many_requests
    asked = [ask(stranger, "市の文かどうかを尋ねる文です。").status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert stranger.get("/verify/").status_code == requests.codes.ok


def test_all_places_together_may_ask_so_often(stranger: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(recognition._RATES, "verify", "100/m/ip,1/m/key")
    assert [ask(stranger, "市の文かどうかを尋ねる文です。").status_code for _ in range(2)] == [200, 429]


def test_while_others_have_their_pictures_looked_at_one_waits_and_is_told(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "_PATIENCE", 0)
    taken = [recognition._AT_ONCE.acquire(timeout=0) for _ in range(2)]
    try:
        assert ask(stranger, picture=b"\xff\xd8\xff").status_code == requests.codes.too_many_requests
        assert ask(stranger, "市の文かどうかを尋ねる文です。").status_code == requests.codes.ok
    finally:
        for _ in filter(None, taken):
            recognition._AT_ONCE.release()
    assert ask(stranger, picture=b"\xff\xd8\xff").status_code == requests.codes.bad_request


def test_the_answer_leads_to_the_public_site_where_there_is_one(
    office: Office, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(office.ctx.config, public_url="https://dx.example.jp/")
    work_on(replace(office.ctx, config=config), monkeypatch)
    assert 'href="https://dx.example.jp/posts/' in ask(stranger, Delivery.objects.get(channel="x").url).text


@pytest.mark.parametrize("width", [1280, 360])
def test_the_form_and_its_answers_have_no_barrier(stranger: Browser, chromium: Chromium, web_site: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, base_url=web_site)
    page = context.new_page()
    page.goto("/verify/")
    found = barriers(page)
    text = "\n".join(part["text"] for part in _facebook()["parts"]).replace("窓口で書く", "窓口で払う")
    page.get_by_label("アドレスか文").fill(text)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_text("同じではありません").wait_for()
    found += barriers(page)
    assert not found, "\n".join(found)
    context.close()
