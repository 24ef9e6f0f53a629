"""dxbot threads: what stands of a thread that broke, and each way out of it."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from tests.cli.shell import Shell
from tests.office import write_post, write_schedules

LONG = "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(24)) + "\n"
PEOPLE = {"shimin-leader": "leader", "kouhou": "officer", "kouhou-2": "officer"}
# In one process, which takes a second of its own: people with keys, an approved thread, and its break.
PREPARE = """
import json, sys
from pathlib import Path
from bot.cli.office import office
ctx = office()
from bot.services.approval import review, submit
from bot.services.people import accounts
from bot.store.models import Delivery
from bot.workflow.actors import Role
users = {p: accounts.set_up_user(ctx, p, Role(r), "a-long-enough-passphrase") for p, r in json.loads(sys.argv[1]).items()}
made = submit.submit(ctx, users["shimin-leader"].actor, Path(sys.argv[2]))
review.approve(ctx, users["kouhou"].actor, made.id, made.digest)
for part in (0, 1):
    stands = {"remote_id": f"123{part}", "url": f"https://x.com/i/status/123{part}"}
    Delivery.objects.filter(part=part).update(state="published", **stands)
Delivery.objects.filter(part=2).update(state="failed", problem="配信先が掲載を断りました")
Delivery.objects.filter(part__gt=2).update(state="cancelled", problem="前の投稿が出なかったため")
print(json.dumps({person: accounts.issue_token(ctx, user, "test").reveal() for person, user in users.items()}))
"""


class Desk:
    """A thread of four of which two parts stand, and those who may decide on it. `number` is that of its first delivery."""

    number = "1"

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        shell.env["DXBOT_SCHEDULES_DIR"] = str(write_schedules(shell.content / "schedules"))
        post = write_post(
            shell.content, channels="x", images="", extra="publish: 2030-04-17 12:15\nx: {thread: true}", body=LONG
        )
        self._tokens = json.loads(self.python(PREPARE, json.dumps(PEOPLE), str(post)))

    def python(self, code: str, *arguments: str) -> str:
        done = self.shell.python("-c", code, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def threads(self, person: str, *arguments: str) -> tuple[int, str]:
        """Exit code, and what was said."""
        done = self.shell.run("threads", *arguments, DXBOT_TOKEN=self._tokens[person])
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    def states(self) -> list[str]:
        rows = json.loads(self.shell.run("deliveries", "--json").stdout)
        return [row["state"] for row in sorted(rows, key=lambda row: row["id"])]

    def listed(self) -> str:
        return self.shell.run("threads").stdout

    def half(self) -> dict[str, Any]:
        (row,) = json.loads(self.shell.run("threads", "--json").stdout)
        return cast("dict[str, Any]", row)


@pytest.fixture
def desk(shell: Shell) -> Desk:
    return Desk(shell)


def test_the_list_shows_what_stands_and_why_the_rest_does_not(desk: Desk) -> None:
    shown = desk.listed()
    assert "一部配信済み（4件のうち2件）" in shown
    assert "3  配信できず  配信先が掲載を断りました" in shown
    assert "1件" in shown
    half = desk.half()
    assert (half["id"], half["parts"], half["stands"], half["decision"]) == (int(desk.number), 4, 2, None)
    assert [d["url"] for d in half["deliveries"]] == ["https://x.com/i/status/1230", "https://x.com/i/status/1231", None, None]


def test_it_is_gone_on_with_at_an_hour(desk: Desk) -> None:
    code, said = desk.threads("kouhou", "go-on", desk.number, "--at", "2030-05-01 12:15")
    assert (code, "続きを 2030-05-01 12:15 に出します" in said) == (0, True), said
    assert desk.states() == ["published", "published", "scheduled", "waiting"]
    assert "0件" in desk.listed()


def test_it_is_left_with_a_reason(desk: Desk) -> None:
    code, said = desk.threads("kouhou", "leave", desk.number, "--reason", "要点は伝わっているため")
    assert (code, "記録しました" in said) == (0, True), said
    assert "このままにする" in desk.listed()
    row = desk.half()
    assert (row["decision"], row["reason"]) == ("leave", "要点は伝わっているため")


def test_it_is_taken_down_by_one_signed_by_another_and_settled(desk: Desk) -> None:
    code, said = desk.threads("kouhou", "take-down", desk.number, "--reason", "半分では誤解されるため")
    assert (code, "2件の削除を始めました" in said) == (0, True), said
    assert "半分では誤解されるため  署名待ち" in desk.listed()
    code, said = desk.threads("kouhou", "sign", "1")
    assert (code, "決めた本人のため署名できません" in said) == (1, True), said
    assert desk.threads("kouhou-2", "sign", "1") == (0, "署名しました。\n")
    assert "半分では誤解されるため  kouhou-2" in desk.listed()
    code, said = desk.threads("kouhou", "settle", desk.number, "--gone")
    assert (code, "人の判断を待っている削除ではありません" in said) == (1, True), said
    undecided = "from bot.cli.office import office; office(); from bot.store.threads import Removal as R; "
    desk.python(undecided + "R.objects.update(state='undecided')")
    assert desk.threads("kouhou", "settle", desk.number, "--gone")[0] == 0
    assert desk.threads("kouhou", "settle", str(int(desk.number) + 1), "--again")[0] == 0
    assert desk.states()[:2] == ["removed", "published"]


WRONG: list[tuple[str, tuple[str, ...], int, str]] = [
    ("shimin-leader", ("go-on", "{}"), 1, "権限がありません"),
    ("shimin-leader", ("take-down", "{}", "--reason", "理由"), 1, "権限がありません"),
    ("shimin-leader", ("leave", "{}", "--reason", "理由"), 1, "権限がありません"),
    ("shimin-leader", ("sign", "1"), 1, "権限がありません"),
    ("shimin-leader", ("settle", "{}", "--gone"), 1, "権限がありません"),
    ("kouhou", ("go-on", "999"), 1, "配信 999"),
    ("kouhou", ("take-down", "999", "--reason", "理由"), 1, "配信 999"),
    ("kouhou", ("leave", "999", "--reason", "理由"), 1, "配信 999"),
    ("kouhou", ("sign", "999"), 1, "署名できません"),
    ("kouhou", ("settle", "999", "--gone"), 1, "人の判断を待っている削除ではありません"),
    ("kouhou", ("go-on", "{}", "--at", "あした"), 2, "2026-12-01 12:15 の形"),
    ("kouhou", ("go-on", "{}", "--at", "2020-01-01 12:15"), 1, "これからの時刻"),
    ("kouhou", ("leave", "{}", "--reason", " "), 1, "理由が要ります"),
    ("kouhou", ("take-down", "{}"), 2, "--reason"),
    ("kouhou", ("go-on", "いち"), 2, "いち"),
    ("kouhou", ("go-on", str(10**30)), 1, "配信"),
]


def test_what_is_wrong_is_one_sentence_and_changes_nothing(desk: Desk) -> None:
    before = desk.states()
    for person, arguments, code, words in WRONG:
        done, said = desk.threads(person, *(word.format(desk.number) for word in arguments))
        assert (done, words in said) == (code, True), (arguments, said)
    assert desk.states() == before
    assert desk.half()["decision"] is None
