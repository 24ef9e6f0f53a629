"""Graph's `fields`: which part of a node a reading wants, nested as `attachments{target,subattachments{target}}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.meta_graph.sandbox.errors import GraphError

Fields = dict[str, "Field"]
_TOKEN = re.compile(r"\s*(\w+(?:\.\w+\([^()]*\))*|[{},])")
_SUMMARY = re.compile(r"\.summary\((true|1|total_count)\)")
_DEEPEST = 8


@dataclass(frozen=True, kw_only=True)
class Field:
    """`summed`: its summary is wanted too. Other modifiers (`.limit(0)`) are taken and change nothing."""

    summed: bool
    inner: Fields


def parse(text: str) -> Fields:
    """Raises GraphError for what cannot be read."""
    tokens = _tokens(text)
    fields = _list(tokens, 0)
    if tokens:
        raise _syntax_error()
    return fields


def select(node: dict[str, Any], fields: Fields, kind: str) -> dict[str, Any]:
    """The node with these fields only, and its id. A field that is None is one that this node does not have."""
    if strange := next((name for name in fields if name not in node), None):
        raise GraphError(100, f"(#100) Tried accessing nonexisting field ({strange}) on node type ({kind})")
    chosen = {name: _inside(node[name], field) for name, field in fields.items() if node[name] is not None}
    return chosen | ({"id": node["id"]} if "id" in node else {})


def _inside(value: Any, field: Field) -> Any:
    """A field's value. Of a list, Graph tells how many there are only to whom asks for it."""
    if not isinstance(value, dict):
        return value
    if "data" in value:
        items = {**value, "data": [_inside(item, field) for item in value["data"]]}
        return {name: item for name, item in items.items() if name != "summary" or field.summed}
    if not field.inner:
        return value
    return {name: _inside(value[name], inner) for name, inner in field.inner.items() if name in value}


def _tokens(text: str) -> list[str]:
    """Last one first."""
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _syntax_error()
        tokens.append(found[1])
        place = found.end()
    return tokens[::-1]


def _list(tokens: list[str], depth: int) -> Fields:
    fields: Fields = {}
    while True:
        if not tokens or tokens[-1] in "{}," or depth > _DEEPEST:
            raise _syntax_error()
        token = tokens.pop()
        inner = _braces(tokens, depth) if tokens and tokens[-1] == "{" else {}
        fields[token.partition(".")[0]] = Field(summed=bool(_SUMMARY.search(token)), inner=inner)
        if not tokens or tokens[-1] != ",":
            return fields
        tokens.pop()


def _braces(tokens: list[str], depth: int) -> Fields:
    tokens.pop()
    inner = _list(tokens, depth + 1)
    if not tokens or tokens.pop() != "}":
        raise _syntax_error()
    return inner


def _syntax_error() -> GraphError:
    return GraphError(2500, "Syntax error in the field list")
