"""Stamps of time on the audit log's days: kept when right, asked for again when not, checked by anybody with OpenSSL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from bot import record_check
from bot.errors import ConfigError
from bot.options import Secret
from bot.record_check import NotWhole
from bot.services.pages import record_files
from bot.services.records import audit, days, stamps
from bot.services.telling import notices
from bot.store.heads import DayHead, DayStamp
from bot.store.models import AuditEntry, Submission, User
from bot.store.notices import Notice
from bot.workflow.actors import Role
from tests.attacks.authority_of_time import AuthorityOfTime
from tests.office import Office
from tests.owner import as_owner, sql


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[AuthorityOfTime]:
    authority = AuthorityOfTime(tmp_path / "tsa")
    yield authority
    authority.close()


@pytest.fixture
def stamped(office: Office, tsa: AuthorityOfTime) -> Office:
    """The office asks the authority; one day is over and has its head."""
    config = replace(office.ctx.config, tsa_url=Secret(f"http://{tsa.host}/ts"), tsa_roots=str(tsa.roots))
    office.ctx = replace(office.ctx, config=config)
    office.approved(channels="x")
    a_day_later(office)
    return office


def a_day_later(office: Office) -> None:
    office.at(office.clock.now() + timedelta(days=1))
    days.close(office.ctx)


def test_each_day_is_stamped_once_and_openssl_says_that_it_is_right(
    stamped: Office, tsa: AuthorityOfTime, tmp_path: Path
) -> None:
    runner = stamped.runner()
    assert [runner.stamp(), runner.stamp()] == [1, 0]
    head, stamp = DayHead.objects.get(), DayStamp.objects.get()
    assert (stamp.authority, len(tsa.seen)) == ("127.0.0.1", 1)
    assert head.statement.encode() not in tsa.seen[0]
    for name, data in (days.as_files() | stamps.as_files()).items():
        (tmp_path / name).write_bytes(data)
    told = ("-data", f"{head.day}.txt", "-in", f"{head.day}.tsr", "-CAfile", str(tsa.roots))
    ran = subprocess.run(["openssl", "ts", "-verify", *told], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in ran.stdout
    assert stamps.verify(stamped.ctx) == 1


@pytest.mark.parametrize("fault", ["503", "404", "garbage"])
def test_a_failure_is_asked_for_again_after_a_while_and_told_after_hours(
    stamped: Office, tsa: AuthorityOfTime, fault: str
) -> None:
    runner, tsa.fault = stamped.runner(), fault
    assert [runner.stamp(), runner.stamp()] == [0, 0]
    assert len(tsa.seen) == 1
    stamped.at(stamped.clock.now() + timedelta(hours=9))
    assert runner.stamp() == 0
    stamped.at(stamped.clock.now() + timedelta(hours=1))
    assert runner.stamp() == 0
    assert [e.object for e in AuditEntry.objects.filter(verb=stamps.UNSTAMPED)] == ["day:2026-12-01"]
    tsa.fault = ""
    stamped.at(stamped.clock.now() + timedelta(minutes=10))
    assert runner.stamp() == 1


def test_people_are_told_with_no_word_of_the_password(stamped: Office, tsa: AuthorityOfTime) -> None:
    tsa.fault = "503"
    with_password = Secret(f"http://city:se%20cret@{tsa.host}/ts")
    stamped.ctx = replace(stamped.ctx, config=replace(stamped.ctx.config, tsa_url=with_password))
    authority = stamps.Authority(stamped.ctx)
    User.objects.create(username="unyou", role=Role.OPERATOR, email="unyou@example.jp")
    stamped.at(stamped.clock.now() + timedelta(hours=9))
    assert authority.look() == 0
    mail = replace(stamped.ctx, config=replace(stamped.ctx.config, smtp_server="127.0.0.1:25"))
    while notices.take_in(mail):
        pass
    lines = [row.line for row in Notice.objects.filter(kind="seal", address="unyou@example.jp")]
    assert any("2026-12-01 の操作の記録の署名に、時刻の証明をまだもらえません（503）" in line for line in lines)
    assert not [line for line in [*lines, repr(authority.ctx.config)] if "se cret" in line or "se%20cret" in line]
    tsa.fault, tsa.password = "", "city:se cret"
    stamped.at(stamped.clock.now() + timedelta(minutes=10))
    assert authority.look() == 1


def test_an_answer_for_another_day_or_of_another_authority_is_no_stamp(
    stamped: Office, tsa: AuthorityOfTime, tmp_path: Path
) -> None:
    assert stamped.runner().stamp() == 1
    a_day_later(stamped)
    tsa.fault = "replay"
    assert stamped.runner().stamp() == 0
    other = AuthorityOfTime(tmp_path / "other", "somebody else")
    try:
        stamped.ctx = replace(stamped.ctx, config=replace(stamped.ctx.config, tsa_url=Secret(f"http://{other.host}/")))
        assert stamped.runner().stamp() == 0
    finally:
        other.close()
    assert DayStamp.objects.count() == 1


def test_what_cannot_be_read_as_roots_shows_at_the_start(stamped: Office, tmp_path: Path) -> None:
    for roots in ("", str(tmp_path / "nothing.pem")):
        stamped.ctx = replace(stamped.ctx, config=replace(stamped.ctx.config, tsa_roots=roots))
        with pytest.raises(ConfigError, match="roots"):
            stamped.runner()


def test_a_machine_that_cannot_read_stamps_says_so_at_the_start_and_when_it_is_asked_to_verify(
    stamped: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stamped.runner().stamp() == 1
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    without = replace(stamped.ctx, config=replace(stamped.ctx.config, tsa_url=Secret("")))
    for ask in (lambda: stamps.Authority(stamped.ctx), lambda: stamps.verify(stamped.ctx), lambda: stamps.verify(without)):
        with pytest.raises(ConfigError) as refused:
            ask()
        assert "rfc3161-client" in refused.value.summary
        assert "requirements-distributed.lock" in refused.value.next_step
    stamped.ctx = without
    assert stamped.runner().stamp() == 0


def test_a_stamp_cannot_be_changed_and_a_foreign_one_is_found(stamped: Office) -> None:
    assert stamped.runner().stamp() == 1
    a_day_later(stamped)
    assert stamped.runner().stamp() == 1
    first, second = DayStamp.objects.order_by("head__day")
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("UPDATE store_daystamp SET authority = 'x'")
    with as_owner():
        sql("UPDATE store_daystamp SET token = %s WHERE id = %s", bytes(first.token), second.id)
    with pytest.raises(audit.BrokenLog, match="2026-12-02"):
        stamps.verify(stamped.ctx)
    without = replace(stamped.ctx, config=replace(stamped.ctx.config, tsa_url=Secret("")))
    with pytest.raises(audit.BrokenLog, match="2026-12-02"):
        stamps.verify(without)


def test_the_record_of_a_post_holds_the_stamp_and_the_check_finds_a_foreign_one(stamped: Office, tmp_path: Path) -> None:
    assert stamped.runner().stamp() == 1
    number = Submission.objects.get().id
    found = record_files.files(stamped.ctx, stamped.officer, number)
    record_files.write(found, tmp_path)
    assert "1件付いています" in record_check.check(tmp_path / "record.json")[3]
    assert "127.0.0.1" in found["record.html"].decode()
    a_day_later(stamped)
    assert stamped.runner().stamp() == 1
    first, second = DayStamp.objects.order_by("head__day")
    with as_owner():
        sql("UPDATE store_daystamp SET token = %s WHERE id = %s", bytes(second.token), first.id)
    record_files.write(record_files.files(stamped.ctx, stamped.officer, number), tmp_path)
    with pytest.raises(NotWhole, match="2026-12-01 の時刻の証明"):
        record_check.check(tmp_path / "record.json")
