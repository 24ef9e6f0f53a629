"""dxbot blackout: entered after a look at what it holds, lifted by two people."""

from __future__ import annotations

import json

import pytest

from tests.cli.shell import Shell
from tests.office import write_post, write_schedules

SPAN = ("--from", "2030-04-16 0:00", "--to", "2030-04-26 0:00")


@pytest.fixture
def planned(shell: Shell) -> dict[str, str]:
    """Two officers' tokens; a post for X and Facebook is planned for 17 April 2030."""
    shell.env["DXBOT_SCHEDULES_DIR"] = str(write_schedules(shell.content / "schedules"))
    people = {"shimin-leader": "leader", "kouhou": "officer", "kouhou-2": "officer", "unyou": "operator"}
    tokens = {person: shell.token(person, role) for person, role in people.items()}
    write_post(shell.content, channels="x, facebook", extra="publish: 2030-04-17 12:15")
    shell.run("submit", shell.content / "posts" / "madoguchi.md", DXBOT_TOKEN=tokens["shimin-leader"])
    (row,) = json.loads(shell.run("queue", "--json").stdout)
    assert shell.run("approve", str(row["id"]), DXBOT_TOKEN=tokens["kouhou"]).returncode == 0
    return tokens


def _states(shell: Shell) -> list[str]:
    return sorted(d["state"] for d in json.loads(shell.run("deliveries", "--json").stdout))


def test_it_is_entered_after_a_look_and_lifted_by_two(shell: Shell, planned: dict[str, str]) -> None:
    kouhou = {"DXBOT_TOKEN": planned["kouhou"]}
    add = ("blackout", "add", *SPAN, "--why", "市議会議員選挙", "--kind", "選挙", "--channel", "x")
    asked = shell.run(*add, **kouhou)  # nobody answers
    assert asked.returncode == 1
    assert "2030-04-17 12:15  X  書かない窓口（見本）" in asked.stdout
    assert "Facebook" not in asked.stdout
    assert json.loads(shell.run("blackout", "list", "--json").stdout) == []
    assert _states(shell) == ["scheduled", "scheduled"]
    done = shell.run(*add, "--yes", **kouhou)
    assert "1件を保留にしました" in done.stdout
    assert _states(shell) == ["held", "scheduled"]
    (row,) = json.loads(shell.run("blackout", "list", "--json").stdout)
    assert (row["from"], row["channels"], row["set_by"]) == ("2030-04-15T15:00:00+00:00", ["x"], "kouhou")
    number = str(row["id"])
    assert shell.run("blackout", "lift", number, "--confirm", **kouhou).returncode == 1
    assert shell.run("blackout", "lift", number, "--reason", "無投票のため", **kouhou).returncode == 0
    own = shell.run("blackout", "lift", number, "--confirm", **kouhou)
    assert (own.returncode, "申し出た本人は" in own.stderr) == (1, True)
    assert "解除の申し出（kouhou）" in shell.run("blackout", "list").stdout
    assert shell.run("blackout", "lift", number, "--confirm", DXBOT_TOKEN=planned["kouhou-2"]).returncode == 0
    assert "解除済み（kouhou-2）" in shell.run("blackout", "list").stdout
    assert _states(shell) == ["held", "scheduled"]


@pytest.mark.parametrize(
    ("person", "arguments", "code", "words"),
    [
        ("shimin-leader", (*SPAN, "--why", "選挙"), 1, "権限がありません"),
        ("kouhou", ("--from", "あした", "--to", "2030-04-26 0:00", "--why", "選挙"), 2, "2027-04-16 0:00 の形"),
        ("kouhou", ("--from", "2030-04-26 0:00", "--to", "2030-04-16 0:00", "--why", "選挙"), 1, "終わりが始まりより前"),
        ("kouhou", (*SPAN, "--why", " "), 1, "理由がありません"),
        ("kouhou", (*SPAN, "--why", "選挙", "--channel", "twitter"), 1, "知らない配信先があります"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    shell: Shell, planned: dict[str, str], person: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = shell.run("blackout", "add", *arguments, "--yes", DXBOT_TOKEN=planned[person])
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "書かない窓口" not in done.stdout
    assert _states(shell) == ["scheduled", "scheduled"]
