"""What `--json` prints, against the forms that `dxbot schema --outputs` publishes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from bot.cli.outputs import OUTPUTS, schemas
from tests.cli.shell import Shell
from tests.office import write_post

LISTINGS = sorted(set(OUTPUTS) - {"sync", "render"})


@pytest.fixture
def busy(shell: Shell) -> Shell:
    """A desk where every listing has something to list."""
    tokens = {person: shell.token(person, role) for person, role in (("shimin-leader", "leader"), ("kouhou", "officer"))}
    mine, officer = {"DXBOT_TOKEN": tokens["shimin-leader"]}, {"DXBOT_TOKEN": tokens["kouhou"]}
    for name in ("first", "second"):
        path = write_post(shell.content, name, title=f"{name} の見本", extra="" if name == "first" else "slot: morning")
        assert shell.run("submit", path, **mine).returncode == 0
    number = str(json.loads(shell.run("queue", "--json").stdout)[0]["id"])
    approved = shell.run("approve", number, **officer)
    assert approved.returncode == 0, approved.stderr
    span = ("--from", "2027-04-16 0:00", "--to", "2027-04-26 0:00", "--why", "選挙（見本）", "--yes")
    entered = shell.run("blackout", "add", *span, **officer)
    assert entered.returncode == 0, entered.stderr
    write_post(shell.content, "bad", extra="x: {text: " + "あ" * 141 + "}")
    return shell


def document(shell: Shell, *arguments: str) -> Any:
    """Standard output, which is one JSON document and nothing else."""
    return json.loads(shell.run(*arguments).stdout)


def fits(command: str, value: Any) -> None:
    jsonschema.validate(value, schemas()[command], format_checker=jsonschema.FormatChecker())


def test_each_listing_has_the_form_that_is_published(busy: Shell) -> None:
    empty = []
    for command in LISTINGS:
        listed = document(busy, *command.split(), "--json")
        fits(command, listed)
        if not listed:
            empty.append(command)
    assert empty == ["admin notices", "threads"]  # nothing was mailed, and no thread broke
    fits("render", document(busy, "render", str(busy.content / "posts" / "first.md"), "--json"))


def test_a_key_that_nobody_published_is_seen() -> None:
    row = {"person": "kouhou", "role": "officer", "active": True, "last_login": None}
    fits("admin people", [row])
    with pytest.raises(jsonschema.ValidationError):
        fits("admin people", [row | {"password": "x"}])


def test_every_command_with_json_is_published(shell: Shell) -> None:
    """Found by asking click for each command, so that a new one cannot be forgotten."""
    probe = (
        "import click, json\n"
        "from bot.cli.main import cli\n"
        "def walk(command, name):\n"
        "    if isinstance(command, click.Group):\n"
        "        for each in command.list_commands(None):\n"
        "            yield from walk(command.get_command(None, each), [*name, each])\n"
        "    if any('--json' in p.opts for p in command.params):\n"
        "        yield ' '.join(name)\n"
        "print(json.dumps(sorted(walk(cli, []))))\n"
    )
    done = shell.python("-c", probe)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == sorted(OUTPUTS)


def test_the_forms_are_printed_and_written(shell: Shell) -> None:
    assert set(document(shell, "schema", "--outputs")) == set(OUTPUTS)
    folder = shell.content.parent / "forms"
    assert shell.run("schema", "--outputs", "-o", folder).returncode == 0
    assert {f.name for f in folder.iterdir()} == {f"{name.replace(' ', '-')}.schema.json" for name in OUTPUTS}
