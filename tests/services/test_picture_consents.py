"""A picture whose consent ends, or that is not to come again: found before it is handed in, refused at the approval, held when
it is entered, and held at the gate; never shown late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.errors import NotAllowed, ScheduleError
from bot.services.approval import picture_records as records
from bot.services.approval.submit import NotReady
from bot.services.delivery import outlook, pause, reasons, scheduling
from bot.services.handing_in import drafts
from bot.services.records import audit, pictures
from bot.store.models import AuditEntry, Delivery
from bot.store.pictures import PictureFile, PictureRecord, PictureUse
from tests.office import TOKYO, Office

RED = "red.png"
AT_NOON = "publish: 2026-12-02 12:15"


def told(**changed: Any) -> records.Told:
    plain: dict[str, Any] = {"people": "consented", "consent": "承諾書 1", "until": None, "not_from": None, "why": ""}
    return records.Told(**plain | changed)


def red() -> PictureRecord:
    return PictureRecord.objects.get(file=RED)


def record(office: Office, **changed: Any) -> int:
    return records.record(office.ctx, office.officer, red().id, told(**changed), records.version(red()))


@pytest.fixture
def known(office: Office) -> Office:
    """The picture is on record: a post of last week showed it."""
    office.submit(office.post("earlier", title="前の投稿（見本）", body="前の文です（見本）。\n"))
    return office


def test_the_same_bytes_are_one_picture_and_every_use_is_on_record(office: Office) -> None:
    (office.folder / "media" / "again.png").write_bytes((office.folder / "media" / RED).read_bytes())
    first = office.submit(office.post("a", title="一つ目（見本）"))
    again = "{file: again.png, alt: 別の説明, people: none, credit: 別の人}"
    second = office.submit(office.post("b", title="二つ目（見本）", body="別の文です（見本）。\n", images=again))
    one = PictureRecord.objects.get()
    assert (one.alt, one.credit, one.path) == ("赤い四角の見本", "別の人", "media/again.png")
    assert [use.submission_id for use in PictureUse.objects.order_by("id")] == [first.id, second.id]
    office.submit(office.post("a", title="一つ目を直した（見本）"))
    assert PictureUse.objects.count() == 3


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"until": date(2026, 12, 1)}, "consents.ended"),
        ({"not_from": date(2026, 12, 2), "why": "本人の申し出"}, "consents.not-again"),
    ],
)
def test_a_post_after_the_end_is_not_handed_in_and_one_before_is(known: Office, changed: dict[str, Any], rule: str) -> None:
    record(known, **changed)
    late = known.post("late", title="後の投稿（見本）", body="後の文です（見本）。\n", extra=AT_NOON)
    with pytest.raises(NotReady) as refused:
        known.submit(late)
    assert [(f.rule, f.level) for f in refused.value.findings if f.level == "error"] == [(rule, "error")]
    known.submit(known.post("late", title="後の投稿（見本）", body="後の文です（見本）。\n", extra="publish: 2026-12-01 15:15"))


def test_the_consents_last_day_is_still_good(known: Office) -> None:
    record(known, until=date(2026, 12, 2))
    known.submit(known.post("b", title="二つ目（見本）", body="別の文です（見本）。\n", extra="publish: 2026-12-02 17:00"))


def test_an_author_cannot_waive_it(known: Office) -> None:
    record(known, until=date(2026, 11, 30))
    path = known.post("late", title="後の投稿（見本）", body="後の文です（見本）。\n")
    text = path.read_text(encoding="utf-8").replace("images:", "# 点検: consents.ended 本人に聞きました\nimages:")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotReady):
        known.submit(path)


def test_a_post_that_is_out_may_be_handed_in_again_after_the_end(office: Office) -> None:
    path = office.post(channels="x", extra="publish: 2026-12-01 10:20")
    office.approve(office.submit(path))
    office.publish_all()
    record(office, until=date(2026, 11, 30))
    assert office.submit(path).state == "approved"  # a sync that brings the same file again refuses nothing


def test_what_is_planned_beyond_the_end_is_held_at_once_and_told(office: Office) -> None:
    (row,) = office.approved(channels="x", extra=AT_NOON)
    assert record(office, until=date(2026, 12, 1)) == 1
    row.refresh_from_db()
    assert (row.state, row.bar) == ("held", "consent")
    assert row.problem == "画像「red.png」は、承諾の期限（2026年12月1日）を過ぎています"
    verbs = list(AuditEntry.objects.order_by("-id").values_list("verb", "actor")[:2])
    assert verbs == [("record_picture", "kouhou"), ("hold", audit.SYSTEM)]
    office.at(datetime(2026, 12, 2, 12, 16, tzinfo=TOKYO))
    office.runner().beat()
    assert office.states() == {"x": "held"}


def test_what_is_planned_before_the_end_stays(office: Office) -> None:
    office.approved(channels="x", extra=AT_NOON)
    assert record(office, until=date(2026, 12, 2)) == 0
    office.publish_all()
    assert office.states() == {"x": "published"}


def test_a_consent_that_ends_between_approval_and_sending_holds_at_the_gate(office: Office) -> None:
    (row,) = office.approved(channels="x", extra=AT_NOON)
    # Not by the service, which holds at once: as where the publisher was away, or another program wrote the row.
    PictureRecord.objects.update(until=date(2026, 12, 1))
    office.at(row.due_at)
    office.runner().beat()
    row.refresh_from_db()
    assert (row.state, row.bar, row.first_intent_at) == ("held", "consent", None)
    assert AuditEntry.objects.filter(verb="hold", object=f"delivery:{row.id}", detail=row.problem).count() == 1


def test_a_post_whose_publisher_was_away_until_the_consent_ended_is_held(office: Office) -> None:
    office.schedules(slots="grace: 48h\nslots: {}\n")
    (row,) = office.approved(channels="x", extra="publish: 2026-12-01 23:30")
    record(office, until=date(2026, 12, 1))
    office.at(row.due_at + timedelta(hours=1))
    office.runner().beat()
    row.refresh_from_db()
    assert (row.state, row.bar) == ("held", "consent")


def test_one_without_the_picture_and_the_later_parts_of_a_thread_pass(office: Office) -> None:
    parts = "".join(f"{n}番目に、職員がお話を聞いて、入力します（見本）。\n\n" for n in range(20))
    rows = office.approved(channels="x", body=parts, extra="publish: 2026-12-02 12:15\nx: {thread: true}")
    assert len(rows) > 1
    office.at(rows[0].due_at)
    office.runner().beat()
    PictureRecord.objects.update(not_from=date(2026, 12, 1), why="試験")
    office.publish_all()
    assert {row.state for row in office.deliveries()} == {"published"}


def test_it_goes_out_when_the_consent_was_prolonged_and_somebody_has_looked(office: Office) -> None:
    (row,) = office.approved(channels="x", extra=AT_NOON)
    record(office, until=date(2026, 12, 1))
    with pytest.raises(ScheduleError, match="held or missed again"):
        pause.release(office.ctx, office.officer, row.id)
    record(office, until=date(2027, 3, 31))
    row.refresh_from_db()
    assert reasons.now_held(office.ctx, [row])[row.id] == "画像は使えることになりました。見直しを待っています"
    pause.release(office.ctx, office.officer, row.id)
    office.publish_all()
    assert office.states() == {"x": "published"}


def test_an_approval_and_a_move_beyond_the_end_are_refused(office: Office) -> None:
    waiting = office.submit(office.post(channels="x", extra=AT_NOON))
    PictureRecord.objects.update(until=date(2026, 12, 1))
    with pytest.raises(ScheduleError, match="may not be shown"):
        office.approve(waiting)
    waiting.refresh_from_db()
    assert waiting.state == "submitted"
    PictureRecord.objects.update(until=date(2026, 12, 2))
    (row,) = office.approve(waiting)
    with pytest.raises(ScheduleError, match="may not be shown"):
        scheduling.reschedule(office.ctx, office.officer, row.id, datetime(2026, 12, 3, 12, 15, tzinfo=TOKYO))


def test_the_pages_say_beforehand_what_the_gate_will_say(office: Office) -> None:
    rows = office.approved(channels="x", extra=AT_NOON)
    assert outlook.barred(office.ctx, rows, {}, office.ctx.rules) == {}
    PictureRecord.objects.update(until=date(2026, 12, 1))
    assert list(outlook.barred(office.ctx, rows, {}, office.ctx.rules)) == [rows[0].id]
    assert "承諾の期限" in outlook.objection(office.ctx, rows[0], rows[0].due_at, office.ctx.rules)
    assert outlook.objection(office.ctx, rows[0], rows[0].due_at - timedelta(days=1), office.ctx.rules) == ""


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"people": ""}, "people"),
        ({"consent": ""}, "consent"),
        ({"people": "none", "until": date(2027, 1, 1)}, "until"),
        ({"not_from": date(2026, 12, 1)}, "why"),
        ({"why": "古い"}, "not_from"),
        ({"why": "あ" * 201, "not_from": date(2026, 12, 1)}, "why"),
    ],
)
def test_a_record_without_sense_is_refused_at_its_field(known: Office, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        record(known, **changed)
    assert refused.value.field == field
    assert red().recorded_by == ""


def test_nobody_but_an_officer_writes_a_record(known: Office) -> None:
    for actor in (known.author, known.leader, known.trainee, known.operator):
        with pytest.raises(NotAllowed):
            records.record(known.ctx, actor, red().id, told(), "")
    assert not AuditEntry.objects.filter(verb="record_picture").exists()


def test_of_two_officers_the_later_one_takes_nothing_back_unread(known: Office) -> None:
    opened = records.version(red())
    record(known, not_from=date(2026, 12, 1), why="本人の申し出")
    with pytest.raises(NotAllowed, match="recorded meanwhile"):
        records.record(known.ctx, known.officer, red().id, told(until=date(2027, 3, 31)), opened)
    assert red().not_from == date(2026, 12, 1)


def test_a_post_that_is_handed_in_at_the_same_moment_takes_nothing_back(known: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(*_: object) -> str:  # between the look at the row and the write
        record(known, not_from=date(2027, 12, 1), why="本人の申し出")
        return ""

    monkeypatch.setattr(pictures, "_written", meanwhile)
    known.submit(known.post("b", title="二つ目（見本）", body="別の文です（見本）。\n"))
    assert (red().not_from, red().recorded_by) == (date(2027, 12, 1), "kouhou")


def test_what_the_office_has_recorded_is_not_removed_by_whoever_added_it(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    drafts.add_picture(office.ctx, office.author, draft.id, (office.folder / "media" / "blue.png").read_bytes())
    PictureRecord.objects.update(recorded_by="kouhou", not_from=date(2026, 12, 1), why="本人の申し出")
    with pytest.raises(NotAllowed):
        records.remove(office.ctx, office.author, PictureRecord.objects.get().id)
    assert PictureRecord.objects.exists()


def test_what_an_author_declares_never_overwrites_the_offices_word(known: Office) -> None:
    record(known, people="unidentifiable", consent="")
    known.submit(known.post("b", title="二つ目（見本）", body="別の文です（見本）。\n"))
    assert (red().people, red().recorded_by) == ("unidentifiable", "kouhou")


def test_a_picture_that_is_in_no_post_yet_is_its_uploaders_alone(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    drafts.add_picture(office.ctx, office.author, draft.id, (office.folder / "media" / "blue.png").read_bytes())
    own = PictureRecord.objects.get()
    assert PictureFile.objects.get(picture=own).data
    assert list(records.visible(office.ctx, office.author)) == [own]
    assert not records.visible(office.ctx, office.officer).exists()
    assert not records.visible(office.ctx, office.leader).exists()


def test_another_department_sees_a_picture_when_citizens_do(office: Office) -> None:
    office.approved(channels="x", extra="publish: 2026-12-01 10:20")
    assert list(records.visible(office.ctx, office.author)) == [red()]
    assert list(records.visible(office.ctx, office.officer)) == [red()]
    assert not records.visible(office.ctx, office.leader).exists()
    office.publish_all()
    assert list(records.visible(office.ctx, office.leader)) == [red()]
    assert Delivery.objects.get().state == "published"
