"""Somebody who owns the database wants the record to say something else; a stranger with the public key must see it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import DatabaseError, connection, transaction

from bot import merkle
from bot.errors import ConfigError
from bot.options import Secret
from bot.services.records import audit, days, signing
from bot.store.heads import DayHead
from bot.store.models import AuditEntry
from tests.office import TOKYO, Office
from tests.owner import as_owner, sql

MIDNIGHT = datetime(2026, 12, 2, tzinfo=TOKYO)


def note(office: Office, *details: str) -> None:
    with transaction.atomic():
        for detail in details:
            audit.record(office.clock.now(), "kouhou", "approve", "submission:1", detail=detail)


@pytest.fixture
def three_days(office: Office) -> Office:
    """Two days with entries and one between them without, closed; and today's."""
    note(office, "一", "二", "三")
    office.at(MIDNIGHT + timedelta(days=1, hours=9))
    note(office, "四")
    office.at(MIDNIGHT + timedelta(days=2, minutes=1))
    note(office, "五")
    assert days.close(office.ctx) == 3
    return office


def check(office: Office) -> days.Checked:
    audit.verify()
    return days.verify(office.ctx, days.trusted(office.ctx))


def write_anew() -> None:
    """Every hash of the chain, made to fit again: what a forger does who has read our code."""
    link = ""
    for entry in AuditEntry.objects.order_by("id"):
        entry.previous_hash = link
        link = audit.entry_hash(entry)
        sql("UPDATE store_auditentry SET previous_hash = %s, hash = %s WHERE id = %s", entry.previous_hash, link, entry.id)


def test_each_day_gets_a_head_that_covers_its_own_entries(three_days: Office) -> None:
    heads = list(DayHead.objects.order_by("day"))
    assert [(h.day.day, h.size) for h in heads] == [(1, 3), (2, 0), (3, 1)]
    first = AuditEntry.objects.order_by("id")[:3]
    assert heads[0].root == merkle.root(bytes.fromhex(e.hash) for e in first).hex()
    assert (heads[1].last, heads[1].chain) == (heads[0].last, heads[0].chain)
    assert heads[2].previous == heads[1].digest
    checked = check(three_days)
    assert (checked.days, checked.open_days) == (3, 0)


def test_a_day_that_goes_on_is_not_closed(office: Office) -> None:
    note(office, "一")
    office.at(MIDNIGHT - timedelta(seconds=1))
    assert days.close(office.ctx) == 0
    office.at(MIDNIGHT)
    assert days.close(office.ctx) == 1
    assert days.close(office.ctx) == 0


def test_what_was_missed_while_nothing_ran_is_made_up_for_at_the_next_start(office: Office) -> None:
    note(office, "一")
    office.at(MIDNIGHT + timedelta(days=99, hours=9))
    note(office, "二")
    runner = office.runner()
    runner.sweep()
    assert check(office).open_days == 40
    runner.sweep()
    assert (check(office).days, check(office).open_days) == (100, 0)


def test_an_entry_that_comes_late_counts_with_the_day_that_is_open(office: Office) -> None:
    note(office, "一")
    office.at(MIDNIGHT)
    days.close(office.ctx)
    with transaction.atomic():
        audit.record(MIDNIGHT - timedelta(seconds=1), "kouhou", "approve", "submission:2")
    office.at(MIDNIGHT + timedelta(days=1))
    days.close(office.ctx)
    assert [h.size for h in DayHead.objects.order_by("day")] == [1, 2]
    check(office)


def test_a_changed_entry_with_every_later_hash_made_to_fit_is_found(three_days: Office) -> None:
    with as_owner():
        sql("UPDATE store_auditentry SET actor = %s WHERE detail = %s", "somebody", "二")
        write_anew()
    audit.verify()
    with pytest.raises(audit.BrokenLog, match="2026-12-01"):
        check(three_days)


@pytest.mark.parametrize("detail", ["三", "四"])
def test_a_removed_entry_is_found(three_days: Office, detail: str) -> None:
    with as_owner():
        sql("DELETE FROM store_auditentry WHERE detail = %s", detail)
        write_anew()
    with pytest.raises(audit.BrokenLog, match="2026-12-0"):
        check(three_days)


def test_a_day_signed_anew_without_the_key_is_found(three_days: Office) -> None:
    """The forger has the database, our code, and a key of their own."""
    with as_owner():
        sql("UPDATE store_auditentry SET actor = %s WHERE detail = %s", "somebody", "四")
        write_anew()
        sql("DELETE FROM store_dayhead")
    own = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    forger = replace(three_days.ctx, config=replace(three_days.ctx.config, audit_key=Secret(own.decode())))
    assert days.close(forger) == 3
    days.verify(forger, days.trusted(forger))
    with pytest.raises(audit.BrokenLog, match="another key"):
        check(three_days)


@pytest.mark.parametrize(
    ("column", "value"), [("root", "0" * 64), ("last", 1), ("signature", "0" * 128), ("day", "2026-12-09"), ("previous", "")]
)
def test_a_changed_head_is_found(three_days: Office, column: str, value: object) -> None:
    with as_owner():
        sql(f"UPDATE store_dayhead SET {column} = %s WHERE day = '2026-12-03'", value)  # noqa: S608 a fixed list
    with pytest.raises(audit.BrokenLog):
        check(three_days)


