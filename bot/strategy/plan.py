"""content/strategy/plan.yml: the measures of the city's digital strategy, by number, with their steps by year."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from bot.config import may_exist
from bot.strategy import assessment
from bot.strategy.assessment import Assessment
from bot.values.document import load as load_values
from bot.values.node import Node

# The words of the plan's own table of steps; ⇒ means that the step of the year before goes on.
Stage = Literal["検討", "構築", "試行", "一部導入", "導入", "拡充", "⇒"]
LOGIC = ("inputs", "activities", "outputs", "outcomes")
_KEYS = ("name", "goals", "source", "steps", "logic", *assessment.KEYS)
_YEARS = (1989, 2100)


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """What the plan sets out to do, and by fiscal year how far."""

    name: str
    years: Mapping[int, Stage]


@dataclass(frozen=True, kw_only=True)
class LogicModel:
    """What is put in, what is done with it, what comes out, and what that changes for people."""

    inputs: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Measure:
    number: str
    name: str
    goals: tuple[str, ...] = ()
    source: str = ""
    steps: tuple[PlanStep, ...] = ()
    logic: LogicModel = LogicModel()
    assessment: Assessment = Assessment()

    def holds(self, number: str) -> bool:
        """It is this measure or one below it: 2 holds 2-1."""
        return number == self.number or number.startswith(f"{self.number}-")


def load(path: Path, readings: Collection[str] | None = None, reach: Collection[str] = ()) -> Mapping[str, Measure]:
    """By number; nothing where the file is missing. `readings` are the keys of the known figures (None: not looked at),
    `reach` those that count who was reached. Raises FileError naming file, line and measure."""
    if not may_exist(path):
        return {}
    root = load_values(path)
    return {} if root.empty else {number.text(): _measure(number.text(), v, readings, reach) for number, v in root.entries()}


def _measure(number: str, value: Node, readings: Collection[str] | None, reach: Collection[str]) -> Measure:
    entry = value.mapping(_KEYS, required=("name",))
    return Measure(
        number=number,
        name=entry["name"].required_text(),
        goals=entry["goals"].texts() if "goals" in entry else (),
        source=entry["source"].text() if "source" in entry else "",
        steps=tuple(_step(n) for n in entry["steps"].items()) if "steps" in entry else (),
        logic=_logic(entry["logic"], reach) if "logic" in entry else LogicModel(),
        assessment=assessment.read(entry, value, readings),
    )


def _step(value: Node) -> PlanStep:
    entry = value.mapping(("name", "years"), required=("name", "years"))
    years = {key.integer(*_YEARS): cast(Stage, stage.choice(get_args(Stage))) for key, stage in entry["years"].entries()}
    return PlanStep(name=entry["name"].required_text(), years=years)


def _logic(value: Node, reach: Collection[str]) -> LogicModel:
    entry = value.mapping(LOGIC)
    for outcome in entry["outcomes"].items() if "outcomes" in entry else []:
        # How many were reached is what the city put out; it says nothing about what changed for them.
        if outcome.text().strip() in reach:
            outcome.fail(
                "「outcomes」に、届いた数の指標は書けません", "outputs: に移し、市民の暮らしがどう変わったかを書いてください"
            )
    return LogicModel(**{key: node.texts() for key, node in entry.items()})
