"""mutmut with strings left alone, over the core or over a sample of the services (docs/mutants.md).

`core` and `services` try the mutants of that part and say how many died. Anything else is mutmut's own:
`show NAME`, `run NAME`.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

import libcst as cst
from mutmut.__main__ import cli, copy_also_copy_files, copy_src_dir, create_mutants
from mutmut.mutation import mutators
from mutmut.stats import status_by_exit_code

CORE = (
    "bot.workflow.",
    "bot.schedule.",
    "bot.text.",
    "bot.render.bundle.",
    "bot.newsletter.kinsoku.",
    "bot.newsletter.compose.",
)
SERVICES = ("bot.services.delivery.", "bot.services.approval.")
SEED, SAMPLE = 18, 200


def without_strings() -> None:
    """A changed word in a sentence is no fault that a test should look for. mutmut has no option for it (3.8)."""
    kept = [(node, operator) for node, operator in mutators.mutation_operators if node is not cst.BaseString]
    if len(kept) == len(mutators.mutation_operators):
        raise SystemExit("mutmut's operator for strings is not where it was: look at mutmut/mutation/mutators.py")
    mutators.mutation_operators[:] = kept


def made() -> None:
    """All mutants, in the folder `mutants`; mutmut itself makes them only on its way to trying them."""
    Path("mutants").mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(2)


def results() -> dict[str, int | None]:
    """The exit code of the tests by mutant, None where it has not been tried."""
    found: dict[str, int | None] = {}
    for meta in Path("mutants").rglob("*.py.meta"):
        found |= json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def chosen(part: str) -> list[str]:
    """All mutants of the core, or a few of the services: those whose names come first by a digest, so that a change of the
    code elsewhere changes none of them."""
    if part == "core":
        return sorted(name for name in results() if name.startswith(CORE))
    names = (name for name in results() if name.startswith(SERVICES))
    return sorted(sorted(names, key=lambda name: sha256(f"{SEED} {name}".encode()).digest())[:SAMPLE])


def tried(part: str) -> None:
    """Those that have no result yet, so that what was interrupted goes on. One at a time: all share the tests' database."""
    if left := [name for name in chosen(part) if results()[name] is None]:
        cli(["run", "--max-children", "1", *left], standalone_mode=False)


def told(part: str) -> None:
    states = {name: status_by_exit_code[results()[name]] for name in chosen(part)}
    alive = {name: state for name, state in states.items() if state in ("survived", "no tests", "not checked")}
    for name, state in alive.items():
        print(f"{state}: {name}")
    print(f"{part}: {len(states) - len(alive)} of {len(states)} died, {1 - len(alive) / len(states):.1%}")


if __name__ == "__main__":
    without_strings()
    if sys.argv[1:] in (["core"], ["services"]):
        made()
        tried(sys.argv[1])
        told(sys.argv[1])
    else:
        cli()
