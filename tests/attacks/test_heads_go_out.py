"""The head of a day is with others before anybody can think of changing the day: by mail, chat and commit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.repository.failure import GitFailed
from bot.services.records import audit, days, signing
from bot.services.telling import heads
from bot.store.heads import DayHead
from tests.notices.conftest import Desk as Mailroom
from tests.notices.conftest import desk as mailroom
from tests.notices.conftest import mail, room
from tests.notices.servers import Chat, MailServer
from tests.office import TOKYO, Office
from tests.sync.desk import Desk
from tests.sync.origin import git

__all__ = ["mail", "mailroom", "room"]
MIDNIGHT = datetime(2026, 12, 2, tzinfo=TOKYO)


def note(office: Office) -> None:
    audit.note(office.ctx, "kouhou", "approve", "submission:1")


def test_operators_auditors_and_the_chat_get_each_days_head_at_the_days_end(
    mailroom: Mailroom, mail: MailServer, room: Chat
) -> None:
    note(mailroom.office)
    mailroom.office.at(MIDNIGHT)
    mailroom.office.runner().sweep()
    mailroom.round()
    head = DayHead.objects.get()
    got = {to: text for to, _, text in mail.messages()}
    assert set(got) == {"unyou@example.jp", "kansa@example.jp"}
    assert all(days.letter(head) in text for text in got.values())
    assert days.letter(head) in json.loads(room.calls[-1][1])["text"]
    assert signing.signed(head.key, head.signature, days.letter(head).partition("signature: ")[0])


def test_a_lost_key_is_told_to_them_too(mailroom: Mailroom, mail: MailServer) -> None:
    note(mailroom.office)
    mailroom.office.at(MIDNIGHT)
    days.close(mailroom.office.ctx)
    mailroom.round()
    (mailroom.office.ctx.config.var_dir / "audit_key").unlink()
    mailroom.office.at(MIDNIGHT + timedelta(days=1, hours=1))
    days.close(mailroom.office.ctx)
    mailroom.round()
    assert [("署名できません" in text) for _, _, text in mail.messages()[2:]] == [True, True]


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(office, tmp_path)
    office.ctx = replace(office.ctx, config=replace(office.ctx.config, audit_branch="dxbot-audit"))
    note(office)
    office.at(MIDNIGHT)
    days.close(office.ctx)
    return made


def on_branch(desk: Desk, name: str) -> str:
    return git(desk.origin.bare, "show", f"dxbot-audit:{name}")


def test_a_day_is_committed_to_a_branch_of_its_own_and_the_posts_branch_stays(desk: Desk) -> None:
    before = git(desk.origin.bare, "rev-parse", "main")
    assert heads.push(desk.office.ctx) == 1
    assert on_branch(desk, "2026-12-01.txt") == DayHead.objects.get().statement.strip()
    assert heads.push(desk.office.ctx) == 0
    desk.office.at(MIDNIGHT + timedelta(days=2))
    days.close(desk.office.ctx)
    assert heads.push(desk.office.ctx) == 2
    names = git(desk.origin.bare, "ls-tree", "--name-only", "dxbot-audit").split()
    assert names == [f"2026-12-0{day}.{kind}" for day in (1, 2, 3) for kind in ("sig", "txt")]
    assert git(desk.origin.bare, "rev-list", "--count", "dxbot-audit") == "2"
    assert git(desk.origin.bare, "rev-parse", "main") == before


def test_what_somebody_added_to_the_branch_stays(desk: Desk) -> None:
    heads.push(desk.office.ctx)
    git(desk.origin.desk, "fetch", "--quiet", "origin", "dxbot-audit")
    git(desk.origin.desk, "checkout", "--quiet", "-b", "theirs", "FETCH_HEAD")
    (desk.origin.desk / "2026-12-01.txt").unlink()
    who = {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    git(desk.origin.desk, "commit", "--quiet", "-am", "forget", **who)
    git(desk.origin.desk, "push", "--quiet", "origin", "theirs:dxbot-audit")
    desk.office.at(MIDNIGHT + timedelta(days=1))
    days.close(desk.office.ctx)
    heads.push(desk.office.ctx)
    assert git(desk.origin.bare, "rev-list", "--count", "dxbot-audit") == "3"
    assert on_branch(desk, "2026-12-02.txt").startswith("dxbot audit head 1\nday: 2026-12-02")


def test_a_server_that_does_not_answer_gets_them_later(desk: Desk) -> None:
    away = desk.origin.bare.with_name("away")
    desk.origin.bare.rename(away)
    with pytest.raises(GitFailed):
        heads.push(desk.office.ctx)
    away.rename(desk.origin.bare)
    assert heads.push(desk.office.ctx) == 1


def test_the_posts_own_branch_is_refused(desk: Desk) -> None:
    config = replace(desk.office.ctx.config, audit_branch="main")
    with pytest.raises(ConfigError):
        heads.push(replace(desk.office.ctx, config=config))
