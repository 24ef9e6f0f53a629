"""The forms as JSON Schema, so that an editor offers names and marks slips while they are typed."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from bot.shared_files.forms import FORMS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The file's path below the content folder → its schema. An editor knows less than `dxbot check`, which also compares
    values with each other."""
    return {path: {"$schema": _DIALECT, **form.json_schema(), "title": path} for path, form in FORMS.items()}


def file_name(path: str) -> str:
    """people.schema.json for people.yml."""
    return f"{PurePosixPath(path).stem}.schema.json"
