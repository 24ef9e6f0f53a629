"""docs/roles.md is written by hand: who may open and do what. The running site and the services are asked, and compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
from django.urls import URLPattern, URLResolver, get_resolver

from bot.config import ROOT
from bot.errors import NotAllowed
from bot.services.approval import comments, review
from bot.services.delivery import blackouts
from bot.services.delivery.heartbeats import Heart
from bot.services.handing_in import drafts, words
from bot.services.pages import feeds
from bot.services.paper import errata
from bot.services.people import accounts, grants
from bot.services.records import pictures
from bot.store.alarms import Alarm
from bot.store.models import Decision, Delivery, Submission, User
from bot.store.newsletter import Erratum
from bot.store.people import Grant
from bot.store.pictures import PictureRecord
from bot.store.threads import ThreadDecision
from bot.workflow.actors import TOKEN_SCOPES, Actor, Role
from tests.office import Office
from tests.people.browser import PASSWORD, Browser
from tests.people.test_roles import ACTS, ELECTION
from tests.web.site import work_on

PAGE = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
# The page's columns, in the order in which the site is asked: whoever may do most comes last, and finds everything in place.
PEOPLE = {
    "未ログイン": "",
    "監査": "kansa",
    "研修中": "kokusai-trainee",
    "ほかのリーダー": "soumu-leader",
    "発信管理者": "hacho",
    "運用": "unyou",
    "広報": "kouhou",
    "書いた人": "shimin-leader",
}
ROLES = {
    "kansa": Role.AUDITOR,
    "kokusai-trainee": Role.TRAINEE,
    "soumu-leader": Role.LEADER,
    "hacho": Role.HEAD,
    "unyou": Role.OPERATOR,
    "kouhou": Role.OFFICER,
    "shimin-leader": Role.LEADER,
    "kouhou-kacho": Role.OFFICER,
    "someone": Role.LEADER,
    "ido": Role.LEADER,
}

# What any form of the site asks for, so that nobody is refused for a blank field.
FIELDS: dict[str, str | list[str]] = {
    **dict.fromkeys(("reason", "body", "wrong", "right", "text", "looked", "label", "headline", "name"), "試験"),
    "role": "leader",
    "kind": "誤記",
    "person": "new",
    "email": "",
    "channel": "x",
    "place": "0:0",
    "take": "01TESTprinted",
    "revision": "0",
    "people": "none",
    "scopes": ["submit", "confirm", "pause"],
}


def table(heading: str) -> dict[str, dict[str, str]]:
    """Row → column → cell, of the table below this heading."""
    lines = [line for line in PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0].splitlines() if line.startswith("|")]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0].strip("`"): dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, here)
        else:
            yield f"/{here}"


class Scene:
    """One of everything that an address may name, belonging to 書いた人 or to somebody outside the table."""

    def __init__(self, office: Office, web_site: str) -> None:
        self.office, self.site = office, web_site
        ctx, author, officer = office.ctx, office.author, office.officer
        (office.folder / "strategy" / "charts.yml").write_text("cards: {title: 図, look: title}\n", encoding="utf-8")
        someone = User.objects.get(username="someone")
        open_ones = {act: self._open(act) for act in ("approve", "return", "withdraw", "endorse", "comment", "rewrite", "read")}
        open_ones["confirm"] = office.submit(office.post("trainee", author="kokusai-trainee"), office.trainee)
        remark = comments.add(ctx, officer, open_ones["comment"].id, "x", "0:0", "時点は？")
        by_proxy = self._open("countersign")
        chief = Actor(person="kouhou-kacho", role=Role.OFFICER)
        review.approve(ctx, chief, by_proxy.id, by_proxy.digest, review.Terms(on_behalf_of="kouhou"))
        moved = {act: office.approved(act, channels="x")[0] for act in ("move", "cancel", "release", "decide", "take-down")}
        office.approved("alone-1", channels="x", extra="series: {name: 連載, part: 1}")
        moved["alone"] = office.approved("alone-2", channels="x", extra="series: {name: 連載, part: 2}")[0]
        Delivery.objects.filter(id=moved["release"].id).update(state="held")
        Delivery.objects.filter(id=moved["decide"].id).update(state="undecided")
        Delivery.objects.filter(id=moved["take-down"].id).update(state="published", remote_id="1234")
        printed = self._open("printed", channels="newsletter")
        office.approve(printed)
        draft = drafts.begin(ctx, author)
        picture = (office.folder / "media" / "red.png").read_bytes()
        drafts.add_picture(ctx, author, draft.id, picture)
        record = PictureRecord.objects.get(uses__submission=moved["take-down"].submission_id)
        unused = pictures.hand_up(ctx, author.person, "unused.png", b"unused")
        errata.add(ctx, officer, "2026-12", "誤", "正")
        accounts.issue_token(ctx, someone, "自席")
        shown = office.approved("shown", channels="instagram")[0].submission.blobs.get()
        self.values: dict[str, str | int] = {
            "ending": "csv",
            "year": 2026,
            "chart": "cards",
            "write": draft.id,
            "file": draft.pictures.get().file,
            "picture": record.id,
            "pictures": record.id,
            "pictures/remove": unused.id,
            "comments": remark.id,
            "decisions": Decision.objects.get(submission=by_proxy, action="approve").id,
            "history": by_proxy.id,
            "blackouts/ask": blackouts.enter(ctx, office.operator, ELECTION).number,
            "blackouts/lift": self._asked(),
            "settings": 0,  # none waits
            "words/accept": 0,  # there is none
            "words/decline": self._word(),
            "stop/revoke": 0,  # there is none
            "corrections": Erratum.objects.get().id,
            "token": someone.tokens.get().id,
            "person": "ido",
            "grants/agree": self._wanted("new-1"),
            "grants/refuse": self._wanted("new-2"),
            "take-downs/sign": self._taken_down(by_proxy),
            **dict.fromkeys(("threads/decide", "removals/settle", "deliveries/missed"), 0),  # there is none
            "alarms/see": Alarm.objects.create(kind="silent", line="試験", since=office.clock.now()).id,
            "name": "2026-12",
            "key": feeds.issue(ctx, someone).reveal(),
            "m": shown.sha256,
            "sha256": open_ones["read"].blobs.all()[0].sha256,
            "pk": 0,
            **{f"deliveries/{act}": made.id for act, made in moved.items()},
            **{f"submissions/{act}": made.id for act, made in open_ones.items()},
            "submissions/copy": printed.id,
        }
        self.digests = {act: made.digest for act, made in open_ones.items()}
        self.digests["release"] = moved["release"].submission.digest

    def _open(self, name: str, channels: str = "x, instagram") -> Submission:
        return self.office.submit(self.office.post(name, channels=channels))

    def _wanted(self, person: str) -> int:
        """A role that somebody outside the table asked for."""
        grants.ask(self.office.ctx, Actor(person="unyou-2", role=Role.OPERATOR), person, Role.OFFICER)
        return Grant.objects.latest("id").id

    def _taken_down(self, post: Submission) -> int:
        """What somebody outside the table is taking down, and nobody has signed."""
        told = {"channel": "x", "way": "take_down", "parts": 2, "stood": 1, "actor": "kouhou-kacho", "reason": "試験"}
        return ThreadDecision.objects.create(submission=post, at=self.office.clock.now(), **told).id

    def _word(self) -> int:
        return words.propose(self.office.ctx, Actor(person="kouhou-kacho", role=Role.OFFICER), "子供", "子ども").id

    def _asked(self) -> int:
        """A blackout of which somebody outside the table asked that it be lifted."""
        number = blackouts.enter(self.office.ctx, self.office.operator, ELECTION).number
        blackouts.ask_to_lift(self.office.ctx, Actor(person="kouhou-kacho", role=Role.OFFICER), number, "延期")
        return number

    def build(self, officer: Browser) -> None:
        """An issue has files once somebody has looked at it."""
        link = re.search(r'href="/issues/2026-12/(\w+)/([^"]+\.pdf)"', officer.get("/issues/2026-12/").text)
        assert link
        self.values |= {"digest": link[1], "issues/file": link[2]}

    def fill(self, route: str) -> str:
        """The address of this route for what stands in the scene."""
        first, *rest = route.strip("/").split("/")
        act = rest[-1].partition(".")[0] if rest else ""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            for key in (f"{first}/{act}", f"{first}/{name}", first, name, f"{first}/read"):
                if key in self.values and (key != first or name in ("number", "sha256")):
                    return str(self.values[key])
            raise AssertionError(route)

        plain = re.sub(r"\^.*uidb36.*", "0-set-password/", route).replace("^(?P<provider_id>[^/]+)", "city")
        return re.sub(r"<(?:\w+:)?(\w+)>", value, plain)


@pytest.fixture
def scene(office: Office, web_site: str, monkeypatch: pytest.MonkeyPatch) -> Scene:
    work_on(office.ctx, monkeypatch)
    Heart(office.ctx, "machine:7").beat()
    for person, role in ROLES.items():
        accounts.set_up_user(office.ctx, person, role, PASSWORD)
    return Scene(office, web_site)


def answer(browser: Browser, method: str, address: str, fields: dict[str, str | list[str]]) -> requests.Response:
    token = browser.session.cookies.get("csrftoken") or ""
    return browser.session.request(
        method,
        browser.base + address,
        data={"csrfmiddlewaretoken": token, **fields} if method == "POST" else None,
        timeout=20,
        allow_redirects=False,
    )


def cell(got: requests.Response) -> str:
    assert got.status_code < 500, got.url
    assert got.status_code != requests.codes.method_not_allowed, got.url
    if got.is_redirect and got.headers["Location"].partition("?")[0] == "/login/":
        return "入"
    return {403: "×", 404: "―"}.get(got.status_code, "○")


def test_every_address_is_in_the_table() -> None:
    listed = [row.partition(" ")[2] for row in table("画面")]
    assert set(listed) == set(addresses(get_resolver().url_patterns))


def test_each_address_opens_for_whom_the_table_says(scene: Scene, web_site: str) -> None:
    browsers = {}
    for column, person in PEOPLE.items():
        browsers[column] = Browser(web_site)
        if person:
            browsers[column].log_in(person)
        browsers[column].get("/tokens/" if person else "/login/")
    scene.build(browsers["広報"])
    wanted, found = table("画面"), {}
    for row in wanted:
        method, _, route = row.partition(" ")
        address = scene.fill(route)
        act = route.strip("/").rpartition("/")[2]
        fields = FIELDS | {"digest": scene.digests.get(act, "")}
        found[row] = {}
        for column, browser in browsers.items():
            Grant.objects.update(ended_at=None)  # the first who may has ended it
            found[row][column] = cell(answer(browser, method, address, fields))
    wrong = [differences(row, wanted[row], found[row]) for row in wanted if wanted[row] != found[row]]
    assert not wrong, "\n" + "\n".join(wrong)


def differences(row: str, wanted: dict[str, str], found: dict[str, str]) -> str:
    return f"{row}: " + "、".join(f"{c} 表は{wanted[c]} 実際は{found[c]}" for c in found if wanted.get(c) != found[c])


def scopes(act: Callable[[Office, Actor], Any], role: Role, office: Office) -> set[str]:
    """The scopes of a key with which this act is not refused."""
    allowed = set()
    for scope in TOKEN_SCOPES:
        # The act sets its own scene, in which the last one's must not be in the way.
        Decision.objects.all().delete()
        Delivery.objects.update(state="cancelled")
        Submission.objects.update(state="withdrawn")
        User.objects.filter(username="somebody-else").delete()
        with suppress(NotAllowed):
            act(office, Actor(person="somebody-else", role=role, scopes=frozenset({scope})))
            allowed.add(str(scope))
    return allowed


@pytest.mark.parametrize("name", sorted(table("鍵でできる操作")))
def test_a_key_does_what_the_table_says_and_no_more(office: Office, name: str) -> None:
    row = table("鍵でできる操作")[name]
    act, roles = ACTS[name]
    role = Role.OFFICER if Role.OFFICER in roles else min(roles)
    assert scopes(act, role, office) == {scope for scope, cell in row.items() if cell == "○"}


def test_every_scope_and_every_act_of_the_command_line_is_in_the_table() -> None:
    listed = table("鍵でできる操作")
    assert all(set(row) == set(map(str, TOKEN_SCOPES)) for row in listed.values())
    web_only = {
        "alarms",
        "comments",
        "drafts",
        "duty",
        "queue",
        "words",
        "rule_changes",
        "text_changes",
        "issue_desk",
        "errata",
        "accounts",
        "connections",
        "today",
        "post_record",  # its command is for those at the server
        "record_files",
        "grants",
        "requests",
        "together",
        "undoing",
        "picking",
        "hashtags",
        "picture_records",
        "undone",
    }
    assert set(listed) == {name for name in ACTS if "," not in name and name.partition(".")[0] not in web_only}