def test_days_closed_anew_with_the_true_key_differ_from_what_went_out(three_days: Office, tmp_path: Path) -> None:
    """The forger waits until the publisher itself signs what is left."""
    for name, data in days.as_files().items():
        (tmp_path / name).write_bytes(data)
    assert days.compare(tmp_path) == 3
    with as_owner():
        sql("DELETE FROM store_dayhead WHERE day = '2026-12-03'")
        sql("DELETE FROM store_auditentry WHERE detail = %s", "四")
        write_anew()
    assert days.close(three_days.ctx) == 1
    check(three_days)
    with pytest.raises(audit.BrokenLog, match=r"2026-12-03\.txt"):
        days.compare(tmp_path)


def test_a_removed_day_is_found(three_days: Office) -> None:
    with as_owner():
        sql("DELETE FROM store_dayhead WHERE day = '2026-12-02'")
    with pytest.raises(audit.BrokenLog, match="does not follow"):
        check(three_days)


def test_the_database_refuses_to_change_a_head(three_days: Office) -> None:
    for statement in ("UPDATE store_dayhead SET size = 0", "DELETE FROM store_dayhead"):
        with pytest.raises(DatabaseError, match="append-only"):
            sql(statement)


WITHOUT = {
    "sqlite": [
        "DROP TRIGGER audit_no_delete",
        "DROP TRIGGER head_no_update",
        "CREATE TRIGGER quiet BEFORE INSERT ON store_auditentry BEGIN SELECT RAISE(IGNORE); END",
    ],
    "postgresql": [
        "DROP TRIGGER audit_append_only ON store_auditentry",
        "ALTER TABLE store_dayhead DISABLE TRIGGER head_append_only",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE RULE quiet AS ON INSERT TO store_auditentry WHERE NEW.verb = 'approve' DO INSTEAD NOTHING",
    ],
}
BACK = {
    "sqlite": ["DROP TRIGGER IF EXISTS quiet"],
    "postgresql": [
        "DROP RULE IF EXISTS quiet ON store_auditentry",
        "ALTER TABLE store_dayhead ENABLE TRIGGER head_append_only",
    ],
}


@pytest.mark.parametrize("statement", WITHOUT[connection.vendor])
def test_triggers_that_were_taken_away_are_missed_and_can_be_put_back(three_days: Office, statement: str) -> None:
    sql(statement)
    try:
        with pytest.raises(audit.BrokenLog, match="triggers"):
            check(three_days)
    finally:
        for undo in BACK[connection.vendor]:
            sql(undo)
        days.protect(three_days.ctx, "(サーバー:dxbot)")
    check(three_days)
    with pytest.raises(DatabaseError, match="append-only"):
        sql("DELETE FROM store_auditentry")


def test_a_stranger_needs_openssl_and_the_public_key_alone(three_days: Office, tmp_path: Path) -> None:
    assert shutil.which("openssl")
    for name, data in days.as_files().items():
        (tmp_path / name).write_bytes(data)
    (public,) = days.trusted(three_days.ctx)
    (tmp_path / "audit.pem").write_text(signing.as_pem(public), encoding="ascii")
    assert signing.from_pem(tmp_path / "audit.pem") == public

    def openssl() -> str:
        asked = "pkeyutl -verify -pubin -inkey audit.pem -rawin -in 2026-12-03.txt -sigfile 2026-12-03.sig"
        return subprocess.run(["openssl", *asked.split()], cwd=tmp_path, capture_output=True, text=True, check=False).stdout

    assert "Signature Verified Successfully" in openssl()
    text = (tmp_path / "2026-12-03.txt").read_text(encoding="utf-8")
    (tmp_path / "2026-12-03.txt").write_text(text.replace("size: 1", "size: 2"), encoding="utf-8")
    assert "Signature Verified Successfully" not in openssl()


def test_the_key_is_the_owners_alone_and_never_written_over(three_days: Office) -> None:
    path = three_days.ctx.config.var_dir / "audit_key"
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    signing.make(three_days.ctx)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.glob("*audit_key*")] == ["audit_key"]


def test_a_machine_without_the_key_signs_nothing_and_says_so_once_a_day(three_days: Office) -> None:
    (three_days.ctx.config.var_dir / "audit_key").unlink()
    three_days.at(MIDNIGHT + timedelta(days=3, minutes=59))
    assert days.close(three_days.ctx) == 0
    assert not AuditEntry.objects.filter(verb=days.UNSEALED).exists()
    for _ in range(2):
        three_days.at(MIDNIGHT + timedelta(days=3, hours=1))
        assert days.close(three_days.ctx) == 0
    assert [e.object for e in AuditEntry.objects.filter(verb=days.UNSEALED)] == ["day:2026-12-04"]


def test_a_new_key_is_told_and_the_old_days_need_the_old_public_key(three_days: Office) -> None:
    old = days.trusted(three_days.ctx)
    new = days.new_key(three_days.ctx, "(サーバー:dxbot)")
    three_days.at(MIDNIGHT + timedelta(days=3))
    assert days.close(three_days.ctx) == 1
    assert [e.object for e in AuditEntry.objects.filter(verb=days.NEW_KEY)] == [f"key:{new}"]
    with pytest.raises(audit.BrokenLog, match="another key"):
        check(three_days)
    assert days.verify(three_days.ctx, old | {new}).days == 4


def test_a_key_of_another_kind_is_refused_without_a_word_of_it(three_days: Office) -> None:
    (three_days.ctx.config.var_dir / "audit_key").write_text("hunter2", encoding="ascii")
    with pytest.raises(ConfigError) as refused:
        three_days.runner()
    assert "hunter2" not in f"{refused.value.message}{refused.value.summary}{refused.value.next_step}"
