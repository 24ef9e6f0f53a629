"""English is complete: each page that the list of addresses has is opened in English, by each role, with everything on it.

Japanese stands only where a page says that it is Japanese (`lang="ja"`: what people wrote, for screen readers), and in names.
On the same walk, people are called by their names, which people.yml gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pytest
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from lxml import html

from bot.schedule.changes import RuleChange
from bot.schedule.rules import Blackout
from bot.services.approval import comments, picture_records, review
from bot.services.delivery import blackouts, duty, pause, rule_changes
from bot.services.handing_in import drafts, text_changes, words
from bot.services.handing_in.text_changes import Act, TextChange
from bot.services.records.office_texts import Kind
from bot.store.alarms import Alarm
from bot.store.models import Delivery
from bot.store.pictures import PictureRecord
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.web.browser import PASSWORD, Browser, signed_in

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
PATIENCE = 60
PEOPLE = ("kouhou", "shimin-leader", "unyou", "")
# What names are: of the city and its offices, of the paper, of people.
NAMES = ("金沢市", "広報広聴課", "市民課", "総務課", "国際交流課", "新聞広報「いいね金沢」", "（見本）", "いいね金沢")
# What is Japanese by nature, each with why.
FORMS = {
    "sheet": "a form of the office, printed and filed",
    "verify": "it is for the city's citizens",
}
OFFICER = "kouhou: {name: HANAKO, department: 広報広聴課}\nkouhou-kacho: {name: JIRO, department: 広報広聴課}\n"
LOG_IN = re.compile(r"(?<![\w@./-])(kouhou|kouhou-kacho|shimin-leader)(?![\w@./-])")
# Where a log-in name is what the page is about, each with why.
BY_LOG_IN = {
    "people": "it says under which name somebody logs in",
    "audit": "the log holds log-in names; the name stands before it",
}
# Addresses at which a person cannot simply arrive.
ELSEWHERE = {
    "prove_at_directory": "where the city has a directory",
    "mfa_authenticate": "the second step of a log-in",
    "mfa_reauthenticate": "with a second factor that is set up",
    "mfa_deactivate_totp": "with a second factor that is set up",
    "mfa_view_recovery_codes": "with a second factor that is set up",
    "mfa_generate_recovery_codes": "with a second factor that is set up",
    "mfa_download_recovery_codes": "with a second factor that is set up",
    "mfa_edit_webauthn": "with a passkey",
    "mfa_remove_webauthn": "with a passkey",
    "mfa_reauthenticate_webauthn": "with a passkey",
    "mfa_login_webauthn": "with a passkey",
    "chart": "a picture",
    "draft_picture": "a picture",
    "preview_media": "a picture",
    "account_logout": "it ends the walk",
    "record": "a file, drawn for a long time",
    "sheet_docx": "a file",
    "issue_file": "files of an issue, downloaded",
    "feed": "a calendar for machines, under a key",
    "public_media": "pictures for the platforms",
    "openid_connect_login": "it leads to the city's own log-in",
    "openid_connect_callback": "the city's own log-in leads here",
}
# Beside the plain address of a page: what is asked of it.
ASKED = {
    "calendar": ["?date=2026-12-01", "?date=2026-12-01&view=week", "?date=2026-12-01&view=list"],
    "posts": ["?chosen={approved}", "?day=2026-12-03", "?chosen=999999"],
    "submission": ["?against=approved", "?against=seen"],
    "queue": ["?q=nothing"],
    "history": ["?q=OTHER", "?q=nothing"],
    "words": ["?wrong=WORD"],
}


def patterns(of: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its name."""
    for each in (of or get_resolver()).url_patterns:
        route = before + _route(each)
        if isinstance(each, URLResolver):
            yield from patterns(each, route)
        else:
            yield route, each


def _route(each: URLPattern | URLResolver) -> str:
    return re.sub(r"^\^|\$$", "", str(each.pattern))


