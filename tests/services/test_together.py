"""A whole post, or several, moved and cancelled at once; and taken back within ten seconds, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import AlreadyDecided, BotError, NotAllowed, NotFound, ScheduleError
from bot.services.approval import review, sheet, undone
from bot.services.delivery import blackouts, pause, scheduling, together, undoing
from bot.services.delivery.together import Shift
from bot.services.delivery.undoing import Undo
from bot.services.files import viewed
from bot.services.pages import queue
from bot.services.people import hands
from bot.store.models import AuditEntry, Delivery, Submission
from tests.office import TOKYO, TUESDAY, Office

DAY = timedelta(days=1)
AT = "publish: 2026-12-02 12:15"


def shifts(rows: Iterable[Delivery], by: timedelta = DAY) -> dict[int, Shift]:
    return {row.id: Shift(moment=row.due_at + by, version=row.fence) for row in rows}


def rows(office: Office) -> list[tuple[str, int, str, str, str, object, object, object]]:
    """All that an act may change, but for the fence."""
    found = Delivery.objects.order_by("id")
    return [(d.channel, d.part, d.state, d.bar, d.problem, d.due_at, d.run_at, d.last_at) for d in found]


def verbs(*wanted: str) -> list[str]:
    return list(AuditEntry.objects.filter(verb__in=wanted).order_by("id").values_list("verb", flat=True))


def cancelled(office: Office, deliveries: Iterable[Delivery]) -> Undo:
    return together.cancel(office.ctx, office.officer, {d.id: d.fence for d in deliveries})


def test_a_post_moves_with_all_its_channels_or_stays_with_all(office: Office) -> None:
    office.approved(channels="x, facebook, instagram", extra=AT)
    before = rows(office)
    heads = together.heads([Submission.objects.get().id])
    wrong = shifts(heads) | {heads[-1].id: Shift(moment=heads[-1].due_at + 4 * DAY, version=heads[-1].fence)}  # a Sunday
    with pytest.raises(ScheduleError) as refused:
        together.move(office.ctx, office.officer, wrong)
    assert "「書かない窓口（見本）」：" in refused.value.summary
    assert rows(office) == before
    assert verbs("reschedule") == []
    together.move(office.ctx, office.officer, shifts(heads))
    assert {d.due_at.astimezone(TOKYO).day for d in office.deliveries()} == {3}
    assert len(verbs("reschedule")) == 3


@pytest.mark.parametrize("by", [DAY, -DAY])
def test_a_campaign_moves_by_a_day_although_each_takes_the_place_of_the_next(office: Office, by: timedelta) -> None:
    for day in (8, 9, 10):
        office.approved(str(day), title=f"{day}の見本", channels="x", extra=f"publish: 2026-12-{day:02} 12:15")
    heads = together.heads(Submission.objects.values_list("id", flat=True))
    together.move(office.ctx, office.officer, shifts(heads, by))
    assert {d.id: d.due_at for d in office.deliveries()} == {h.id: h.due_at + by for h in heads}


def test_what_was_changed_since_the_page_is_not_overwritten(office: Office) -> None:
    made = office.approved(channels="x, facebook", extra=AT)
    old = shifts(made)
    scheduling.reschedule(office.ctx, office.officer, made[0].id, made[0].due_at + 2 * DAY)
    before = rows(office)
    with pytest.raises(AlreadyDecided):
        together.move(office.ctx, office.officer, old)
    with pytest.raises(AlreadyDecided):
        cancelled(office, made)
    assert rows(office) == before


def test_nothing_chosen_and_what_is_gone_are_refused(office: Office) -> None:
    made = office.approved(channels="x", extra=AT)
    for wrong in ([], [made[0].id, 999]):
        with pytest.raises(NotFound):
            together.cancel(office.ctx, office.officer, dict.fromkeys(wrong))
    assert office.states() == {"x": "scheduled"}


def test_moving_is_taken_back_whole_and_once(office: Office) -> None:
    made = office.approved(channels="x, facebook", extra=AT)
    before = rows(office)
    offer = together.move(office.ctx, office.officer, shifts(made))
    assert rows(office) != before
    office.at(office.clock.now() + undoing.SPAN)
    undoing.undo(office.ctx, office.officer, offer)
    assert rows(office) == before
    assert verbs("reschedule", "undo") == ["reschedule"] * 2 + ["undo"] * 2
    with pytest.raises(AlreadyDecided):
        undoing.undo(office.ctx, office.officer, offer)


def test_cancelling_is_taken_back_with_threads_and_what_is_posted_by_hand(office: Office) -> None:
    text = "".join(f"{n}番目に、職員がお話を聞いて、入力します（見本）。\n\n" for n in range(20))
    office.approved(channels="x, note", extra=f"{AT}\nx: {{thread: true}}", body=text)
    before = rows(office)
    assert {row[2] for row in before} == {"scheduled", "waiting", "by_hand"}
    offer = cancelled(office, together.heads([Submission.objects.get().id]))
    assert {row[2] for row in rows(office)} == {"cancelled"}
    undoing.undo(office.ctx, office.officer, offer)
    assert rows(office) == before


def test_what_was_held_comes_back_held_for_the_same_reason(office: Office) -> None:
    office.approved(channels="x, facebook", extra=AT)
    pause.pause(office.ctx, office.officer, "地震のため")
    before = rows(office)
    offer = cancelled(office, Delivery.objects.all())
    undoing.undo(office.ctx, office.officer, offer)
    assert rows(office) == before
    assert {row[2] for row in before} == {"held"}


def test_a_move_out_of_a_blackout_is_taken_back_into_it(office: Office) -> None:
    from tests.people.test_roles import ELECTION

    office.approved(channels="x", extra="publish: 2026-12-07 12:15")
    now = TUESDAY + 5 * DAY
    blackouts.enter(office.ctx, office.officer, replace(ELECTION, start=now, end=now + 3 * DAY))
    before = rows(office)
    assert before[0][2:4] == ("held", "blackout")
    offer = together.move(office.ctx, office.officer, shifts(Delivery.objects.all(), 3 * DAY))
    assert office.states() == {"x": "scheduled"}
    undoing.undo(office.ctx, office.officer, offer)
    assert rows(office) == before


def test_a_stop_that_was_pressed_meanwhile_holds_what_comes_back(office: Office) -> None:
    offer = cancelled(office, office.approved(channels="x", extra=AT))
    pause.pause(office.ctx, office.officer, "地震のため")
    undoing.undo(office.ctx, office.officer, offer)
    assert office.states() == {"x": "held"}


def test_a_stop_that_held_what_was_moved_is_not_taken_back(office: Office) -> None:
    offer = together.move(office.ctx, office.officer, shifts(office.approved(channels="x", extra=AT)))
    pause.pause(office.ctx, office.officer, "地震のため")
    with pytest.raises(AlreadyDecided):
        undoing.undo(office.ctx, office.officer, offer)
    assert office.states() == {"x": "held"}


def test_after_ten_seconds_and_for_others_nothing_is_taken_back(office: Office) -> None:
    offer = cancelled(office, office.approved(channels="x", extra=AT))
    with pytest.raises(NotAllowed):
        undoing.undo(office.ctx, office.officer, replace(offer, person="kouhou-kacho"))
    office.at(office.clock.now() + undoing.SPAN + timedelta(milliseconds=1))
    with pytest.raises(NotAllowed):
        undoing.undo(office.ctx, office.officer, offer)
    assert office.states() == {"x": "cancelled"}


def test_what_would_leave_at_once_or_beside_another_is_not_put_back(office: Office) -> None:
    office.at(TUESDAY.replace(hour=12, minute=14, second=55))
    offer = cancelled(office, office.approved(channels="x", extra="publish: 2026-12-01 12:15"))
    office.approved("b", title="隣の見本", channels="x", body="違う文です（見本）。\n", extra="publish: 2026-12-01 12:16")
    with pytest.raises(ScheduleError):
        undoing.undo(office.ctx, office.officer, offer)
    Delivery.objects.filter(submission__title="隣の見本").update(state="cancelled")
    office.at(office.clock.now() + timedelta(seconds=5))  # 12:15
    with pytest.raises(ScheduleError):
        undoing.undo(office.ctx, office.officer, offer)
    assert {d.state for d in office.deliveries()} == {"cancelled"}


def test_a_missed_one_is_moved_but_not_taken_back(office: Office) -> None:
    made = office.approved(channels="x", extra=AT)
    Delivery.objects.update(state="missed")
    assert together.move(office.ctx, office.officer, shifts(made)).rows == ()


def opened(office: Office, *submissions: Submission) -> dict[int, str]:
    for submission in submissions:
        viewed.record(office.ctx, office.officer, submission)
    return {submission.id: submission.digest for submission in submissions}


def bulk(office: Office, *submissions: Submission) -> undone.Approvals:
    """As the two pages do it."""
    ready = queue.before_approving(office.ctx, office.officer, opened(office, *submissions))
    seen = {r.submission.id: queue.Seen(digest=r.submission.digest, planned=r.planned) for r in ready}
    outcomes = queue.approve_opened(office.ctx, office.officer, seen)
    assert [o.refusal for o in outcomes] == [None] * len(submissions)
    return undone.Approvals(
        person="kouhou", at=office.clock.now(), rows=tuple(o.given for o in outcomes if o.given is not None)
    )


def test_the_minutes_shown_before_are_those_that_are_planned_and_showing_leaves_no_trace(office: Office) -> None:
    made = [office.submit(office.post(n, title=f"{n}の見本", channels="x")) for n in "abc"]
    ready = queue.before_approving(office.ctx, office.officer, opened(office, *made))
    assert not Delivery.objects.exists()
    assert {s.state for s in Submission.objects.all()} == {"submitted"}
    bulk(office, *made)
    assert [r.foreseen[0].due for r in ready] == [d.due_at for d in Delivery.objects.order_by("id")]
    assert len({d.due_at for d in Delivery.objects.all()}) == 3


def test_times_that_somebody_took_meanwhile_are_not_approved_unseen(office: Office) -> None:
    made = office.submit(office.post("a", channels="x"))
    (ready,) = queue.before_approving(office.ctx, office.officer, opened(office, made))
    office.approved("b", title="先を越す見本", channels="x", body="違う文です（見本）。\n")
    for planned in (ready.planned, ""):
        seen = {made.id: queue.Seen(digest=made.digest, planned=planned)}
        (outcome,) = queue.approve_opened(office.ctx, office.officer, seen)
        assert isinstance(outcome.refusal, BotError)
    assert Submission.objects.get(id=made.id).state == "submitted"


def test_approvals_are_taken_back_and_can_be_given_again(office: Office) -> None:
    made = [office.submit(office.post(n, title=f"{n}の見本")) for n in "ab"]
    offer = bulk(office, *made)
    undone.undo(office.ctx, office.officer, offer)
    assert {(s.state, s.issue) for s in Submission.objects.all()} == {("submitted", "")}
    assert not Delivery.objects.exists()
    assert sheet.sheet(office.ctx, made[0]).decided_at is None
    assert verbs("approve", "undo") == ["approve"] * 2 + ["undo"] * 2
    with pytest.raises(AlreadyDecided):
        undone.undo(office.ctx, office.officer, offer)
    bulk(office, *made)
    assert {d.state for d in office.deliveries()} == {"scheduled"}


def test_what_another_officer_approved_since_is_not_taken_back(office: Office) -> None:
    made = office.submit(office.post(channels="x"))
    offer = bulk(office, made)
    undone.undo(office.ctx, office.officer, offer)
    office.approve(made, replace(office.officer, person="kouhou2"))
    with pytest.raises(AlreadyDecided):
        undone.undo(office.ctx, office.officer, offer)
    assert Submission.objects.get().state == "approved"


def test_a_confirmation_outlives_the_approval_that_was_taken_back(office: Office) -> None:
    made = office.submit(office.post(author="kokusai-trainee"), office.trainee)
    review.confirm(office.ctx, office.leader, made.id, made.digest)
    undone.undo(office.ctx, office.officer, bulk(office, made))
    assert Submission.objects.get().state == "confirmed"
    bulk(office, Submission.objects.get())


def test_whoever_had_a_hand_before_an_approval_that_was_taken_back_still_has_one(office: Office) -> None:
    first = office.submit(office.post(channels="x"))
    undone.undo(office.ctx, office.officer, bulk(office, first))
    review.return_(office.ctx, office.officer, first.id, "時点を書いてください")
    again = office.submit(office.post(channels="x", body="書き直した文です（見本）。\n"), office.officer)
    assert hands.contributors(again) >= {"shimin-leader", "kouhou"}
    assert viewed.last_approved(again) is None


def test_an_approval_of_which_something_has_begun_stands(office: Office) -> None:
    made = [office.submit(office.post(n, title=f"{n}の見本", channels="x")) for n in "ab"]
    offer = bulk(office, *made)
    Delivery.objects.filter(submission=made[1]).update(state="publishing", fence=1)
    with pytest.raises(AlreadyDecided):
        undone.undo(office.ctx, office.officer, offer)
    assert {s.state for s in Submission.objects.all()} == {"approved"}
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize(
    "made", [{"token": "1"}, {"preparing_until": TUESDAY}, {"attempts": 1}, {"state": "held"}, {"fence": 1}]
)
def test_an_approval_of_which_something_was_prepared_or_held_stands(office: Office, made: dict[str, object]) -> None:
    offer = bulk(office, office.submit(office.post(channels="x")))
    Delivery.objects.update(**made | ({"fence": 1} if "state" in made else {}))
    with pytest.raises(AlreadyDecided):
        undone.undo(office.ctx, office.officer, offer)
    assert Delivery.objects.count() == 1


def test_a_reason_that_is_over_is_not_told_as_if_it_held(office: Office) -> None:
    from bot.services.delivery import reasons
    from tests.people.test_roles import ELECTION

    office.approved(channels="x", extra=AT)
    office.approved("b", title="期間の見本", channels="facebook", extra="publish: 2026-12-07 12:15")
    blackouts.enter(office.ctx, office.officer, replace(ELECTION, end=ELECTION.start + 2 * DAY))
    pause.pause(office.ctx, office.officer, "地震のため", "x")

    def told() -> dict[str, str]:
        held = reasons.now_held(office.ctx, Delivery.objects.select_related("submission"))
        return {d.channel: held[d.id] for d in Delivery.objects.filter(id__in=held)}

    assert told() == {"x": "停止中（地震のため）", "facebook": "配信を止める期間のため（選挙のため）"}
    pause.resume(office.ctx, office.officer, "x")
    office.at(ELECTION.start + 3 * DAY)
    assert told() == {
        "x": "停止は解除されました。見直しを待っています",
        "facebook": "配信を止める期間は終わりました。見直しを待っています",
    }
