"""What will not go out at its time is told beforehand, by the same rules that the gate will ask."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.schedule.rules import Rules
from bot.services.approval import review
from bot.services.delivery import outlook
from bot.store.models import Delivery
from tests.office import TOKYO, Office

NOON = "publish: 2026-12-02 12:15"
WEDNESDAY = "from: 2026-12-02, to: 2026-12-02, why: 弔意"


def known(office: Office, **changed: str) -> Rules:
    office.schedules(**changed)
    found = outlook.rules(office.ctx)
    assert isinstance(found, Rules)
    return found


@pytest.mark.parametrize(
    ("blackout", "held"),
    [
        ("[]", {}),
        (f"- {{{WEDNESDAY}}}", {"x": "弔意", "facebook": "弔意"}),
        (f"- {{{WEDNESDAY}, channels: [x]}}", {"x": "弔意"}),
        (f"- {{{WEDNESDAY}, words: [書く回数]}}", {"x": "弔意", "facebook": "弔意"}),
        (f"- {{{WEDNESDAY}, words: [花火]}}", {}),
        (f"- {{{WEDNESDAY}, words: [花火], tags: [窓口]}}", {"x": "弔意", "facebook": "弔意"}),
        (f"- {{{WEDNESDAY.replace('12-02', '12-03')}}}", {}),
    ],
)
def test_what_a_blackout_will_hold_is_known_with_its_reason(office: Office, blackout: str, held: dict[str, str]) -> None:
    office.approved(channels="x, facebook", extra=f"{NOON}\nhashtags: [窓口]")
    rows = list(Delivery.objects.select_related("submission").defer("submission__bundle"))
    rules = known(office, blackouts=blackout)
    assert {d.channel: why for d in rows if (why := outlook.barred(office.ctx, rows, {}, rules).get(d.id))} == held
    for row in office.deliveries():
        assert bool(outlook.objection(office.ctx, row, row.due_at, rules)) is (row.channel in held)


def test_what_is_out_and_what_is_held_already_is_not_told_again(office: Office) -> None:
    (made,) = office.approved(channels="x", extra=NOON)
    rules = known(office, blackouts=f"- {{{WEDNESDAY}}}")
    for state, told in (("scheduled", 1), ("by_hand", 1), ("held", 0), ("published", 0)):
        Delivery.objects.update(state=state)
        assert len(outlook.barred(office.ctx, list(Delivery.objects.select_related("submission")), {}, rules)) == told, (
            made.id,
            state,
        )


def test_a_thread_that_would_not_end_before_closing_time_is_told(office: Office) -> None:
    (made,) = office.approved(channels="x", extra=NOON)
    rows = list(Delivery.objects.select_related("submission"))
    quiet = "{open: '8:30', close: '12:20', days: [mon, tue, wed, thu, fri]}"
    rules = known(office, quiet=quiet)
    assert outlook.barred(office.ctx, rows, {}, rules) == {}
    assert "12:20" in outlook.barred(office.ctx, rows, {(made.submission_id, "x"): 8}, rules)[made.id]


def test_a_closed_hour_is_told_with_the_hours_in_which_it_may_go(office: Office) -> None:
    (made,) = office.approved(channels="x", extra=NOON)
    rules = known(office, quiet="{open: '8:30', close: '12:10', days: [mon, tue, wed, thu, fri]}")
    told = outlook.objection(office.ctx, made, made.due_at, rules)
    assert "12:10" in told
    assert outlook.objection(office.ctx, made, made.due_at - timedelta(minutes=15), rules) == ""


def test_while_the_rules_cannot_be_read_nothing_is_granted_beyond_the_wished_time(office: Office) -> None:
    (made,) = office.approved(channels="x", extra=NOON)
    noon = datetime(2026, 12, 2, 12, 15, tzinfo=TOKYO)
    folder = office.schedules()
    assert review.deadline(office.ctx, made.submission) == noon + office.ctx.rules.grace
    (folder / "slots.yml").write_text("slots: [", encoding="utf-8")
    assert review.deadline(office.ctx, made.submission) == noon
    assert "読めません" in outlook.objection(office.ctx, Delivery.objects.get(), noon, outlook.rules(office.ctx))
