"""A wished time that cannot be met is refused where a post is handed in, not only when somebody approves it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.services.approval.review import return_
from bot.services.approval.submit import AlreadyPublished, NotReady
from bot.store.models import AuditEntry, Submission
from tests.office import TUESDAY, Office


def refused(office: Office, path: Path) -> dict[str, str]:
    with pytest.raises(NotReady) as error:
        office.submit(path)
    return {f.rule: f.message for f in error.value.findings}


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        ("publish: 2026-12-01 08:59", "timing.past"),
        ("publish: 2026-12-13 22:00", "timing.closed"),  # a Sunday night
        ("publish: 2026-12-02 12:15\nexpires: 2026-12-01", "timing.expires"),
        ("slot: ランチ", "timing.slot"),
    ],
)
def test_a_time_that_cannot_be_met_is_refused_and_nothing_is_kept(office: Office, extra: str, rule: str) -> None:
    assert list(refused(office, office.post(extra=extra))) == [rule]
    assert not Submission.objects.exists()
    assert not AuditEntry.objects.exists()


def with_rules(office: Office, blackouts: str) -> None:
    """A schedule of the office's own, read as a process reads it at its start."""
    folder = office.folder.parent / "schedules"
    shutil.copytree(ROOT / "schedules", folder, dirs_exist_ok=True)
    (folder / "blackouts.yml").write_text(blackouts, encoding="utf-8")
    office.ctx = replace(office.ctx, config=replace(office.ctx.config, schedules_dir=folder))


def test_a_blackout_is_told_with_its_reason(office: Office) -> None:
    with_rules(office, "[{from: 2026-12-02, to: 2026-12-03, why: 選挙期間}]")
    assert "（選挙期間）" in refused(office, office.post(extra="publish: 2026-12-02 12:15"))["timing.blackout"]


def test_a_schedule_that_cannot_be_read_refuses_a_wish_with_its_place(office: Office) -> None:
    with_rules(office, "- {from: 2026-12-02}\n")
    path = office.post(extra="publish: 2026-12-02 12:15")
    found = refused(office, path)
    assert list(found) == ["content.settings"]
    assert "blackouts.yml の1行目" in found["content.settings"]
    with_rules(office, "[]")
    assert office.submit(path).state == "submitted"


def test_the_same_content_is_the_same_submission_also_when_its_time_has_passed(office: Office) -> None:
    path = office.post(channels="x, facebook", extra="publish: 2026-12-01 10:00")
    submission = office.submit(path)
    with_rules(office, "- {from: 2026-12-02}\n")
    assert office.submit(path).id == submission.id  # nor when the schedule cannot be read meanwhile
    with_rules(office, "[]")
    office.approve(submission)
    office.at(TUESDAY + timedelta(hours=1))
    assert office.submit(path).id == submission.id
    office.publish_all()
    assert set(office.states().values()) == {"published"}
    office.at(TUESDAY + timedelta(days=30))
    assert office.submit(path).id == submission.id
    assert Submission.objects.count() == 1


def test_what_is_out_is_called_out_and_not_late(office: Office) -> None:
    given = {"channels": "x, facebook", "extra": "publish: 2026-12-01 10:00"}
    office.approved(**given)
    office.publish_all()
    with pytest.raises(AlreadyPublished):
        office.submit(office.post(body="直した文です（見本）。\n", **given))


def test_other_content_and_what_was_given_back_are_asked_anew(office: Office) -> None:
    extra = "publish: 2026-12-01 10:00"
    path = office.post(extra=extra)
    submission = office.submit(path)
    office.at(TUESDAY + timedelta(hours=2))
    assert list(refused(office, office.post(extra=extra, body="直した文です（見本）。\n"))) == ["timing.past"]
    return_(office.ctx, office.officer, submission.id, "時刻を過ぎました")
    assert list(refused(office, office.post(extra=extra))) == ["timing.past"]


def test_all_that_is_wrong_is_told_at_once(office: Office) -> None:
    both = office.post(extra="slot: lunhc\nx: {text: " + "あ" * 141 + "}")
    assert refused(office, both).keys() == {"timing.slot", "limits.length"}
