"""Pages and commands ask services: they build no query, open no transaction, and know the models as types only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from bot.config import ROOT

BOT = ROOT / "bot"
EDGES = sorted(file for edge in ("web", "cli") for file in (BOT / edge).rglob("*.py"))
OUTSIDE_SERVICES = sorted(file for file in BOT.rglob("*.py") if BOT / "services" not in file.parents)

# Not those that a dict, a text or a path has too (get, all, values, update, exists): what leads to them is known by itself.
QUERIES = frozenset(
    (
        *("filter", "exclude", "order_by", "reverse", "distinct", "defer", "only", "using", "annotate", "alias", "aggregate"),
        *("select_related", "prefetch_related", "select_for_update", "values_list", "in_bulk", "iterator", "count"),
        *("get_or_create", "update_or_create", "bulk_create", "bulk_update", "first", "last", "earliest", "latest"),
        *("save", "delete", "refresh_from_db"),
    )
)
NO_ROW = {
    ("bot/cli/check.py", "save"),  # what the checks remember is a file
    *((f"bot/web/templatetags/{name}.py", "filter") for name in ("moments", "posts")),  # a template's
}


def _related_names() -> frozenset[str]:
    """What leads from a row to other rows: `tokens` of a user, `blobs` of a submission."""
    fields = (f for model in apps.get_app_config("store").get_models() for f in model._meta.get_fields())
    many = (f for f in fields if f.one_to_many or f.many_to_many)
    return frozenset(name for f in many if (name := f.get_accessor_name() if f.auto_created else f.name))


def _modules(tree: ast.Module) -> frozenset[str]:
    """What is imported under a small name is a module or a function: what is called on it is a function of that module."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    names = (alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names)
    return frozenset(name for name in names if name.islower())


def _asks(called: ast.expr, modules: frozenset[str], related: frozenset[str]) -> bool:
    if not isinstance(called, ast.Attribute):
        return False
    if isinstance(called.value, ast.Attribute) and called.value.attr in related:
        return True
    return called.attr in QUERIES and not (isinstance(called.value, ast.Name) and called.value.id in modules)


def queries(source: str) -> list[ast.Attribute]:
    """Every manager, and every method called that builds, runs or writes."""
    tree, related = ast.parse(source), _related_names()
    modules = _modules(tree)
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and _asks(node.func, modules, related))
    managers = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "objects")
    return [node for node in (*called, *managers) if isinstance(node, ast.Attribute)]


def _at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _at_run_time(child)


def imported(source: str) -> set[str]:
    """Every name that a module imports when it runs, written in full."""
    found: set[str] = set()
    for node in _at_run_time(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _is_of_the_database(name: str) -> bool:
    return name.startswith(("bot.store.", "django.db.")) or ".models." in name or name.endswith(".models")


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", EDGES, ids=_name)
def test_a_page_or_command_builds_no_query(file: Path) -> None:
    found = [node for node in queries(file.read_text(encoding="utf-8")) if (_name(file), node.attr) not in NO_ROW]
    assert [ast.unparse(node) for node in found] == []


@pytest.mark.parametrize("file", EDGES, ids=_name)
def test_a_page_or_command_knows_models_as_types_only(file: Path) -> None:
    assert {name for name in imported(file.read_text(encoding="utf-8")) if _is_of_the_database(name)} == set()


def test_only_services_open_transactions() -> None:
    openers = [
        _name(file) for file in OUTSIDE_SERVICES if "django.db.transaction" in imported(file.read_text(encoding="utf-8"))
    ]
    assert openers == []


@pytest.mark.parametrize(
    "query",
    [
        "Submission.objects",
        "user.tokens.exists()",
        "found.blobs.all()",
        "queue.waiting(ctx).filter(id=1)",
        "rows.values_list('id')",
        "row.save()",
    ],
)
def test_a_query_is_known_by_its_look(query: str) -> None:
    assert queries(f"from bot.services.pages import queue\n{query}")


def test_a_function_of_a_service_is_no_query() -> None:
    assert queries("from bot.services.handing_in import drafts\ndrafts.save(ctx)") == []
