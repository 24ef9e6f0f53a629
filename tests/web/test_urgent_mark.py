"""Wherever the title of an emergency's text stands, so does 緊急: it follows other rules than all others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from lxml import html

from bot.content import post_form
from bot.services.approval import review
from bot.services.pages import feeds
from bot.services.telling import lines
from bot.services.telling.kinds import Kind as Told
from bot.store.drafts import Draft
from bot.store.models import AuditEntry, Delivery, Submission, User
from tests.office import TUESDAY, Office
from tests.services.test_emergency import CHIEF, text
from tests.web.browser import Browser

TITLE, MARK = "断水のお知らせ", "緊急"
LISTS = (
    "/",
    "/queue/",
    "/calendar/",
    "/calendar/?view=list",
    "/calendar/?view=week",
    "/deliveries/",
    "/history/",
    "/held/",
    "/write/",
)

PLACES = (
    ("planned", "泉野", "scheduled"),
    ("out", "犀川沿いの町会", "published"),
    ("held", "香林坊と片町", "held"),
    ("unsure", "金石から大野まで", "undecided"),
)


@pytest.fixture
def town(office: Office) -> Office:
    """Ten in the evening; one waits for approval, one is on its way, one is out, one was returned, one is held."""
    office.at(TUESDAY.replace(hour=22))
    Submission.objects.filter(id=office.submit(text(office, "waits"), office.officer).id).update(
        publish_at=office.clock.now() + timedelta(hours=1)
    )
    for name, where, state in PLACES:
        body = f"{where}で断水しています。給水所を{where}の公民館に設けました。\n"
        (made,) = office.approve(office.submit(text(office, name, body), office.officer), CHIEF)
        Delivery.objects.filter(id=made.id).update(
            state=state, published_at=office.clock.now() if state == "published" else None
        )
    review.return_(
        office.ctx,
        CHIEF,
        office.submit(text(office, "back", "湯涌の奥の集落で、朝から水が出ません。\n"), office.officer).id,
        "時点は？",
    )
    return office


def places(page: str) -> list[str]:
    """What a reader sees of each title: the text of its line, its cell, or its heading."""
    document = html.document_fromstring(page.encode())
    found = []
    for element in document.iter("a", "h1", "h2", "h3"):
        own = "".join(element.itertext())
        if TITLE in own and (
            element.tag != "a" or "/submissions/" in element.get("href", "") or "/history/" in element.get("href", "")
        ):
            found.append("".join((element if element.tag != "a" else element.getparent()).itertext()))
    return found


def test_on_every_list(town: Office, officer: Browser) -> None:
    seen = {address: places(officer.get(address).text) for address in LISTS}
    without = {address: found for address, found in seen.items() if not all(MARK in place for place in found)}
    assert not without
    assert {address for address, found in seen.items() if not found} == set()


def test_on_every_page_of_its_own(town: Office, officer: Browser) -> None:
    made = Submission.objects.get(identity="01TESTplanned")
    moved = Delivery.objects.get(submission=made)
    for address in (
        f"/submissions/{made.id}/",
        f"/submissions/{made.id}/sheet/",
        f"/history/{made.id}/",
        f"/deliveries/{moved.id}/move/",
    ):
        found = places(officer.get(address).text)
        assert found, address
        assert all(MARK in place for place in found), (address, found)


def test_in_a_persons_own_calendar_program_and_in_what_people_are_told(town: Office, people: None) -> None:
    user = User.objects.get(username="kouhou")
    told = Calendar.from_ical(feeds.feed(town.ctx, feeds.issue(town.ctx, user).reveal(), "https://dx.example.jp"))
    titles = [str(event["summary"]) for event in told.walk("VEVENT") if TITLE in str(event["summary"])]
    assert titles
    assert all(MARK in title for title in titles)
    made = Submission.objects.get(identity="01TESTwaits")
    assert MARK in lines.line(town.ctx, Told.WAITING, AuditEntry.objects.latest("id"), made, None)


def test_no_other_post_has_the_mark(office: Office, officer: Browser) -> None:
    office.submit(office.post(title=TITLE))
    assert not any(MARK in place for place in places(officer.get("/queue/").text))


def test_while_it_is_being_written(town: Office, officer: Browser) -> None:
    path = town.folder / "posts" / "waits.md"
    form = dict(post_form.fields(post_form.read(path, path.read_text(encoding="utf-8"))))
    draft = Draft.objects.create(person="kouhou", form=form, updated_at=town.clock.now())
    for address, place in ((f"/write/{draft.id}/", ".//h1"), ("/write/", f".//a[@href='/write/{draft.id}/']/..")):
        (shown,) = html.document_fromstring(officer.get(address).text).findall(place)
        assert MARK in shown.text_content()
