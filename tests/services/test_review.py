"""Who may approve what, and that an approval holds for these bytes only."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import AlreadyDecided, NotAllowed, NotFound, ScheduleError, StaleApproval
from bot.services.approval import pictures, review, withdrawing
from bot.services.approval.submit import NotReady, submit
from bot.services.delivery import stale
from bot.services.records import audit
from bot.store.models import AuditEntry, Delivery, Submission
from bot.workflow.actors import Actor, Role
from tests.office import Office


def test_an_approved_post_is_planned_for_every_channel_that_sends(office: Office) -> None:
    made = office.approved()
    assert sorted(d.channel for d in made) == ["facebook", "instagram", "x"]
    assert {d.due_at.astimezone(office.ctx.config.timezone).strftime("%H:%M") for d in made} == {"12:15"}


def test_the_author_cannot_approve_even_as_an_officer(office: Office) -> None:
    submission = office.submit(office.post())
    with pytest.raises(NotAllowed):
        office.approve(submission, Actor(person="shimin-leader", role=Role.OFFICER))
    assert Submission.objects.get().state == "submitted"
    assert not Delivery.objects.exists()


def test_whoever_handed_it_in_cannot_approve_it(office: Office) -> None:
    submission = office.submit(office.post(), office.officer)
    with pytest.raises(NotAllowed):
        office.approve(submission, office.officer)
    assert Submission.objects.get().state == "submitted"


@pytest.mark.parametrize("who", ["leader", "trainee", "operator"])
def test_only_an_officer_approves(office: Office, who: str) -> None:
    submission = office.submit(office.post())
    with pytest.raises(NotAllowed):
        office.approve(submission, getattr(office, who))


def test_a_trainees_post_needs_a_leaders_confirmation_first(office: Office) -> None:
    submission = office.submit(office.post(author="kokusai-trainee"), office.trainee)
    with pytest.raises(NotAllowed):
        office.approve(submission)
    with pytest.raises(NotAllowed):
        review.confirm(office.ctx, office.trainee, submission.id, submission.digest)
    review.confirm(office.ctx, office.leader, submission.id, submission.digest)
    assert office.approve(submission)


def test_nobody_submits_another_persons_post(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.submit(office.post(), office.leader)


def test_a_submissions_pictures_are_shown_to_those_who_may_see_it_and_to_nobody_else(office: Office) -> None:
    submission = office.submit(office.post())
    (kept, *_) = submission.blobs.all()
    for reader in (office.author, office.officer):
        assert pictures.of_submission(office.ctx, reader, submission.id, kept.sha256) == bytes(kept.data)
        assert pictures.of_submission(office.ctx, reader, submission.id, "0" * 64) is None
    with pytest.raises(NotFound):
        pictures.of_submission(office.ctx, office.leader, submission.id, kept.sha256)
    assert pictures.approved(kept.sha256) is None


def test_a_file_elsewhere_on_the_machine_is_not_handed_in(office: Office, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text(office.post().read_text(encoding="utf-8"), encoding="utf-8")
    link = office.folder / "posts" / "link.md"
    link.symlink_to(elsewhere)
    for path in (elsewhere, link):
        with pytest.raises(NotAllowed) as caught:
            office.submit(path)
        assert str(office.folder) in caught.value.next_step
    assert not Submission.objects.exists()


def test_approving_what_was_not_seen_is_refused(office: Office) -> None:
    submission = office.submit(office.post())
    with pytest.raises(StaleApproval):
        review.approve(office.ctx, office.officer, submission.id, "0" * 64)
    assert Submission.objects.get().state == "submitted"


@pytest.mark.parametrize("what", ["text", "picture", "template-free"])
def test_a_file_changed_before_the_approval_voids_the_submission(office: Office, what: str) -> None:
    path = office.post()
    submission = office.submit(path)
    _change(office, path, what)
    with pytest.raises(StaleApproval):
        office.approve(submission)
    assert Submission.objects.get().state == "stale"


def _change(office: Office, path: object, what: str) -> None:
    from PIL import Image

    if what == "text":
        office.post(body="別の文にしました（見本）。\n")
    elif what == "picture":
        Image.new("RGB", (800, 600), "green").save(office.folder / "media" / "red.png")
    else:
        office.post(extra="slot: evening")


def test_a_file_changed_after_the_approval_voids_it_and_cancels_what_was_planned(office: Office) -> None:
    office.approved()
    office.post(body="別の文にしました（見本）。\n")
    stale.sweep(office.ctx)
    assert Submission.objects.get().state == "stale"
    assert {d.state for d in office.deliveries()} == {"cancelled"}


def test_a_change_of_shared_files_that_touches_nothing_shown_leaves_the_approval_standing(office: Office) -> None:
    office.approved()
    with (office.folder / "people.yml").open("a", encoding="utf-8") as people:
        people.write("shin-leader: {name: 新しい課（見本）, department: 新しい課, role: leader}\n")
    stale.sweep(office.ctx)
    assert Submission.objects.get().state == "approved"
    assert {d.state for d in office.deliveries()} == {"scheduled"}


def test_the_same_content_again_is_the_same_submission(office: Office) -> None:
    path = office.post()
    assert office.submit(path).id == office.submit(path).id


def test_a_changed_post_replaces_what_was_waiting(office: Office) -> None:
    first = office.submit(office.post())
    second = office.submit(office.post(body="新しい文です（見本）。\n"))
    first.refresh_from_db()
    assert (first.state, second.state) == ("stale", "submitted")


def test_a_decision_is_taken_once(office: Office) -> None:
    submission = office.submit(office.post())
    office.approve(submission)
    with pytest.raises(AlreadyDecided):
        office.approve(submission)
    assert Delivery.objects.count() == 3


def test_a_return_needs_a_reason_and_tells_it(office: Office) -> None:
    submission = office.submit(office.post())
    with pytest.raises(NotAllowed):
        review.return_(office.ctx, office.officer, submission.id, "  ")
    review.return_(office.ctx, office.officer, submission.id, "数値の時点を書いてください")
    assert submission.decisions.get().reason == "数値の時点を書いてください"


def test_withdrawing_cancels_what_has_not_gone_out(office: Office) -> None:
    submission = office.submit(office.post())
    office.approve(submission)
    withdrawing.withdraw(office.ctx, office.author, submission.id)
    assert {d.state for d in office.deliveries()} == {"cancelled"}


def test_a_post_with_an_error_is_not_handed_in(office: Office) -> None:
    with pytest.raises(NotReady):
        office.submit(office.post(extra="x: {text: " + "あ" * 141 + "}"))
    assert not Submission.objects.exists()


def test_a_wish_that_has_passed_cannot_be_approved_and_expires(office: Office) -> None:
    submission = office.submit(office.post(extra="publish: 2026-12-01 10:00"))
    office.at(office.ctx.clock.now().replace(hour=4))  # 13:00 in Tokyo
    with pytest.raises(ScheduleError):
        office.approve(submission)
    assert review.expire(office.ctx) == 1
    assert Submission.objects.get().state == "expired"


def test_each_step_is_in_the_audit_log(office: Office) -> None:
    submission = office.submit(office.post())
    office.approve(submission)
    assert [(e.verb, e.actor) for e in AuditEntry.objects.order_by("id")] == [
        ("submit", "shimin-leader"),
        ("approve", "kouhou"),
    ]
    audit.verify()


def test_a_failed_step_leaves_no_trace(office: Office) -> None:
    submission = office.submit(office.post(extra="publish: 2026-12-01 10:00"))
    office.at(office.ctx.clock.now().replace(hour=4))  # 13:00 in Tokyo
    with pytest.raises(ScheduleError):
        office.approve(submission)
    assert [e.verb for e in AuditEntry.objects.all()] == ["submit"]
    assert Submission.objects.get().state == "submitted"
    assert not submission.decisions.exists()


def test_a_submission_by_someone_unknown_to_the_queue_is_the_services_business(office: Office) -> None:
    with pytest.raises(NotAllowed):
        submit(office.ctx, office.operator, office.post())
