"""Graph's `fields`: which part of a node a reading wants, nested as `attachments{target,subattachments{target}}`."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.graph_errors import GraphError

Fields = dict[str, "Fields"]
_TOKEN = re.compile(r"\s*(?:(?P<name>\w+)(?P<modifiers>(?:\.\w+\([^()]*\))*)|(?P<mark>[{},]))")
_DEEPEST = 8


def parse(text: str) -> Fields:
    """Raises GraphError for what cannot be read. Modifiers (`.limit(0)`, `.summary(true)`) are taken and change nothing."""
    tokens = _tokens(text)
    fields = _list(tokens, 0)
    if tokens:
        raise _syntax_error()
    return fields


def select(node: dict[str, Any], fields: Fields, kind: str) -> dict[str, Any]:
    """The node with these fields only, and its id. A field that is None is one that this node does not have."""
    if strange := next((name for name in fields if name not in node), None):
        raise GraphError(100, f"(#100) Tried accessing nonexisting field ({strange}) on node type ({kind})")
    chosen = {name: _inside(node[name], inner, kind) for name, inner in fields.items() if node[name] is not None}
    return chosen | ({"id": node["id"]} if "id" in node else {})


def _inside(value: Any, fields: Fields, kind: str) -> Any:
    if not fields or not isinstance(value, dict):
        return value
    if "data" in value:
        return {**value, "data": [_inside(item, fields, kind) for item in value["data"]]}
    return {name: _inside(value[name], inner, kind) for name, inner in fields.items() if name in value}


def _tokens(text: str) -> list[str]:
    """Last one first."""
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _syntax_error()
        tokens.append(found["name"] or found["mark"])
        place = found.end()
    return tokens[::-1]


def _list(tokens: list[str], depth: int) -> Fields:
    fields: Fields = {}
    while True:
        if not tokens or tokens[-1] in "{}," or depth > _DEEPEST:
            raise _syntax_error()
        name = tokens.pop()
        fields[name] = _braces(tokens, depth) if tokens and tokens[-1] == "{" else {}
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
