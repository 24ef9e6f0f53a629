"""What nobody needs any more goes, and what tells who decided what stays."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session

from bot.services.records import audit, pruning
from bot.store.models import AuditEntry, Blob, Delivery, Submission, Viewing
from bot.store.notices import Message, Notice
from bot.workflow.states import MessageState
from tests.office import Office

LONG = timedelta(days=401)


def message(office: Office, state: MessageState) -> Message:
    now = office.clock.now()
    ended = None if state == MessageState.PENDING else now
    kept = Message.objects.create(
        channel="mail", subject="s", body="b", created_at=now, due_at=now, state=state, ended_at=ended
    )
    Notice.objects.create(key=state, kind="k", channel="mail", object="o", line="l", due_at=now, message=kept)
    return kept


def test_messages_that_ended_long_ago_go_and_those_to_be_told_stay(office: Office) -> None:
    message(office, MessageState.SENT)
    office.at(office.clock.now() + LONG)
    waiting, fresh = message(office, MessageState.PENDING), message(office, MessageState.GIVEN_UP)
    assert pruning.prune(office.ctx).messages == 1
    assert set(Message.objects.all()) == {waiting, fresh}
    assert set(Notice.objects.values_list("message", flat=True)) == {waiting.id, fresh.id}


def test_who_saw_what_they_decided_stays_and_who_only_looked_goes(office: Office) -> None:
    submission = office.submit(office.post("a"))
    for person in (office.officer, office.operator):
        Viewing.objects.create(submission=submission, person=person.person, at=office.clock.now())
    office.approve(submission)
    office.at(office.clock.now() + LONG)
    assert pruning.prune(office.ctx).viewings == 0, "it is still open"
    Submission.objects.update(state="returned")
    assert pruning.prune(office.ctx).viewings == 1
    assert list(Viewing.objects.values_list("person", flat=True)) == [office.officer.person]


def test_sessions_go_when_they_have_ended(office: Office) -> None:
    for key, hours in (("over", -1), ("live", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=office.clock.now() + timedelta(hours=hours))
    assert pruning.prune(office.ctx).sessions == 1
    assert Session.objects.get().session_key == "live"


def test_a_picture_goes_only_where_no_submission_has_it(office: Office) -> None:
    Blob.objects.create(sha256="0" * 64, data=b"left behind")
    submission = office.submit(office.post("a"))
    used = set(submission.blobs.all())
    assert used
    assert pruning.prune(office.ctx).pictures == 1
    assert set(Blob.objects.all()) == used


def test_nothing_of_what_was_sent_or_done_goes_and_the_log_says_what_went(office: Office) -> None:
    office.approved(extra="publish: 2026-12-01 12:15")
    Blob.objects.create(sha256="0" * 64, data=b"left behind")
    office.at(office.clock.now() + LONG)
    kept = Delivery.objects.count(), Submission.objects.count(), AuditEntry.objects.count()
    pruning.prune(office.ctx)
    assert (Delivery.objects.count(), Submission.objects.count(), AuditEntry.objects.count() - 1) == kept
    assert AuditEntry.objects.latest("id").detail == "pictures 1"
    assert pruning.prune(office.ctx) == pruning.Pruned(sessions=0, messages=0, viewings=0, pictures=0)
    assert AuditEntry.objects.count() - 1 == kept[2], "nothing went, so there is nothing to say"
    audit.verify()
