"""What `--json` prints, command by command: the forms that other programs may rely on, published by `dxbot schema --outputs`.

A key may come to a form; none is taken away or given another meaning without a line in CHANGELOG.md. Moments are ISO 8601 with
their offset; what may be null is not known, or does not apply.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from bot.checks.finding import Level


class Finding(TypedDict):
    rule: str
    level: Level
    path: str
    line: int
    column: int
    message: str
    advice: str
    silenced: str


class Rule(TypedDict):
    rule: str
    level: Level
    why: str
    source: str
    bad: str
    good: str


class Part(TypedDict):
    text: str
    length: int
    limit: int | None


class Picture(TypedDict):
    file: str
    alt: str
    width: int
    height: int
    sha256: str


class Variant(TypedDict):
    channel: str
    parts: list[Part]
    media: list[Picture]
    cost_usd: float


class Bundle(TypedDict):
    digest: str
    variants: list[Variant]


class Submission(TypedDict):
    id: int
    post: str
    path: str
    title: str
    author: str
    department: str
    state: str
    state_label: str
    submitted_at: str
    digest: str


class Delivery(TypedDict):
    id: int
    post: str
    title: str
    channel: str
    part: int
    state: str
    due_at: str
    published_at: str | None
    remote_id: str | None
    url: str | None
    attempts: int
    problem: str | None


class ThreadPart(TypedDict):
    id: int
    part: int
    state: str
    url: str | None
    problem: str | None


class Thread(TypedDict):
    id: int
    post: str
    channel: str
    parts: int
    stands: int
    decision: str | None
    reason: str | None
    deliveries: list[ThreadPart]


class Setting(TypedDict):
    name: str
    meaning: str
    secret: bool
    given: bool


class Channel(TypedDict):
    channel: str
    label: str
    offered: bool
    sends: bool
    settings: list[Setting]


Blackout = TypedDict(
    "Blackout",
    {
        "id": int,
        "from": str,
        "to": str,
        "kind": str,
        "why": str,
        "channels": list[str],
        "tags": list[str],
        "words": list[str],
        "set_by": str,
        "lift_asked_by": str | None,
        "lifted_by": str | None,
    },
)


class User(TypedDict):
    person: str
    role: str
    active: bool
    last_login: str | None


class Message(TypedDict):
    id: int
    created_at: str
    channel: str
    address: str
    subject: str
    state: str
    attempts: int
    problem: str | None


class SyncItem(TypedDict):
    path: str
    taken: str
    person: str
    commit: str
    submission: int | None
    findings: list[Finding]


class Sync(TypedDict):
    commit: str
    older: str
    at: str
    items: list[SyncItem]
    problem: str


OUTPUTS: dict[str, Any] = {
    "check": list[Finding],
    "explain": list[Rule],
    "render": Bundle,
    "queue": list[Submission],
    "schedule": list[Delivery],
    "deliveries": list[Delivery],
    "threads": list[Thread],
    "channels": list[Channel],
    "blackout list": list[Blackout],
    "sync": Sync,
    "admin people": list[User],
    "admin notices": list[Message],
}


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each command's output, by the command."""
    return {command: _titled(command, TypeAdapter(form).json_schema()) for command, form in OUTPUTS.items()}


def _titled(command: str, schema: dict[str, Any]) -> dict[str, Any]:
    for form in (schema, *schema.get("$defs", {}).values()):
        if "properties" in form:
            form["additionalProperties"] = False  # so that a test sees a key that nobody published
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"dxbot {command} --json"}
    return {**schema, **head}
