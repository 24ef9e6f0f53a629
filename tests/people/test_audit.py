"""The audit log cannot be changed through the database, and shows it if it was changed behind its back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC

import pytest
from django.db import DatabaseError, connection, transaction

from bot.config import ROOT
from bot.services.records import audit
from bot.store.models import AuditEntry, User
from bot.workflow.actors import Role
from tests.office import TUESDAY as LOCAL
from tests.office import Office
from tests.owner import as_owner, sql
from tests.people.browser import Browser

TUESDAY = LOCAL.astimezone(UTC)  # as every clock of ours gives it


@pytest.fixture
def entries(office: Office) -> list[AuditEntry]:
    with transaction.atomic():
        for number in range(5):
            audit.record(TUESDAY, "kouhou", "approve", f"submission:{number}", digest="d" * 64, detail="理由")
    return list(AuditEntry.objects.order_by("id"))


IN_THE_WAY = [
    "UPDATE store_auditentry SET actor = 'x'",
    "DELETE FROM store_auditentry",
    *(
        ["TRUNCATE store_auditentry"]
        if connection.vendor == "postgresql"
        else [
            "INSERT OR REPLACE INTO store_auditentry SELECT id, at, 'x', verb, object, digest, detail, previous_hash, hash "
            "FROM store_auditentry",
            "REPLACE INTO store_auditentry (at, actor, verb, object, digest, detail, previous_hash, hash) "
            "SELECT at, 'x', verb, object, digest, detail, previous_hash, hash FROM store_auditentry",
        ]
    ),
]


@pytest.mark.parametrize("statement", IN_THE_WAY)
def test_the_database_refuses_to_change_remove_or_replace_an_entry(entries: list[AuditEntry], statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        sql(statement)
    assert list(AuditEntry.objects.order_by("id")) == entries
    assert {e.actor for e in AuditEntry.objects.all()} == {"kouhou"}


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there a statement is refused, and no row is looked for")
def test_an_entry_of_a_long_log_is_written_in_as_many_steps_as_one_of_a_short_log(office: Office) -> None:
    """Also where the database's statistics were made when the log was short: SQLite believes them for ever."""
    _steps(1)
    sql("ANALYZE store_auditentry")
    short = _steps(1)
    for _ in range(20):
        _steps(100)
    assert _steps(1) < 2 * short


