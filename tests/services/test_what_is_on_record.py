"""What a decision, a move and a sending leave behind: the record names who, what and which; the sheet shows it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

import pytest
from docx import Document
from docx.shared import Mm

from bot.errors import NotAllowed, NotFound, ScheduleError
from bot.schedule.rules import Blackout
from bot.services.approval import comments, review, sheet, withdrawing
from bot.services.approval.review import Terms
from bot.services.delivery import blackouts, reconcile, scheduling, stale
from bot.store.models import AuditEntry, Decision, Delivery, Submission, User
from bot.store.rules import Blackout as Kept
from bot.workflow.actors import Actor, Role
from tests.office import TOKYO, TUESDAY, Office

LATER = datetime(2026, 12, 3, 10, 30, tzinfo=TOKYO)
THREAD = "x: {thread: true}\nslot: lunch"
LONG = "最初の段落です（見本）。\n\n" + "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(30)) + "\n"


def entries(verb: str) -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.filter(verb=verb).order_by("id").values_list("actor", "object", "detail"))


def word(office: Office, submission: Submission) -> tuple[dict[str, str], str, list[str]]:
    """The rows of the sheet's first table, all other text, and the heads of the boxes for seals."""
    made = sheet.sheet(office.ctx, Submission.objects.get(id=submission.id))
    document = Document(BytesIO(sheet.as_docx(office.ctx, made)))
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)  # A4
    assert all(shape.width < Mm(100) for shape in document.inline_shapes)
    levels = [p.style.name for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert (levels[0], {*levels[1:]}) == ("Heading 1", {"Heading 2"})  # one title, and sections that a reader can jump to
    rows = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    return rows, "\n".join(p.text for p in document.paragraphs), [cell.text for cell in document.tables[1].rows[0].cells]


def test_a_sheet_before_the_decision_asks_for_it(office: Office) -> None:
    submission = office.submit(office.post(extra="publish: 2026-12-02 12:15"))
    rows, text, boxes = word(office, submission)
    assert text.startswith("起案用紙")
    assert "よろしいか伺います" in text
    assert "決裁の経過" not in text
    assert rows["件名"] == "SNS等への掲載について（書かない窓口（見本））"
    assert rows["起案年月日"] == "2026年12月1日"
    assert rows["決裁年月日"].split() == ["年", "月", "日"]
    assert rows["希望の時刻"] == "2026年12月2日（水） 12:15"
    assert rows["起案者"] == "市民課（見本）"
    assert rows["照合番号"]
    assert submission.digest.startswith(rows["照合番号"])
    assert boxes == ["担当", "所属長", "広報広聴課 担当", "広報広聴課長"]


def test_a_sheet_after_the_decision_tells_its_course_and_number(office: Office) -> None:
    submission = office.submit(office.post())
    office.at(TUESDAY + timedelta(minutes=5))
    review.approve(office.ctx, office.officer, submission.id, submission.digest, Terms(reference="広広第9号"))
    rows, text, _ = word(office, submission)
    assert (rows["決裁番号"], rows["決裁年月日"]) == ("広広第9号", "2026年12月1日")
    assert rows["希望の時刻"] == "次の12:15の枠"
    assert "決裁の経過\n2026年12月1日（火） 9:05　承認　kouhou　決裁番号 広広第9号" in text
    assert "画像の説明：赤い四角の見本" in text


def test_a_sheet_tells_in_whose_absence_it_was_decided_and_when_they_looked_at_it(office: Office) -> None:
    kacho = User.objects.create(username="kacho", role=Role.OFFICER).actor
    submission = office.submit(office.post())
    review.approve(office.ctx, office.officer, submission.id, submission.digest, Terms(on_behalf_of="kacho"))
    assert "承認　kouhou　代決（kacho の不在のため。後閲を待っています）" in word(office, submission)[1]
    office.at(TUESDAY + timedelta(days=2))
    review.countersign(office.ctx, kacho, Decision.objects.get().id)
    assert "代決（kacho の不在のため。2026年12月3日 後閲済み）" in word(office, submission)[1]


def test_a_sheet_is_made_whatever_was_pasted_into_the_decision(office: Office) -> None:
    submission = office.submit(office.post())
    review.approve(office.ctx, office.officer, submission.id, submission.digest, Terms(reference="広広\x0b第9号"))
    rows, text, _ = word(office, submission)
    assert rows["決裁番号"] == "広広<U+000B>第9号"
    assert "決裁番号 広広<U+000B>第9号" in text


def test_a_comment_is_on_record_with_who_made_and_who_settled_it(office: Office) -> None:
    submission = office.submit(office.post())
    places = list(comments.sentences(submission, "facebook"))
    assert places[0].text == "書かない窓口（見本）"
    made = comments.add(
        office.ctx, office.officer, submission.id, "facebook", f"{places[1].part}:{places[1].start}", " だれが？ "
    )
    assert (made.quote, made.body, made.at, made.author) == (places[1].text, "だれが？", TUESDAY, "kouhou")
    assert entries("comment") == [("kouhou", f"submission:{submission.id}", "だれが？")]
    comments.settle(office.ctx, office.author, made.id)
    comments.settle(office.ctx, office.author, made.id)
    assert entries("settle") == [("shimin-leader", f"submission:{submission.id}", f"comment:{made.id}")]


@pytest.mark.parametrize("place", ["0:1", "9:0", "", "x"])
def test_a_comment_at_no_sentence_is_told_to_choose_one(office: Office, place: str) -> None:
    submission = office.submit(office.post())
    with pytest.raises(NotFound) as caught:
        comments.add(office.ctx, office.officer, submission.id, "x", place, "見本")
    assert "どの文" in caught.value.next_step
    assert entries("comment") == []


def test_a_comment_without_words_is_refused(office: Office) -> None:
    submission = office.submit(office.post())
    with pytest.raises(NotAllowed) as caught:
        comments.add(office.ctx, office.officer, submission.id, "x", "0:0", " \n")
    assert "中身" in caught.value.summary


def test_the_office_s_time_and_number_are_what_the_approval_keeps(office: Office) -> None:
    submission = office.submit(office.post(channels="x, facebook"))
    made = review.approve(office.ctx, office.officer, submission.id, submission.digest, Terms(at=LATER, reference="広広第9号"))
    assert {d.due_at for d in made} == {LATER}
    assert Decision.objects.get(action="approve").reference == "広広第9号"


def test_what_somebody_may_not_read_is_not_there_for_them_whatever_they_would_do(office: Office) -> None:
    submission = office.submit(office.post())
    for act in (withdrawing.withdraw, partial(review.confirm, seen_digest=submission.digest)):
        with pytest.raises(NotFound) as theirs:
            act(office.ctx, office.leader, submission_id=submission.id)
        with pytest.raises(NotFound) as nobodys:
            act(office.ctx, office.leader, submission_id=submission.id + 1)
        assert theirs.value.summary.replace(str(submission.id), "") == nobodys.value.summary.replace(str(submission.id + 1), "")


def test_who_reads_a_trainees_post_and_would_withdraw_it_is_told_whose_it_is(office: Office) -> None:
    submission = office.submit(office.post(author="kokusai-trainee"), office.trainee)
    with pytest.raises(NotAllowed) as caught:
        withdrawing.withdraw(office.ctx, office.leader, submission.id)
    assert "ほかの人の申請" in caught.value.summary


def test_a_request_runs_out_when_its_time_and_the_grace_have_passed(office: Office) -> None:
    submission = office.submit(office.post(extra="publish: 2026-12-02 12:15"))
    due = datetime(2026, 12, 2, 12, 15, tzinfo=TOKYO)
    assert review.deadline(office.ctx, submission) == due + office.ctx.rules.grace
    assert review.deadline(office.ctx, office.submit(office.post("b", title="別の見本", body="別の文です。\n"))) is None


def test_a_thread_that_is_cancelled_is_cancelled_to_its_end(office: Office) -> None:
    made = office.approved(channels="x, facebook", extra=THREAD, body=LONG)
    parts = [d for d in made if d.channel == "x"]
    assert len(parts) > 2
    scheduling.cancel(office.ctx, office.officer, parts[0].id)
    assert {d.state for d in office.deliveries() if d.channel == "x"} == {"cancelled"}
    assert {d.state for d in office.deliveries() if d.channel == "facebook"} == {"scheduled"}
    assert entries("cancel") == [("kouhou", f"delivery:{parts[0].id}", "")]


def test_a_move_is_on_record_with_its_new_time_and_its_old_time_is_no_obstacle(office: Office) -> None:
    (made,) = office.approved(channels="x")
    moved = made.due_at + timedelta(minutes=5)
    scheduling.reschedule(office.ctx, office.officer, made.id, moved)
    assert Delivery.objects.get().due_at == moved
    ((who, what, when),) = entries("reschedule")
    assert (who, what, datetime.fromisoformat(when)) == ("kouhou", f"delivery:{made.id}", moved)


def test_a_delivery_s_own_time_hides_no_free_time_from_it(office: Office) -> None:
    (made,) = office.approved(channels="x", extra="publish: 2026-12-02 12:20")
    assert datetime(2026, 12, 2, 12, 15, tzinfo=TOKYO) in scheduling.free_times(office.ctx, made, 5)


@pytest.mark.parametrize("moment", [TUESDAY + timedelta(days=9, hours=1), TUESDAY - timedelta(minutes=20)])
def test_nothing_is_moved_behind_its_expiry_or_into_the_past(office: Office, moment: datetime) -> None:
    (made,) = office.approved(channels="x", extra="slot: lunch\nexpires: 2026-12-04")
    with pytest.raises(ScheduleError) as caught:
        scheduling.reschedule(office.ctx, office.officer, made.id, moment)
    assert "期限" in caught.value.summary
    assert Delivery.objects.get().due_at == made.due_at


def test_the_list_of_deliveries_goes_by_time_and_names_its_states(office: Office) -> None:
    late = office.approved("a", channels="x", extra="publish: 2026-12-04 12:15")[0]
    early = office.approved("b", channels="x", title="別の見本", body="別の文です。\n", extra="publish: 2026-12-02 12:15")[0]
    assert [d.id for d in scheduling.deliveries()] == [d.id for d in scheduling.deliveries("scheduled")] == [early.id, late.id]
    assert scheduling.deliveries("held") == []
    with pytest.raises(NotFound) as caught:
        scheduling.deliveries("gone")
    assert "「gone」" in caught.value.summary
    assert "scheduled" in caught.value.next_step
    with pytest.raises(NotFound, match="no delivery 999") as caught:
        scheduling.find(999)
    assert "999" in caught.value.summary


def test_each_sending_is_on_record_with_its_delivery_and_its_address(office: Office) -> None:
    office.approved(channels="x, facebook")
    office.publish_all()
    published = {f"delivery:{d.id}": d.url for d in office.deliveries("published")}
    assert len(published) == 2
    assert {what: address for _, what, address in entries("accept")} == published


def test_what_is_all_out_is_looked_at_no_more(office: Office) -> None:
    waiting = office.submit(office.post("b", title="別の見本", body="別の文です。\n"))
    office.approved(channels="x")
    assert stale.unsettled().count() == 2
    office.publish_all()
    assert list(stale.unsettled()) == [waiting]


def test_what_a_person_found_is_on_record_as_theirs(office: Office) -> None:
    (made,) = office.approved(channels="x")
    there = "https://x.com/kanazawa/status/1"
    Delivery.objects.update(state="undecided", problem="返事がありません")
    reconcile.decide_published(office.ctx, office.officer, made.id, there)
    assert Delivery.objects.get().state == "published"
    assert "返事がありません" not in Delivery.objects.get().problem
    assert entries("decide_published") == [("kouhou", f"delivery:{made.id}", there)]


@pytest.mark.parametrize(
    ("channels", "tags", "words", "said"),
    [
        ("", "", "", "全ての配信先"),
        ("x facebook", "", "", "Facebook・X"),
        ("gone", "", "", "gone"),
        ("", "祭り", "花火", "全ての配信先、#祭りか「花火」を含むものだけ"),
    ],
)
def test_a_blackout_says_in_words_whom_it_is_for(office: Office, channels: str, tags: str, words: str, said: str) -> None:
    wanted = Blackout(
        start=TUESDAY,
        end=LATER,
        kind="選挙",
        why="選挙",
        set_by="kouhou",
        channels=frozenset(channels.split()),
        tags=frozenset(tags.split()),
        words=frozenset(words.split()),
    )
    assert blackouts.whom(office.ctx, wanted) == said


def test_a_blackout_without_sense_is_refused_with_what_to_do(office: Office) -> None:
    wanted = Blackout(start=LATER, end=LATER, kind="選挙", why="選挙", set_by="kouhou", channels=frozenset())
    with pytest.raises(ScheduleError) as caught:
        blackouts.enter(office.ctx, office.officer, wanted)
    assert "直して" in caught.value.next_step


def test_who_asked_to_lift_a_blackout_and_who_lifted_it_stay_with_their_times(office: Office) -> None:
    wanted = Blackout(start=TUESDAY, end=LATER, kind="選挙", why="選挙", set_by="kouhou", channels=frozenset())
    number = blackouts.enter(office.ctx, office.officer, wanted).number
    asked, lifted = TUESDAY + timedelta(minutes=5), TUESDAY + timedelta(hours=1)
    office.at(asked)
    blackouts.ask_to_lift(office.ctx, office.officer, number, "選挙が終わったため")
    with pytest.raises(NotAllowed):
        blackouts.lift(office.ctx, office.officer, number)
    office.at(lifted)
    blackouts.lift(office.ctx, Actor(person="kouhou-2", role=Role.OFFICER), number)
    row = Kept.objects.get(id=number)
    assert (row.lift_asked_by, row.lift_asked_at, row.lift_reason) == ("kouhou", asked, "選挙が終わったため")
    assert (row.lifted_by, row.lifted_at) == ("kouhou-2", lifted)
