"""The rooms' lists of their modules tell the truth."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.config import ROOT

SERVICES = ROOT / "bot" / "services"
ROOMS = sorted(path for path in SERVICES.iterdir() if (path / "__init__.py").exists())


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_lists_each_of_its_modules_in_a_line(room: Path) -> None:
    listed = {line.partition(": ")[0] for line in _docstring(room).splitlines()[2:] if line}
    assert listed == {path.stem for path in room.glob("*.py")} - {"__init__"}


def test_the_services_list_each_room() -> None:
    listed = [name for line in _docstring(SERVICES).splitlines() for name in line.partition(": ")[0].split(", ")]
    assert {room.name for room in ROOMS} <= set(listed)


def _docstring(folder: Path) -> str:
    return ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
