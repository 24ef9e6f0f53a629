"""What `--json` prints, command by command: the forms that other programs may rely on, published by `dxbot schema --outputs`.

A key may come to a form; none is taken away or given another meaning without a line in CHANGELOG.md. Moments are ISO 8601 with
their offset; what may be null is not known, or does not apply.
"""

from __future__ import annotations

from typing import Any, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from bot.checks.finding import Level


class Replacement(TypedDict):
    wrong: str
    right: str


class Finding(TypedDict):
    rule: str
    level: Level
    path: str
    line: int
    column: int
    message: str
    advice: str
    silenced: str
    replacement: Replacement | None


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
    rule: NotRequired[str]  # of a chart: the hash of its data and drawing rule


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


class KeptMark(TypedDict):
    entry: int
    at: str
    in_log: bool


class Mark(TypedDict):
    places: list[str]
    marks: list[KeptMark]
    problem: str | None
    stops: list[str]
    to_be_looked_for: int


class Exam(TypedDict):
    check: str
    label: str
    about: str
    state: str
    seen: str
    why: str
    todo: str


class Address(TypedDict):
    name: str
    url: str


class PublishedPost(TypedDict):
    id: str
    title: str
    day: str
    where: list[Address]


class Reading(TypedDict):
    value: str | None
    numerator: str | None
    denominator: str | None
    date: str
    date_of: str
    source: str
    source_url: str
    missing: str


class Indicator(TypedDict):
    key: str
    name: str
    kind: str
    unit: str
    readings: list[Reading]


class PlanStep(TypedDict):
    name: str
    years: dict[str, str]


class Assessment(TypedDict):
    key: str
    name: str
    said: str
    source: str
    achievement: str
    as_of: str | None
    old: bool
    reason: str
    next: str
    owner: str
    steps: list[PlanStep]
    logic: dict[str, list[str]]
    readings: list[Indicator]
    links: list[str]
    posts: list[PublishedPost]


class Turnaround(TypedDict):
    handed_in: int
    out: int
    median_days: float | None
    returned: int
    reasons: dict[str, int]


class Achievement(TypedDict):
    city: str
    licence: str
    day: str
    fiscal_year: int | None
    recommendations: list[Assessment]
    measures: list[Assessment]
    untold: list[str]
    posts: Turnaround


OUTPUTS: dict[str, Any] = {
    "admin mark show": Mark,
    "doctor": list[Exam],
    "report achievement": Achievement,
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
