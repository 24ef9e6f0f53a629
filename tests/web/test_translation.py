"""English: every phrase of pages, commands and refusals has its translation; the compiled catalogue is that of the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

import polib
import pytest
from django.test import override_settings
from django.utils import translation
from lxml import html

from bot.checks.registry import rules
from bot.config import ROOT
from bot.content.correction import KINDS
from bot.content.post_form import QUESTIONS
from bot.services.approval import comments, review
from bot.services.delivery import pause
from bot.services.handing_in import drafts
from bot.services.pages import acts
from bot.workflow.actors import ROLE_LABELS, TOKEN_SCOPES
from bot.workflow.states import LABELS
from tests.office import Office
from tests.web.browser import Browser, signed_in

CATALOGUE = ROOT / "bot" / "locale" / "en" / "LC_MESSAGES" / "django.po"
# A form of the office that is Japanese by nature.
OTHERS = {"sheet.html"}
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
_PHRASE = re.compile(r"""{% translate (?P<quote>["'])(?P<text>.*?)(?P=quote)(?: as \w+)? %}|_\("(?P<format>[^"]+)"\)""")
_BLOCK = re.compile(r"{% blocktranslate(?:[^%]|%(?!}))*%}(?P<text>.*?){% endblocktranslate %}", re.DOTALL)


def phrases() -> set[str]:
    templates = [p.read_text(encoding="utf-8") for p in (ROOT / "templates" / "web").rglob("*.html") if p.name not in OTHERS]
    found = {m["text"] or m["format"] for text in templates for m in _PHRASE.finditer(text)}
    found |= {re.sub(r"{{ (\w+) }}", r"%(\1)s", m["text"]) for text in templates for m in _BLOCK.finditer(text)}
    found |= {rule.why for rule in rules().values()} | set(acts.VERBS.values()) | set(KINDS) | set(QUESTIONS)
    return found | set(said()) | set(LABELS.values()) | set(ROLE_LABELS.values()) | set(TOKEN_SCOPES.values())


def said() -> Iterator[str]:
    """What the program says: in Japanese here, in the language of the installation there."""
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="say" | "tell" | "warn"), args=[said, *_]):
                    yield from _constants([said])
                case ast.Call(func=ast.Name(id="fine" | "heed" | "bad"), args=[*told]):
                    yield from _constants(told[:2])
                case ast.Call(func=ast.Name(id="Exam"), keywords=[*given]):
                    yield from _constants([each.value for each in given])
                case ast.keyword(arg="summary" | "next_step", value=sentence):
                    yield from _constants([sentence])
                case ast.Assign(targets=[ast.Name(id="summary_ja" | "next_step_ja")], value=sentence):
                    yield from _constants([sentence])


def _constants(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.IfExp):
            yield from _constants([node.body, node.orelse])
        elif isinstance(node, ast.Constant) and JAPANESE.search(str(node.value)):
            yield node.value
        elif isinstance(node, ast.JoinedStr) and JAPANESE.search(ast.unparse(node)):
            raise AssertionError(f"{ast.unparse(node)}: a sentence with places to fill goes through say()")


def test_every_phrase_has_an_english_one_with_the_same_places_to_fill() -> None:
    catalogue = {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE))}
    assert {p for p in phrases() if not catalogue.get(p)} == set()
    assert [p for p in catalogue if not places(catalogue[p]) <= places(p)] == []


def places(pattern: str) -> set[str]:
    found = set(re.findall(r"%\(\w+\)[sd]", pattern))
    if "{{ " not in pattern:  # what is no pattern, and shows how one is written
        found |= {name for _, name, _, _ in Formatter().parse(pattern) if name}
    return found


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    source = {e.msgid: e.msgstr for e in polib.pofile(str(CATALOGUE)) if e.msgstr}
    assert {e.msgid: e.msgstr for e in compiled} == source, "make compiles the catalogue anew"


# Of each kind of page: what is shown to whom, with everything on it that it can have.
PAGES = {
    "kouhou": [
        *("/", "/queue/", "/deliveries/", "/stop/", "/blackouts/", "/history/", "/connections/"),
        *("/calendar/?date=2026-12-01", "/calendar/?date=2026-12-01&view=week", "/calendar/?date=2026-12-01&view=list"),
        "/history/{approved}/",
        *("/deliveries/{delivery}/move/", "/deliveries/posts/?chosen={approved}", "/deliveries/posts/?day=2026-12-03"),
        *("/achievement/", "/alarms/", "/grants/", "/tokens/", "/write/", "/nowhere/", "/submissions/999/"),
        *("/account/sessions/", "/account/password/", "/account/second-factor/", "/logout/"),
    ],
    "shimin-leader": ["/", "/write/", "/queue/"],
    "unyou": ["/", "/people/", "/alarms/"],
    "": ["/login/"],
}
# What is Japanese in every language: names, what the city wrote, and forms of the office.
NAMES = [
    *(
        "金沢市",
        "広報広聴課",
        "市民課",
        "総務課",
        "国際交流課",
        "新聞広報「いいね金沢」",
        "（見本）",
        "見本です。",
        "市民課",
        "時点は？",
    ),
    *("休業日", "年末年始", "地震のため", "理由の文", "赤い四角の見本", "窓口の見本"),
]


@pytest.mark.parametrize(("person", "path"), [(person, path) for person, paths in PAGES.items() for path in paths])
def test_a_page_in_english_has_no_japanese_but_what_people_and_files_say(
    office: Office, people: None, web_site: str, person: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXBOT_LANG", "en")
    numbers = _scene(office)
    browser = signed_in(web_site, person) if person else Browser(web_site)
    with override_settings(LANGUAGE_CODE="en"), translation.override("en"):
        page = browser.get(path.format(**numbers)).text
    assert '<html lang="en">' in page
    assert japanese(page, [spec.label for spec in office.ctx.specs]) == []


def _scene(office: Office) -> dict[str, int]:
    """Something of every kind: waiting, planned, held, returned with a comment, a draft."""
    body = "Fewer forms.\n"
    waiting = office.submit(office.post("a", title="TITLE", body=body, extra="publish: 2026-12-03 10:20"))
    made = office.approved("b", title="OTHER", body="Other.\n", channels="x, facebook", extra="publish: 2026-12-03 11:20")
    returned = office.submit(office.post("c", title="THIRD", body="Third.\n"))
    comments.add(office.ctx, office.officer, returned.id, "x", "0:0", "WHEN?")
    review.return_(office.ctx, office.officer, returned.id, "WHY")
    office.approved("d", title="HELD", body="Held.\n", channels="x", extra="publish: 2026-12-04 11:20")
    pause.pause(office.ctx, office.officer, "QUAKE", "facebook")
    draft = drafts.begin(office.ctx, office.author)
    return {
        "waiting": waiting.id,
        "approved": made[0].submission_id,
        "returned": returned.id,
        "delivery": made[0].id,
        "draft": draft.id,
    }


def japanese(page: str, channels: list[str]) -> list[str]:
    """What people would read or hear in Japanese: text, and attributes that are spoken or shown."""
    document = html.document_fromstring(page)
    for hidden in document.xpath("//script|//style"):
        hidden.getparent().remove(hidden)
    spoken = document.xpath("//text()|//@aria-label|//@title|//@placeholder|//@alt|//input[@type='submit']/@value")
    found = []
    for text in map(str, spoken):
        for own in (*channels, *NAMES):
            text = text.replace(own, "")
        if JAPANESE.search(text):
            found.append(" ".join(text.split()))
    return found


def test_a_refusal_in_english_says_what_and_what_to_do(
    office: Office, officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXBOT_LANG", "en")
    with override_settings(LANGUAGE_CODE="en"), translation.override("en"):
        page = officer.get("/submissions/999/").text
    assert "There is no submission 999." in page
    assert [line for line in page.replace("金沢市", "").replace("広報広聴課", "").splitlines() if JAPANESE.search(line)] == []