def _steps(entries: int) -> int:
    """Of SQLite's machine, in tens."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.close()  # statistics are read when a database is opened
    connection.ensure_connection()
    with transaction.atomic():
        connection.connection.set_progress_handler(count, 10)
        for number in range(entries):
            audit.record(TUESDAY, "kouhou", "approve", f"submission:{number}", digest="d" * 64, detail="理由")
    return taken


def test_our_own_code_cannot_change_or_remove_an_entry(entries: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(id=entries[0].id).update(actor="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entries[0].delete()


@pytest.mark.parametrize("column", ["at", "actor", "verb", "object", "digest", "detail", "previous_hash", "hash"])
def test_an_edit_of_any_column_is_found_with_its_number(entries: list[AuditEntry], column: str) -> None:
    with as_owner():
        sql(
            f"UPDATE store_auditentry SET {column} = %s WHERE id = %s",  # noqa: S608 a fixed list of columns
            "2020-01-01 00:00:00" if column == "at" else "f" * 40,
            entries[2].id,
        )
    with pytest.raises(audit.BrokenLog) as found:
        audit.verify()
    assert found.value.summary.startswith(f"操作の記録の{entries[2].id}番")


@pytest.mark.parametrize("gone", [0, 2, 3])
def test_a_missing_entry_is_found_at_the_one_after_it(entries: list[AuditEntry], gone: int) -> None:
    with as_owner():
        sql("DELETE FROM store_auditentry WHERE id = %s", entries[gone].id)
    with pytest.raises(audit.BrokenLog, match=str(entries[gone + 1].id)):
        audit.verify()


def test_two_entries_that_changed_places_are_found(entries: list[AuditEntry]) -> None:
    first, second = entries[1].id, entries[2].id
    with as_owner():
        for old, new in ((first, -1), (second, first), (-1, second)):
            sql("UPDATE store_auditentry SET id = %s WHERE id = %s", new, old)
    with pytest.raises(audit.BrokenLog):
        audit.verify()


def test_a_cut_off_end_shows_against_a_hash_that_was_noted_down(entries: list[AuditEntry]) -> None:
    with as_owner():
        sql("DELETE FROM store_auditentry WHERE id = %s", entries[4].id)
    assert audit.verify() == entries[3]
    with pytest.raises(audit.BrokenLog, match="expected hash"):
        audit.verify(entries[4].hash)


def test_a_log_written_anew_with_good_hashes_shows_against_a_hash_that_was_noted_down(entries: list[AuditEntry]) -> None:
    noted = entries[4].hash
    assert audit.verify(noted) == entries[4]
    with as_owner():
        sql("DELETE FROM store_auditentry")
    with transaction.atomic():
        for number in range(5):
            audit.record(TUESDAY, "somebody", "approve", f"submission:{number}")
    audit.verify()
    with pytest.raises(audit.BrokenLog):
        audit.verify(noted)


def test_a_whole_log_gives_the_hash_to_note_down(entries: list[AuditEntry]) -> None:
    last = audit.verify()
    assert last is not None
    assert audit.verify(last.hash) == last
    assert audit.entry_hash(AuditEntry.objects.get(id=last.id)) == last.hash


@pytest.mark.parametrize("text", ["前\0後", "前\ud83d後", "前\ud83d\0"])
def test_what_no_database_keeps_does_not_break_the_chain(office: Office, text: str) -> None:
    with transaction.atomic():
        audit.record(TUESDAY, "kouhou", "comment", "submission:1", detail=text)
        audit.record(TUESDAY, "kouhou", "comment", "submission:2")
    audit.verify()
    kept = AuditEntry.objects.get(object="submission:1").detail
    assert kept.startswith("前")
    assert len(kept) == len(text)


def test_an_empty_log_is_whole(office: Office) -> None:
    assert audit.verify() is None


def test_the_command_names_the_entry_in_one_sentence(entries: list[AuditEntry]) -> None:
    command = [sys.executable, "-m", "bot", "admin", "audit", "verify"]
    whole = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=False)
    assert (whole.returncode, entries[-1].hash in whole.stdout) == (0, True), whole.stderr
    with as_owner():
        sql("UPDATE store_auditentry SET detail = 'x' WHERE id = %s", entries[3].id)
    broken = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=False)
    assert broken.returncode == 1
    assert f"{entries[3].id}番" in broken.stderr
    assert "Traceback" not in broken.stderr


@pytest.mark.parametrize(
    ("role", "status"), [(Role.AUDITOR, 200), (Role.OPERATOR, 200), (Role.OFFICER, 403), (Role.LEADER, 403)]
)
def test_auditor_and_operator_read_the_log_and_nobody_else(
    entries: list[AuditEntry], add: Callable[[str, Role], User], browser: Browser, role: Role, status: int
) -> None:
    add("reader", role)
    browser.log_in("reader")
    page = browser.get("/audit/")
    assert page.status_code == status
    assert ("申請 4" in page.text) is (status == 200)


def test_an_auditor_sees_all_and_is_offered_nothing_to_do(
    office: Office, add: Callable[[str, Role], User], browser: Browser
) -> None:
    submission = office.submit(office.post())
    add("kansa", Role.AUDITOR)
    browser.log_in("kansa")
    page = browser.get(f"/submissions/{submission.id}/").text
    assert submission.title in page
    for act in ("approve", "return", "withdraw", "confirm"):
        assert f"/submissions/{submission.id}/{act}/" not in page
        assert browser.post(f"/submissions/{submission.id}/{act}/", "/tokens/", reason="x").status_code == 403
