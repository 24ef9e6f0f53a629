"""Waits that a platform asks for: bounded, told at once where a post will not make its time, ended by a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf, nan

import pytest

from bot.channel_kit.base import Prepared, Receipt
from bot.errors import ChannelError, NotSent, RateLimited
from bot.options import Secret
from bot.services.delivery import outcome, pause, scheduling, waits
from bot.services.telling import notices
from bot.store.models import AuditEntry, Delivery, Lane
from bot.store.notices import Notice
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
HOUR = timedelta(hours=1)
Refuse = Callable[[ChannelError | None], list[datetime]]


@pytest.fixture
def refuse(office: Office, monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Facebook's answer to each commit from now on; gives back when commits were asked for."""
    runner = office.runner()
    channel = runner.channel("facebook")
    commit, asked, given = channel.commit, list[datetime](), list[ChannelError | None]()

    def answer(prepared: Prepared, now: datetime) -> Receipt:
        asked.append(now)
        if (error := given[-1]) is not None:
            raise error
        return commit(prepared, now)

    monkeypatch.setattr(channel, "commit", answer)
    monkeypatch.setattr(office, "runner", lambda: runner)

    def answer_with(error: ChannelError | None) -> list[datetime]:
        given.append(error)
        return asked

    return answer_with


@pytest.mark.parametrize("seconds", [0, 0.0, -5, 0.5, nan, -inf])
def test_no_answer_makes_us_ask_again_before_the_backoff(office: Office, refuse: Refuse, seconds: float) -> None:
    office.approved(channels="facebook", extra="publish: 2026-12-01 12:15")
    asked = refuse(RateLimited("too many", retry_after=seconds))
    for second in range(16):
        office.at(NOON + timedelta(seconds=second))
        office.runner().beat()
    assert len(asked) == 2
    assert asked[1] - asked[0] >= outcome.BACKOFF[0]


@pytest.mark.parametrize("seconds", [86_401, 99_999_999_999_999, 10**400, 1e308, inf, 1_800_000_000_000])
def test_no_answer_silences_an_account_for_more_than_a_day(office: Office, refuse: Refuse, seconds: float) -> None:
    office.approved(channels="facebook", extra="publish: 2026-12-01 12:15")
    refuse(RateLimited("too many", retry_after=seconds))
    office.at(NOON)
    office.runner().beat()
    assert office.states() == {"facebook": "scheduled"}
    lane = Lane.objects.get(name="facebook")
    assert (lane.waiting_since, lane.not_before) == (NOON, NOON + timedelta(days=1))


def _told() -> list[str]:
    return list(AuditEntry.objects.filter(verb=waits.TOLD).order_by("id").values_list("detail", flat=True))


def test_who_can_act_is_told_at_once_which_posts_will_not_make_it_and_when_is_free(office: Office, refuse: Refuse) -> None:
    for name, hour in (("one", 12), ("two", 13), ("three", 20)):
        office.schedules()
        office.approved(name, channels="facebook", title=f"{name}（見本）", extra=f"publish: 2026-12-01 {hour}:15")
    refuse(RateLimited("too many", retry_after=5 * 3600))
    office.at(NOON)
    office.runner().beat()
    (said,) = _told()
    assert "「one（見本）」（12月1日（火） 12:15の予定）、「two（見本）」" in said
    assert "three" not in said
    assert "12月1日（火） 17:15まで" in said
    ctx = replace(office.ctx, config=replace(office.ctx.config, webhook_url=Secret("https://chat.example.jp/hook")))
    while notices.take_in(ctx):
        pass
    (notice,) = Notice.objects.filter(kind="put_off")
    assert said in notice.line
    assert notice.line.startswith("Facebook")


def test_the_free_time_that_is_told_is_after_the_wait(office: Office, refuse: Refuse) -> None:
    office.approved(channels="facebook", extra="publish: 2026-12-01 12:15")
    refuse(RateLimited("too many", retry_after=5 * 3600))
    office.at(NOON)
    office.runner().beat()
    (said,) = _told()
    (row,) = office.deliveries()
    (free,) = scheduling.free_times(office.ctx, row, 1, NOON + 5 * HOUR)
    assert free > NOON + 5 * HOUR
    assert f"次に空いている時刻は{office.ctx.said(free)}です" in said


