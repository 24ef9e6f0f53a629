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

from bot.config import ROOT
from bot.workflow.actors import ROLE_LABELS, TOKEN_SCOPES
from bot.workflow.states import LABELS
from tests.office import Office
from tests.web.browser import Browser

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


@pytest.mark.parametrize("path", ["/queue/", "/calendar/?date=2026-12-01", "/deliveries/", "/held/", "/history/", "/stop/"])
def test_a_page_in_english_has_no_japanese_but_what_people_and_files_say(
    office: Office, officer: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXBOT_LANG", "en")
    office.submit(office.post("a", title="TITLE", extra="publish: 2026-12-03 10:20"))
    office.approved("b", title="OTHER", channels="x", extra="publish: 2026-12-03 11:20")
    with override_settings(LANGUAGE_CODE="en"), translation.override("en"):
        page = officer.get(path).text
    names = [spec.label for spec in office.ctx.specs]  # a channel's name is what it is in every language
    for own in (*names, "金沢市", "広報広聴課", "市民課", "総務課", "（見本）", "休業日", "年末年始", "号の原稿締切"):
        page = page.replace(own, "")
    assert '<html lang="en">' in page
    assert [line for line in page.splitlines() if JAPANESE.search(line)] == []


def test_a_refusal_in_english_says_what_and_what_to_do(
    office: Office, officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXBOT_LANG", "en")
    with override_settings(LANGUAGE_CODE="en"), translation.override("en"):
        page = officer.get("/submissions/999/").text
    assert "There is no submission 999." in page
    assert [line for line in page.replace("金沢市", "").replace("広報広聴課", "").splitlines() if JAPANESE.search(line)] == []
