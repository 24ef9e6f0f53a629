"""Who is told of what, and when: at once what is urgent, once a day what can wait, and nobody of their own acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from bot.errors import AuthExpired, ChannelError, OutcomeUnknown, TooLong
from bot.schedule.rules import Blackout
from bot.services.approval import review
from bot.services.delivery import blackouts, pause, scheduling, timekeeper
from bot.services.people import accounts
from bot.services.records import audit
from bot.services.telling import notices, watch
from bot.services.telling.kinds import Kind
from bot.store import rules as store
from bot.store.models import AuditEntry, Delivery, User
from bot.store.notices import Bookmark, Message, Notice
from bot.text import moments
from bot.workflow.actors import Actor, Role
from tests.notices.conftest import Desk
from tests.notices.servers import Chat, MailServer
from tests.office import TOKYO

OFFICE = {"kouhou@example.jp", "kouhou-2@example.jp", "unyou@example.jp"}
MORNING = datetime(2026, 12, 2, 8, 30, tzinfo=TOKYO)


def told(mail: MailServer) -> dict[str, str]:
    return {to: text for to, _, text in mail.messages()}


def test_officers_hear_of_what_waits_in_the_next_morning_s_digest(desk: Desk, mail: MailServer) -> None:
    for name in ("a", "b"):
        desk.office.submit(desk.office.post(name, title=f"原稿{name}（見本）"))
    assert desk.round() == 0
    desk.office.at(MORNING - timedelta(seconds=1))
    assert desk.round() == 0
    desk.office.at(MORNING)
    desk.round()
    (first, second) = sorted(mail.messages())
    assert {first[0], second[0]} == {"kouhou@example.jp", "kouhou-2@example.jp"}
    assert first[1] == "【金沢市 広報配信】承認待ち 2件"
    assert "「原稿a（見本）」（市民課）が承認を待っています。\nhttps://bot.city.example.jp/submissions/" in first[2]


def test_what_was_decided_meanwhile_is_not_in_the_digest(desk: Desk, mail: MailServer) -> None:
    done = desk.office.submit(desk.office.post("a", title="決まった原稿"))
    desk.office.submit(desk.office.post("b", title="待つ原稿"))
    review.return_(desk.office.ctx, desk.office.officer, done.id, "数値")
    desk.office.at(MORNING)
    desk.round()
    digest = told(mail)["kouhou@example.jp"]
    assert "待つ原稿" in digest
    assert "決まった原稿" not in digest


def test_a_trainee_s_post_is_announced_to_those_who_confirm_and_then_to_the_officers(desk: Desk, mail: MailServer) -> None:
    submission = desk.office.submit(desk.office.post(author="kokusai-trainee"), desk.office.trainee)
    desk.office.at(MORNING)
    desk.round()
    assert set(told(mail)) == {"soumu-leader@example.jp"}
    review.confirm(desk.office.ctx, desk.office.leader, submission.id, submission.digest)
    desk.round(timedelta(days=1))
    assert {"kouhou@example.jp", "kouhou-2@example.jp"} < set(told(mail))


@pytest.mark.parametrize(("decide", "words"), [("approve", "承認されました"), ("return", "差し戻されました。理由：時点を書く")])
def test_the_author_hears_of_a_decision_at_once(desk: Desk, mail: MailServer, decide: str, words: str) -> None:
    submission = desk.office.submit(desk.office.post())
    if decide == "approve":
        desk.office.approve(submission)
    else:
        review.return_(desk.office.ctx, desk.office.officer, submission.id, "時点を書く")
    desk.round()
    assert set(told(mail)) == {"shimin-leader@example.jp"}
    assert words in told(mail)["shimin-leader@example.jp"]


FAILURES: list[tuple[ChannelError, str, set[str]]] = [
    (TooLong("x"), "出せませんでした。文字数が配信先の上限を超えた", OFFICE | {"shimin-leader@example.jp"}),
    (OutcomeUnknown("x"), "出たかどうか分かりません", OFFICE),
    (AuthExpired("x"), "の配信を止めています。配信先の認証が切れています", OFFICE),
]


@pytest.mark.parametrize(("error", "words", "who"), FAILURES, ids=lambda value: type(value).__name__)
def test_a_failed_doubtful_or_closed_delivery_is_told_at_once(
    desk: Desk, mail: MailServer, room: Chat, error: ChannelError, words: str, who: set[str]
) -> None:
    row = next(d for d in desk.office.approved() if d.channel == "x")
    desk.round()
    mail.envelopes.clear()
    Delivery.objects.filter(id=row.id).update(problem=error.summary)
    with transaction.atomic():
        audit.record(desk.clock.now(), audit.SYSTEM, type(error).__name__, f"delivery:{row.id}")
    desk.round(timedelta(hours=1))
    assert set(told(mail)) == who
    assert words in told(mail)["kouhou@example.jp"]
    assert words in room.calls[-1][1].decode()


def test_a_refusal_that_is_tried_again_by_itself_is_told_to_nobody(desk: Desk) -> None:
    with transaction.atomic():
        audit.record(desk.clock.now(), audit.SYSTEM, "RateLimited", f"delivery:{desk.office.approved()[0].id}")
    desk.round()
    assert set(Notice.objects.values_list("kind", flat=True)) == {Kind.WAITING, Kind.APPROVED}


def test_a_stop_is_told_to_the_rest_of_the_office_at_once(desk: Desk, mail: MailServer) -> None:
    pause.pause(desk.office.ctx, desk.office.officer, "地震のため")
    desk.round()
    assert set(told(mail)) == OFFICE - {"kouhou@example.jp"}
    assert "kouhou が全ての配信先の配信を止めました。理由：地震のため" in told(mail)["unyou@example.jp"]


def test_many_failures_make_one_message_and_no_flood(desk: Desk, mail: MailServer, room: Chat) -> None:
    rows = [d for name in "abcdefgh" for d in desk.office.approved(name, title=f"原稿{name}", extra="")]
    desk.round()
    mail.envelopes.clear()
    for row in rows:
        with transaction.atomic():
            audit.record(desk.clock.now(), audit.SYSTEM, "OutcomeUnknown", f"delivery:{row.id}")
        desk.round(timedelta(seconds=10))
    desk.round(timedelta(minutes=20))
    ours = [text for to, _, text in mail.messages() if to == "unyou@example.jp"]
    assert len(ours) <= 2
    assert "\n".join(ours).count("出たかどうか分かりません") == len(rows) == 24


def test_a_change_that_was_rolled_back_is_told_to_nobody(desk: Desk) -> None:
    with transaction.atomic():
        pause.pause(desk.office.ctx, desk.office.officer, "試験")
        transaction.set_rollback(True)
    desk.round()
    assert not Notice.objects.exists()


def test_reading_the_log_again_tells_nothing_twice(desk: Desk, mail: MailServer, room: Chat) -> None:
    desk.office.approved()
    start = Bookmark.objects.get(reader=notices.READER).entry
    desk.round()
    before = (len(mail.envelopes), len(room.calls), Notice.objects.count())
    Bookmark.objects.filter(reader=notices.READER).update(entry=start)
    desk.round(timedelta(hours=1))
    assert (len(mail.envelopes), len(room.calls), Notice.objects.count()) == before


def test_who_has_no_address_or_has_left_gets_nothing(desk: Desk, mail: MailServer) -> None:
    User.objects.filter(username="kouhou-2").update(is_active=False)
    User.objects.filter(username="unyou").update(email="")
    pause.pause(desk.office.ctx, desk.office.officer, "試験")
    desk.round()
    assert mail.messages() == []


def test_a_key_that_ends_within_a_week_is_told_to_its_owner_once(desk: Desk, mail: MailServer, room: Chat) -> None:
    user = User.objects.get(username="shimin-leader")
    accounts.issue_token(desk.ctx, user, "自席", lifetime=timedelta(days=10))
    accounts.issue_token(desk.ctx, user, "長い鍵", lifetime=timedelta(days=60))
    desk.round(timedelta(days=2))
    assert mail.messages() == []
    for _ in range(4):
        desk.round(timedelta(days=1))
    ((to, subject, text),) = mail.messages()
    assert (to, subject) == ("shimin-leader@example.jp", "【金沢市 広報配信】鍵の期限 1件")
    assert "鍵「自席」は12月11日に使えなくなります" in text
    assert room.calls == []


def test_nothing_is_written_where_nothing_is_configured(desk: Desk) -> None:
    desk.office.approved()
    while notices.take_in(desk.office.ctx):
        pass
    assert not Notice.objects.exists()


@pytest.mark.parametrize("now", [datetime(2026, 12, 1, h, m, tzinfo=TOKYO) for h, m in ((0, 0), (8, 29), (8, 30), (23, 59))])
def test_the_next_digest_is_always_ahead_and_within_a_day(desk: Desk, now: datetime) -> None:
    digest = notices.next_digest(desk.ctx, now)
    assert now < digest <= now + timedelta(days=1)
    assert f"{digest.astimezone(TOKYO):%H:%M}" == "08:30"


def election(desk: Desk, **changed: datetime) -> Blackout:
    given = {"start": datetime(2026, 12, 3, tzinfo=TOKYO), "end": datetime(2026, 12, 4, tzinfo=TOKYO)} | changed
    return Blackout(kind="選挙", why="市議会議員選挙", set_by="kouhou", channels=frozenset(), **given)


def test_what_the_calendar_holds_is_told_to_the_office_with_the_next_free_time(desk: Desk, mail: MailServer) -> None:
    (row,) = desk.office.approved(channels="x", extra="publish: 2026-12-03 12:15")
    desk.round()
    mail.envelopes.clear()
    blackouts.enter(desk.office.ctx, desk.office.officer, election(desk))
    desk.round(timedelta(hours=1))
    assert set(told(mail)) == OFFICE
    line = told(mail)["unyou@example.jp"]
    assert (
        "「書かない窓口（見本）」（市民課）をXに出さず、保留にしました。理由：配信を止める期間のため（市議会議員選挙）。"
        in line
    )
    (free,) = scheduling.free_times(desk.ctx, Delivery.objects.get(id=row.id), 1)
    assert f"次に空いている時刻は{moments.said(free.astimezone(TOKYO))}です。\nhttps://bot.city.example.jp/held/" in line


def test_no_free_time_is_offered_while_the_rules_cannot_be_read(desk: Desk, mail: MailServer) -> None:
    folder = desk.office.schedules()
    desk.ctx = replace(desk.office.ctx, config=replace(desk.ctx.config, schedules_dir=folder))
    desk.office.approved(channels="x", extra="publish: 2026-12-01 12:15")
    (folder / "quiet.yml").write_text("{open: 9, close: 8}", encoding="utf-8")
    desk.office.at(datetime(2026, 12, 1, 12, 15, tzinfo=TOKYO))
    desk.office.runner().beat()
    assert desk.office.states() == {"x": "held"}
    desk.round()
    line = told(mail)["kouhou@example.jp"]
    assert "理由：配信の決まりが読めません（" in line
    assert "次に空いている時刻" not in line


def test_what_a_stop_holds_is_told_once_by_the_stop(desk: Desk) -> None:
    desk.office.approved()
    pause.pause(desk.office.ctx, desk.office.officer, "地震のため")
    desk.round()
    assert set(Notice.objects.values_list("kind", flat=True)) == {Kind.WAITING, Kind.APPROVED, Kind.PAUSED}


def test_a_blackout_and_its_lifting_are_told_to_the_others_at_once(desk: Desk, mail: MailServer) -> None:
    other = Actor(person="kouhou-2", role=Role.OFFICER)
    steps: list[tuple[Callable[[int], object], str, str]] = [
        (
            lambda _: blackouts.enter(desk.office.ctx, desk.office.officer, election(desk)),
            "kouhou が配信を止める期間を入れました。2026年12月3日（木） 0:00から2026年12月4日（金） 0:00まで　市議会議員選挙",
            "kouhou",
        ),
        (
            lambda number: blackouts.ask_to_lift(desk.office.ctx, desk.office.officer, number, "無投票のため"),
            "kouhou が配信を止める期間「市議会議員選挙」（12月4日（金） 0:00まで）の解除を申し出ました。理由：無投票のため。",
            "kouhou",
        ),
        (
            lambda number: blackouts.lift(desk.office.ctx, other, number),
            "kouhou-2 が配信を止める期間「市議会議員選挙」（12月4日（金） 0:00まで）を解除しました。",
            "kouhou-2",
        ),
    ]
    for act, words, who in steps:
        mail.envelopes.clear()
        row = store.Blackout.objects.first()
        act(row.id if row else 0)
        desk.round(timedelta(hours=1))
        assert set(told(mail)) == OFFICE - {f"{who}@example.jp"}
        assert words in told(mail)["unyou@example.jp"]
        assert "https://bot.city.example.jp/blackouts/" in told(mail)["unyou@example.jp"]


def test_rules_that_cannot_be_read_are_told_before_anything_is_due(desk: Desk, mail: MailServer) -> None:
    folder = desk.office.schedules()
    first, second = desk.office.runner(), desk.office.runner()
    first.sweep()
    second.sweep()
    good = (folder / "quiet.yml").read_text(encoding="utf-8")
    for text in ("{open: 9, close: 8}", good, "{open: 9, close: 8}", "{opened: 9}"):
        (folder / "quiet.yml").write_text(text, encoding="utf-8")
        for publisher in (first, second, first, desk.office.runner()):
            publisher.sweep()
    verbs = list(AuditEntry.objects.filter(object="rules:schedules").values_list("verb", flat=True))
    assert verbs == ["rules_unreadable", "rules_readable", "rules_unreadable", "rules_unreadable"]
    desk.round()
    assert set(told(mail)) == OFFICE
    text = told(mail)["kouhou@example.jp"]
    assert text.count("配信の決まりが読めないため、直るまで何も配信しません。") == 3
    assert "quiet.yml の1行目" in text
    assert "https://bot.city.example.jp/calendar/" in text


def test_a_clock_that_is_wrong_is_told_to_officers_and_operators(desk: Desk, mail: MailServer) -> None:
    words = "vm の時計が約60分進んでいます"
    with transaction.atomic():
        audit.record(desk.clock.now(), audit.SYSTEM, timekeeper.WRONG, "clock:vm:1", detail=words)
    desk.round()
    assert set(told(mail)) == OFFICE
    assert f"{words}。" in told(mail)["unyou@example.jp"]


def test_a_message_of_a_time_that_the_clock_has_not_reached_keeps_no_other_waiting(desk: Desk, mail: MailServer) -> None:
    """The clock was set back since."""
    soon = desk.clock.now() + timedelta(hours=1)
    Message.objects.create(channel="mail", address="unyou@example.jp", subject="", body="", created_at=soon, due_at=soon)
    with transaction.atomic():
        audit.record(desk.clock.now(), audit.SYSTEM, timekeeper.WRONG, "clock:vm:1", detail="vm の時計")
    desk.round()
    assert "unyou@example.jp" in told(mail)


def test_a_machine_whose_files_are_well_does_not_answer_one_whose_are_not(desk: Desk) -> None:
    well, ill = (
        desk.office.ctx,
        replace(desk.office.ctx, config=replace(desk.office.ctx.config, schedules_dir=Path("/nowhere"))),
    )
    here, there = watch.of_rules(), watch.of_rules()
    for _ in range(3):
        here.look(well)
        there.look(ill)
    assert [e.verb for e in AuditEntry.objects.filter(object="rules:schedules")] == ["rules_unreadable"]