@pytest.fixture
def scene(office: Office, people: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """An office that works in English, with something of every kind: by the beginning of an address, what can stand in it."""
    monkeypatch.setenv("DXBOT_LANG", "en")
    with override_settings(LANGUAGE_CODE="en"), translation.override("en"):
        yield _everything(office)


def _everything(office: Office) -> dict[str, list[str]]:
    with (office.folder / "people.yml").open("a", encoding="utf-8") as file:
        file.write(OFFICER)
    told = _posts(office)
    other, now = Actor(person="kouhou-kacho", role=Role.OFFICER), office.clock.now()
    wanted = Blackout(
        start=now, end=now + timedelta(days=20), kind="選挙", why="ELECTION", set_by="", channels=frozenset({"x"})
    )
    entered = blackouts.enter(office.ctx, office.officer, wanted).number
    blackouts.ask_to_lift(office.ctx, other, entered, "NONE")
    words.propose(office.ctx, office.officer, "WORD", "WORDS", "HANDBOOK")
    given = TextChange(kind=Kind.HASHTAGS, name="NAME", act=Act.NEW, content="city", seen=0)
    text_changes.make(office.ctx, office.officer, given, "SHORTER")
    pause.pause(office.ctx, office.officer, "QUAKE", "facebook")
    Alarm.objects.create(kind="publisher", line="SILENT", since=now, told=[], next_at=now)
    key = duty.issue(office.ctx, office.officer, "NIGHT").reveal()
    draft = drafts.begin(office.ctx, office.author)
    return {
        **told,
        "write": [str(draft.id)],
        "pictures": [str(_picture(office))],
        "settings": [str(_wanted_rule(office))],
        "stop/by": [key],
        "issues": ["2026-12", "2027-01"],
        "achievement.": ["html"],
        "": ["1"],
    }


def _picture(office: Office) -> int:
    """Of the posts, with all that can be said of it."""
    number = PictureRecord.objects.latest("id").id
    told = picture_records.Told(people="consented", consent="FORM 1", until=None, not_from=date(2027, 1, 1), why="WISH")
    picture_records.record(office.ctx, office.officer, number, told, "")
    return number


def _wanted_rule(office: Office) -> int:
    """It widens what may go out, and waits for a second person."""
    more = {"days": ["mon"], "at": "10:00", "gap": 30, "channels": ["x"], "if_closed": "later"}
    wanted = RuleChange(topic="slot", item="new", value=more)
    return rule_changes.make(office.ctx, office.officer, wanted, "READERS", 0).number


def _posts(office: Office) -> dict[str, list[str]]:
    """Waiting with findings, again with a comment of before; planned, out, held, in doubt, missed, broken; returned."""
    at = "publish: 2026-12-{} 10:20"
    first = office.submit(office.post("a", title="TITLE", body="Fewer forms.\n", extra=at.format("03")))
    comments.add(office.ctx, office.officer, first.id, "x", "0:0", "WHEN?")
    body = "Fewer forms.\n\n障がい者の方は、12月1日（月）にご来庁下さい。\n"
    second = office.submit(office.post("a", title="TITLE", body=body, extra=at.format("03")))
    out = office.approved("o", title="OUT", body="It is out.\n", channels="x, facebook")
    office.publish_all()
    made = office.approved("b", title="OTHER", body="Other.\n", channels="x, facebook", extra=at.format("04"))
    returned = office.submit(office.post("c", title="THIRD", body="Third.\n"))
    comments.add(office.ctx, office.officer, returned.id, "x", "0:0", "WHEN?")
    review.return_(office.ctx, office.officer, returned.id, "WHY")
    ended = []
    for day, state in (("07", "held"), ("08", "undecided"), ("09", "missed"), ("10", "failed")):
        (row,) = office.approved(state, title=state.upper(), body=f"{state}.\n", channels="x", extra=at.format(day))
        Delivery.objects.filter(id=row.id).update(
            state=state, intent_at=office.clock.now(), bar="stop" if state == "held" else ""
        )
        ended.append(str(row.id))
    posts = [first.id, second.id, out[0].submission_id, made[0].submission_id, returned.id]
    assert second.findings
    return {
        "submissions": [*map(str, posts), "999999"],
        "history": list(map(str, posts)),
        "deliveries": [str(made[0].id), str(out[0].id), *ended],
        "approved": [str(made[0].submission_id)],
    }


def addresses(route: str, name: str, scene: Mapping[str, list[str]]) -> list[str]:
    """The route filled in, once for each thing that can stand in it."""
    begin = max((known for known in scene if route.startswith(known)), key=len)
    plain = [re.sub(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)", number, route) for number in scene[begin]] if "<" in route else [route]
    asked = ASKED.get(name, [])
    return [*plain, *(plain[min(1, len(plain) - 1)] + query.format(approved=scene["approved"][0]) for query in asked)]


def test_every_page_in_english_says_nothing_in_japanese_but_what_people_wrote(
    office: Office, scene: dict[str, list[str]], web_site: str
) -> None:
    channels = [spec.label for spec in office.ctx.specs]
    found, walked, no_pages = [], set[str](), set[str]()
    for person in PEOPLE:
        browser = Browser(web_site)
        if person:
            browser = signed_in(web_site, person)
            browser.post("/account/reauthenticate/", "/account/reauthenticate/", password=PASSWORD)
        for route, address in _to_walk(scene, no_pages):
            answer = browser.session.get(f"{web_site}/{address}", timeout=PATIENCE)
            if answer.status_code == 405 or not answer.headers.get("Content-Type", "").startswith("text/html"):
                no_pages.add(route)
                continue
            if answer.status_code in (200, 401) and not answer.history:
                walked.add(route)
            lines = [*japanese(answer.text, channels), *by_log_in(answer.text, route)]
            found += [f"{person or 'nobody'} /{address}: {line}" for line in lines]
    missed = {route for route, _ in _to_walk(scene, no_pages)} - walked
    assert not found, "\n".join(found)
    assert missed == set()


def _to_walk(scene: Mapping[str, list[str]], no_pages: set[str]) -> Iterator[tuple[str, str]]:
    left_out = {route for route, pattern in patterns() if pattern.name in {**FORMS, **ELSEWHERE}}
    for route, pattern in patterns():
        if route in left_out:
            continue
        for address in addresses(route, pattern.name or "", scene):
            if route not in no_pages:
                yield route, address


def by_log_in(page: str, route: str) -> list[str]:
    """Where a person is called by the name that they log in with."""
    if route.strip("/").rpartition("/")[2] in BY_LOG_IN:
        return []
    text, heard = said_on(page)
    return [" ".join(said.split()) for said in (*text, *heard) if LOG_IN.search(said)]


def japanese(page: str, channels: list[str]) -> list[str]:
    """What people would read or hear in Japanese: no passage that says so."""
    text, heard = said_on(page, "|//body//*[@lang='ja']")
    own = re.compile("|".join(map(re.escape, (*channels, *NAMES))))
    # An attribute cannot mark a part of it as Japanese: what it quotes is left out.
    left = (own.sub("", said) for said in (*text, *(re.sub("“[^”]*”", "", each) for each in heard)))
    return [" ".join(said.split()) for said in left if JAPANESE.search(said)]


def said_on(page: str, without: str = "") -> tuple[list[str], list[str]]:
    """What a page says: its text, and the attributes that are spoken or shown."""
    document = html.document_fromstring(page)
    for hidden in document.xpath(f"//script|//style{without}"):
        hidden.drop_tree()
    heard = document.xpath("//@aria-label|//@title|//@placeholder|//@alt|//input[@type='submit']/@value")
    return list(map(str, document.xpath("//text()"))), list(map(str, heard))
