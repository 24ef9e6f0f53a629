"""The last guard of each decision: who may not confirm, for whom nobody decides, what is looked at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import NotAllowed, NotFound, ScheduleError
from bot.services.approval import returned, review
from bot.services.approval.review import Terms
from bot.services.delivery import foresight, pause, scheduling, stale
from bot.store.models import AuditEntry, Decision, Delivery, Submission, User
from bot.workflow.actors import Actor, Role
from tests.office import TUESDAY, Office

HEAD = "soumu-leader"


def _let_leaders_hand_in_for_others(office: Office) -> None:
    people = office.folder / "people.yml"
    text = people.read_text(encoding="utf-8")
    names = "submits_for: [kokusai-trainee, shimin-leader]"
    people.write_text(
        text.replace("department: 総務課, role: leader", f"department: 総務課, role: leader, {names}"), encoding="utf-8"
    )
    office.register()


def _name_a_head(office: Office) -> None:
    city = office.folder / "city.yml"
    city.write_text(city.read_text(encoding="utf-8")[:-1] + f", heads: {{市民課: {HEAD}, 総務課: {HEAD}}}}}", encoding="utf-8")
    office.register()


def _trainees(office: Office, handed_in_by: Actor) -> Submission:
    _let_leaders_hand_in_for_others(office)
    return office.submit(office.post(author="kokusai-trainee"), handed_in_by)


def test_a_leader_does_not_confirm_what_they_handed_in_for_a_trainee(office: Office) -> None:
    submission = _trainees(office, office.leader)
    with pytest.raises(NotAllowed) as caught:
        review.confirm(office.ctx, office.leader, submission.id, submission.digest)
    assert "手を加えた原稿は確認できません" in caught.value.summary
    assert Submission.objects.get().state == "submitted"
    User.objects.create(username="soumu-2", role=Role.LEADER, department="総務課")
    review.confirm(office.ctx, Actor(person="soumu-2", role=Role.LEADER), submission.id, submission.digest)
    assert Submission.objects.get().state == "confirmed"


def test_a_trainees_post_that_nobody_may_confirm_is_not_taken(office: Office) -> None:
    User.objects.filter(username=office.leader.person).update(is_active=False)
    with pytest.raises(NotAllowed) as caught:
        office.submit(office.post(author="kokusai-trainee"), office.trainee)
    assert "総務課にいません" in caught.value.summary
    User.objects.create(username="soumu-head", role=Role.HEAD, heads=["総務課"])
    assert office.submit(office.post(author="kokusai-trainee"), office.trainee).needs_confirmation


def test_who_hands_in_another_departments_trainees_post_is_told_whose_leader_confirms_it(office: Office) -> None:
    people = office.folder / "people.yml"
    text = people.read_text(encoding="utf-8")
    named = text.replace("role: leader, emails", "role: leader, submits_for: [kokusai-trainee], emails")
    people.write_text(named, encoding="utf-8")
    office.register()
    submission = office.submit(office.post(author="kokusai-trainee"), office.author)
    with pytest.raises(NotAllowed) as caught:
        review.confirm(office.ctx, office.author, submission.id, submission.digest)
    assert "総務課のリーダー" in caught.value.next_step
    review.confirm(office.ctx, office.leader, submission.id, submission.digest)
    assert Submission.objects.get().state == "confirmed"


def test_a_trainee_who_became_a_leader_does_not_confirm_their_own_post(office: Office) -> None:
    submission = _trainees(office, office.leader)
    promoted = Actor(person="kokusai-trainee", role=Role.LEADER)
    with pytest.raises(NotAllowed):
        review.confirm(office.ctx, promoted, submission.id, submission.digest)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("author", ["shimin-leader", HEAD])
def test_what_a_head_wrote_or_handed_in_needs_no_second_look_of_the_head(office: Office, author: str) -> None:
    _let_leaders_hand_in_for_others(office)
    _name_a_head(office)
    by_the_office = author == HEAD
    submission = office.submit(office.post(author=author), office.officer if by_the_office else office.leader)
    second = Actor(person="kouhou-2", role=Role.OFFICER)
    assert office.approve(submission, second)


def test_what_anybody_else_wrote_and_handed_in_waits_for_the_head(office: Office) -> None:
    _name_a_head(office)
    submission = office.submit(office.post())
    with pytest.raises(NotAllowed) as caught:
        office.approve(submission)
    assert HEAD in caught.value.next_step
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("left", [False, True])
def test_nobody_decides_for_someone_who_has_left(office: Office, left: bool) -> None:
    """Who left the office is not away: their account is kept for the record, and stands for nobody."""
    User.objects.create(username="kacho", role=Role.OFFICER, is_active=not left)
    submission = office.submit(office.post())
    assert review.absent_deciders(office.officer, submission) == ([] if left else ["kacho"])
    terms = Terms(on_behalf_of="kacho")
    if not left:
        assert review.approve(office.ctx, office.officer, submission.id, submission.digest, terms)
        return
    with pytest.raises(NotAllowed) as caught:
        review.approve(office.ctx, office.officer, submission.id, submission.digest, terms)
    assert "代決" in caught.value.summary
    assert Submission.objects.get().state == "submitted"
    assert not Decision.objects.exists()


def test_a_decision_is_countersigned_once_and_its_time_stays(office: Office) -> None:
    kacho = User.objects.create(username="kacho", role=Role.OFFICER).actor
    submission = office.submit(office.post())
    review.approve(office.ctx, office.officer, submission.id, submission.digest, Terms(on_behalf_of="kacho"))
    (decision,) = review.to_countersign(kacho)
    review.countersign(office.ctx, kacho, decision.id)
    office.at(TUESDAY + timedelta(days=1))
    with pytest.raises(NotAllowed) as caught:
        review.countersign(office.ctx, kacho, decision.id)
    assert "後閲できる代決がありません" in caught.value.summary
    decision.refresh_from_db()
    assert decision.countersigned_at == TUESDAY
    assert AuditEntry.objects.filter(verb="countersign").count() == 1
    assert review.to_countersign(kacho) == []


def test_an_approval_stands_for_the_minute_that_was_shown(office: Office) -> None:
    submission = office.submit(office.post(channels="x"))

    def as_shown() -> Terms:
        foreseen = foresight.foresee(office.ctx, submission)
        return Terms(shown=foresight.written(office.ctx, [(each.channel, each.due) for each in foreseen if each.due]))

    terms = as_shown()
    (taken,) = office.approved("b", channels="x", title="別の見本", body="別の文です。\n")  # meanwhile, that very slot
    with pytest.raises(ScheduleError) as caught:
        review.approve(office.ctx, office.officer, submission.id, submission.digest, terms)
    assert "見ていた時刻" in caught.value.summary
    assert "いまの時刻（X 12月2日（水） 12:15）" in caught.value.next_step
    assert Submission.objects.get(id=submission.id).state == "submitted"
    assert list(Delivery.objects.all()) == [taken]
    assert review.approve(office.ctx, office.officer, submission.id, submission.digest, as_shown())


def test_what_came_back_is_to_be_mended_until_it_is_handed_in_again(office: Office) -> None:
    submission = office.submit(office.post())
    assert (returned.count(office.author), returned.mine(office.author)) == (0, [])
    review.return_(office.ctx, office.officer, submission.id, "題名を短く")
    (told,) = returned.mine(office.author)
    assert (told.submission, told.reason, told.by) == (submission, "題名を短く", "kouhou")
    assert (returned.count(office.author), returned.count(office.leader)) == (1, 0)
    office.submit(office.post(title="窓口（見本）"))
    assert (returned.count(office.author), returned.mine(office.author)) == (0, [])


def test_nobody_countersigns_what_was_decided_for_another(office: Office) -> None:
    User.objects.create(username="kacho", role=Role.OFFICER)
    other = User.objects.create(username="kouhou-3", role=Role.OFFICER).actor
    submission = office.submit(office.post())
    review.approve(office.ctx, office.officer, submission.id, submission.digest, Terms(on_behalf_of="kacho"))
    decision = Decision.objects.get()
    with pytest.raises(NotAllowed):
        review.countersign(office.ctx, other, decision.id)
    decision.refresh_from_db()
    assert decision.countersigned_at is None


def test_a_delivery_is_not_moved_into_the_past(office: Office) -> None:
    """Whether its post has an end or not."""
    (planned,) = office.approved(channels="x")
    office.at(TUESDAY.replace(hour=11))
    with pytest.raises(ScheduleError):
        scheduling.reschedule(office.ctx, office.officer, planned.id, TUESDAY.replace(hour=10))
    planned.refresh_from_db()
    assert planned.run_at == TUESDAY.replace(hour=12, minute=15)


def test_what_is_held_may_be_released_until_its_last_moment_and_then_goes_out(office: Office) -> None:
    (made,) = office.approved(channels="x")
    pause.pause(office.ctx, office.officer, "訓練のため")
    pause.resume(office.ctx, office.officer)
    office.at(made.last_at)
    pause.release(office.ctx, office.officer, made.id)
    office.runner().beat()
    assert office.states() == {"x": "published"}


def test_a_channel_that_never_was_is_not_said_to_be_open_again(office: Office) -> None:
    with pytest.raises(NotFound):
        pause.resume(office.ctx, office.officer, "mixi")
    pause.pause(office.ctx, office.officer, "訓練のため", "x")
    assert pause.resume(office.ctx, office.officer, "x") == 1


@pytest.mark.parametrize("late", [timedelta(minutes=61), timedelta(days=3)])
def test_an_officer_s_own_time_must_still_lie_ahead(office: Office, late: timedelta) -> None:
    """The grace is an hour; a wish of days ago is a slip of the pen."""
    submission = office.submit(office.post(channels="x"))
    with pytest.raises(ScheduleError) as caught:
        review.approve(office.ctx, office.officer, submission.id, submission.digest, Terms(at=TUESDAY - late))
    assert "過ぎている" in caught.value.summary
    assert Submission.objects.get().state == "submitted"


def test_another_last_day_after_the_approval_voids_it(office: Office) -> None:
    """How long a post may be told is a promise of the office, too."""
    office.approve(office.submit(office.post(extra="slot: lunch\nexpires: 2026-12-20")))
    office.post(extra="slot: lunch\nexpires: 2027-03-31")
    stale.sweep(office.ctx)
    assert Submission.objects.get().state == "stale"
    assert set(office.states().values()) == {"cancelled"}