def test_a_wait_that_hurts_nobody_is_told_to_nobody_and_one_that_grows_only_of_whom_it_hurts(
    office: Office, refuse: Refuse
) -> None:
    office.schedules()
    for name, hour in (("one", 12), ("two", 15)):
        office.approved(name, channels="facebook", title=f"{name}（見本）", extra=f"publish: 2026-12-01 {hour}:15")
    refuse(RateLimited("too many", retry_after=60))
    office.at(NOON)
    office.runner().beat()
    assert _told() == []
    refuse(RateLimited("too many", retry_after=2 * 3600))
    office.at(NOON + timedelta(minutes=2))
    office.runner().beat()
    (first,) = _told()
    assert "two" not in first


def test_one_post_that_alone_is_put_off_past_its_time_is_told(office: Office, refuse: Refuse) -> None:
    """After some refusals the others pass it, and the lane does not wait."""
    office.approved(channels="facebook", extra="publish: 2026-12-01 12:15")
    refuse(NotSent("no way"))
    Delivery.objects.update(last_at=NOON + timedelta(minutes=5))
    for seconds in (0, 16, 77, 258):
        office.at(NOON + timedelta(seconds=seconds))
        office.runner().beat()
    assert len(_told()) == 1


def test_a_window_that_is_used_up_is_told_when_it_is_and_not_when_each_post_is_missed(office: Office) -> None:
    office.schedules()
    for name, hour in (("one", 12), ("two", 13)):
        office.approved(name, channels="instagram", title=f"{name}（見本）", extra=f"publish: 2026-12-01 {hour}:15")
    Lane.objects.update(quota=1)
    office.at(NOON)
    office.runner().beat()
    (said,) = _told()
    assert "「two（見本）」" in said
    assert "使い切りました" in said


def test_a_person_ends_the_wait_and_the_post_leaves_at_once(office: Office, refuse: Refuse) -> None:
    office.approved(channels="facebook", extra="publish: 2026-12-01 12:15")
    refuse(RateLimited("too many", retry_after=10**12))
    office.at(NOON)
    office.runner().beat()
    (lane,) = waits.waiting(office.clock.now())
    assert (lane.waiting_since, lane.wait_reason) == (NOON, RateLimited.summary_ja)
    refuse(None)
    office.at(NOON + timedelta(minutes=10))
    office.runner().beat()
    assert office.states() == {"facebook": "scheduled"}
    assert pause.resume(office.ctx, office.officer, "facebook") == 1
    office.runner().beat()
    assert office.states() == {"facebook": "published"}
    assert waits.waiting(office.clock.now()) == []


def test_what_is_planned_while_an_account_waits_is_told_of_too_and_once(office: Office, refuse: Refuse) -> None:
    office.schedules()
    office.approved("one", channels="facebook", title="一つ目（見本）", extra="publish: 2026-12-01 12:15")
    refuse(RateLimited("too many", retry_after=5 * 3600))
    office.at(NOON)
    office.runner().beat()
    before = len(_told())
    office.approved("two", channels="facebook", title="二つ目（見本）", extra="publish: 2026-12-01 13:15")
    office.approved("late", channels="facebook", title="間に合う（見本）", extra="publish: 2026-12-01 20:15")
    for _ in range(3):
        office.runner().beat()
    (said,) = _told()[before:]
    assert "二つ目（見本）" in said
    assert "間に合う（見本）" not in said


def test_a_window_that_is_used_up_is_told_of_what_is_planned_later(office: Office) -> None:
    office.schedules()
    office.approved("one", channels="x", title="一つ目（見本）", extra="publish: 2026-12-01 12:15")
    Lane.objects.filter(name="x").update(quota=1, used=1, window_end=NOON + 5 * HOUR)
    office.runner().engine.tidy()
    (said,) = _told()
    assert "Xに出せる回数" in said
    assert "一つ目（見本）" in said
