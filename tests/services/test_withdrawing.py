"""Withdrawing what is out already: what is open ends, the rest is named, and the paper is the office's matter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import NotAllowed
from bot.services.approval import withdrawing
from bot.services.paper import column
from bot.services.telling import notices
from bot.store.models import AuditEntry, Delivery, Submission, User
from bot.store.notices import Notice
from bot.workflow.actors import Role
from tests.office import TUESDAY, Office

WISH = "publish: 2026-12-02 12:15"


def out_on(office: Office, *channels: str) -> Submission:
    """Approved for three networks and the paper, of which these have been published."""
    office.approved(extra=WISH)
    Delivery.objects.exclude(channel__in=channels).update(due_at=TUESDAY.replace(day=3), run_at=TUESDAY.replace(day=3))
    office.at(TUESDAY.replace(day=2, hour=12, minute=15))
    office.runner().beat()
    assert {d.channel for d in office.deliveries("published")} == set(channels)
    return Submission.objects.get()


def in_column(office: Office) -> list[int]:
    profile = column.press_of(office.ctx).profile
    return [s.id for s, _ in column.approved_for(office.ctx, profile, Submission.objects.get().issue)]


def test_what_is_open_ends_and_what_is_out_is_named_with_its_address(office: Office) -> None:
    made = out_on(office, "x")
    done = withdrawing.withdraw(office.ctx, office.author, made.id)
    assert done.ended == 2
    assert office.states() == {"x": "published", "instagram": "cancelled", "facebook": "cancelled"}
    assert office.deliveries("published")[0].url in done.told
    assert "取り下げました。" not in done.told
    made.refresh_from_db()
    assert made.state == "closed"


def test_the_text_stays_in_the_unsigned_column_and_the_office_is_asked(office: Office) -> None:
    made = out_on(office, "x")
    told = replace(office.ctx, config=replace(office.ctx.config, smtp_server="127.0.0.1:1"))
    User.objects.create(username="kouhou-2", role=Role.OFFICER, email="kouhou-2@example.jp")
    assert in_column(office) == [made.id]
    withdrawing.withdraw(office.ctx, office.author, made.id)
    assert in_column(office) == [made.id]
    while notices.take_in(told):
        pass
    (notice,) = Notice.objects.filter(kind="closed_post")
    assert "紙面の文は残しています" in notice.line


def test_what_is_wholly_out_is_not_withdrawn_and_nothing_of_it_changes(office: Office) -> None:
    made = out_on(office, "x", "instagram", "facebook")
    before = AuditEntry.objects.count()
    with pytest.raises(NotAllowed) as refusal:
        withdrawing.withdraw(office.ctx, office.author, made.id)
    assert "X（http" in refusal.value.summary
    assert "訂正" in refusal.value.next_step
    made.refresh_from_db()
    assert (made.state, AuditEntry.objects.count()) == ("approved", before)
    assert in_column(office) == [made.id]


def test_what_is_nowhere_out_is_withdrawn_as_a_whole(office: Office) -> None:
    office.approved()
    done = withdrawing.withdraw(office.ctx, office.author, Submission.objects.get().id)
    assert (done.stands, done.told) == ((), "取り下げました。")
    assert Submission.objects.get().state == "withdrawn"


def test_what_is_in_flight_is_not_tried_again_after_a_withdrawal(office: Office) -> None:
    office.approved(channels="x", extra=WISH)
    office.at(TUESDAY.replace(day=2, hour=12, minute=15))
    office.sandbox.fault("x", "reset_after")
    office.sandbox.fault("x", "500_before", on="read")
    runner = office.runner()
    runner.beat()
    assert office.states() == {"x": "unknown"}
    done = withdrawing.withdraw(office.ctx, office.author, Submission.objects.get().id)
    assert (done.ended, done.stands) == (0, ("X（結果不明）",))
    assert Submission.objects.get().state == "closed"
