"""docs/glossary.md against the names of packages, modules and classes, and against what people read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import ROOT

ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
# A platform's words are its own: what the sandbox and an SDK's client call things is not ours to choose.
FOREIGN = ("channels", "meta_graph", "platform_kit", "sandbox", "migrations", "vendor")
# Words of any program, and of files and formats that have their names from elsewhere.
GENERAL = frozenset(
    re.findall(
        r"\w+",
        """
    accessibility account accounts adapter address addresses admin again alone answers append appended approved apps away
    back base before beginning begun bounds box break browser built calls change changes charts check cli clock code compare
    compose config console contact container control copying core counting cut database date dates day days demo difference
    directory docx domain door duplicate duplicates early encoding entered entry environment error errors every excess
    exchange exit factor failure fault figure figures file files filled first fitted folders font geometry git given grid
    group header heading heif help hints hooks html http idml image images init ink item job kind kinds knob language lazy
    length letter lettering likeness limits line link links list listed listening locks loopback machine mail main manual
    matching merged middleware minute models moments month monthly new no node not note notify numerals of on once only
    options orientation origin orthography outputs page pages paragraph passkeys pdf people period piece placed placeholders
    plain policy port practice printable private problems proposal proposed prose push qr queries quote rate read reader
    reading ready reasons recent records rect refused render repository rivers row run samples savepoints schema sealing
    search second secret security seen seismic sentence sentences service services session shaped shared shown single slips
    soundness split sql state states step stop storable store story strong style styled submit svg system tag tagged taken
    task templatetags tidy timing together tokens trainee tree trouble try typed typeface typos unclear undoing undone unit
    upkeep urls usage user viewed views visitor waits wanted weather web webhook weekday wish wording words work workflow
    working xml
    """,
    )
)


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))


def words(name: str) -> list[str]:
    return [word.lower() for word in WORD.findall(name)]


def singular(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        yield path.relative_to(ROOT / "bot"), ast.parse(path.read_text(encoding="utf-8"))


def names() -> Iterator[str]:
    """Of every package, module and public class that is ours to name; an error's name is a sentence (see bot/errors.py)."""
    for path, tree in modules():
        if set(FOREIGN) & set(path.parts[:-1]):
            continue
        yield from (part for part in path.with_suffix("").parts if not part.startswith("__"))
        for found in ast.walk(tree):
            if isinstance(found, ast.ClassDef) and not found.name.startswith("_") and not _is_error(found):
                yield found.name


def _is_error(found: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id in ERRORS for base in found.bases)


def _errors() -> frozenset[str]:
    known = {"Exception"}
    tree = ast.parse((ROOT / "bot" / "errors.py").read_text(encoding="utf-8"))
    for found in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        if {base.id for base in found.bases if isinstance(base, ast.Name)} & known:
            known.add(found.name)
    return frozenset(known)


ERRORS = _errors()


def test_each_name_is_made_of_words_that_the_glossary_explains() -> None:
    known = {singular(word) for code, _, _ in rows() for word in words(code)} | {singular(word) for word in GENERAL}
    unknown = {name for name in names() if any(singular(word) not in known for word in words(name))}
    assert sorted(unknown) == []


def test_a_word_of_the_glossary_is_the_only_one_of_its_spelling() -> None:
    codes = [code for code, _, _ in rows()]
    assert len(codes) == len(set(codes)) > 100


@pytest.mark.parametrize("code", [code for code, _, _ in rows()])
def test_each_code_word_names_something_in_the_code(code: str) -> None:
    assert tuple(map(singular, words(code))) in _named()


def _named() -> frozenset[tuple[str, ...]]:
    """Every run of words within a name of the code."""
    if not NAMED:
        for path, tree in modules():
            found = set(path.with_suffix("").parts)
            found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)}
            fields = (node.target for node in ast.walk(tree) if isinstance(node, ast.AnnAssign))
            found |= {field.id for field in fields if isinstance(field, ast.Name)}
            found |= {
                node.target.id
                for node in ast.walk(tree)
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            }
            for name in found:
                made = tuple(map(singular, words(name)))
                NAMED.update(made[i:j] for i in range(len(made)) for j in range(i + 1, len(made) + 1))
    return frozenset(NAMED)


NAMED: set[tuple[str, ...]] = set()


@pytest.mark.parametrize("screen", sorted({screen for _, screen, _ in rows() if screen != "–"}))
def test_each_screen_word_is_read_by_somebody(screen: str) -> None:
    assert any(screen in text for text in _texts())


def _texts() -> list[str]:
    if not TEXTS:
        paths = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "bot").rglob("*.py")]
        TEXTS.extend(path.read_text(encoding="utf-8") for path in paths)
    return TEXTS


TEXTS: list[str] = []


def test_each_meaning_is_one_plain_sentence() -> None:
    assert [meaning for _, _, meaning in rows() if not meaning.endswith(".") or ". " in meaning] == []
