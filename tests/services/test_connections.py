"""What stands behind the keys is asked once a day, kept, and told where it is wrong; the month's costs hold at the cap."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.registry import load
from bot.services.delivery import pause, spending
from bot.services.pages import connections as page
from bot.services.records.context import context
from bot.services.telling import notices
from bot.store.connections import Connection
from bot.store.models import AuditEntry, Delivery, Lane
from bot.store.notices import Notice
from tests.office import TUESDAY, Office

LINK = "くわしくは https://example.jp/ をご覧ください（見本）。\n"


def settings(office: Office, **env: str) -> None:
    office.env |= {"DXBOT_WEBHOOK_URL": "https://chat.example.jp/"} | env
    office.ctx = context(load(office.env), office.clock)


def told(office: Office) -> list[str]:
    while notices.take_in(office.ctx):
        pass
    return list(Notice.objects.filter(kind="connection").order_by("id").values_list("line", flat=True))


def test_each_account_is_asked_once_a_day_and_kept(office: Office) -> None:
    runner = office.runner()
    assert [runner.ask(), runner.ask()] == [3, 0]
    row = Connection.objects.get(channel="instagram")
    assert (row.account, row.used, row.quota, row.endless, row.problem) == ("instagram:17841400000000001", 0, 100, True, "")
    office.at(TUESDAY + timedelta(days=1))
    assert runner.ask() == 3
    assert not AuditEntry.objects.filter(verb__startswith="connection").exists()


def test_a_missing_right_and_a_near_end_are_told_once_and_hold_nothing(office: Office) -> None:
    settings(office)
    office.sandbox.choose(x_access="read", meta_tokens_end_at=(TUESDAY + timedelta(days=9)).isoformat())
    runner = office.runner()
    runner.ask()
    assert len(told(office)) == 3
    assert any("Xの接続：鍵に、投稿に要る権限がありません：read-write" in line for line in told(office))
    assert any("鍵は2026年12月10日に使えなくなります" in line and "/connections/" in line for line in told(office))
    office.at(TUESDAY + timedelta(minutes=16))
    assert runner.ask() == 3
    assert len(told(office)) == 3
    assert pause.closed_lanes() == []
    office.sandbox.choose(x_access="read-write", meta_tokens_end_at=None)
    office.at(TUESDAY + timedelta(minutes=32))
    runner.ask()
    assert AuditEntry.objects.filter(verb="connection_mended").count() == 3


def test_another_accounts_keys_shut_the_lane_before_anything_is_due(office: Office) -> None:
    settings(office, DXBOT_FACEBOOK_PAGE_ID="999")
    office.approved(channels="facebook")
    office.runner().ask()
    assert [(lane.name, "facebook:100000000000001" in lane.problem) for lane in pause.closed_lanes()] == [("facebook", True)]
    assert (Delivery.objects.get().state, Delivery.objects.get().bar) == ("held", "account")
    assert any("Facebookの接続：鍵が、設定したアカウント" in line for line in told(office))
    # Who opens the lane without putting the keys right is told once more, and nothing leaves.
    pause.resume(office.ctx, office.officer, "facebook")
    office.at(TUESDAY + timedelta(minutes=16))
    office.runner().ask()
    assert len(pause.closed_lanes()) == 1
    assert len(told(office)) == 2
    assert office.sandbox.posts("facebook") == []


def test_a_platform_that_is_away_is_noted_and_nobody_is_woken(office: Office) -> None:
    settings(office)
    office.runner().ask()
    office.at(TUESDAY + timedelta(days=1))
    office.sandbox.fault("x", "500_before", on="read")
    office.runner().ask()
    row = Connection.objects.get(channel="x")
    assert row.problem
    assert row.account == "x:1500000000000000001"  # what was told yesterday is kept
    assert told(office) == []


def test_a_surprise_at_one_account_is_noted_by_its_name_and_keeps_no_other_from_being_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(office)
    runner = office.runner()

    def surprised() -> None:
        raise KeyError("a key's own words")

    monkeypatch.setattr(runner.channel("facebook"), "probe", surprised)
    assert runner.ask() == 3
    found = dict(Connection.objects.values_list("channel", "problem"))
    assert "（KeyError）" in found["facebook"]
    assert "a key's own words" not in found["facebook"]
    assert (found["x"], found["instagram"]) == ("", "")
    assert told(office) == []


def test_what_the_month_has_cost_is_counted_from_what_left(office: Office) -> None:
    office.approved("one", channels="x", extra="publish: 2026-12-01 12:15")
    office.approved("two", channels="x", extra="publish: 2026-12-01 12:45", body=LINK)
    office.publish_all()
    assert spending.spent(office.ctx, "x", office.clock.now()) == Decimal("0.215")
    # What is in doubt counts once, also when it is found later; what was refused does not.
    office.approved("three", channels="x", extra="publish: 2026-12-01 13:15", body="三つ目です（見本）。\n")
    office.sandbox.fault("x", "500_after")
    office.publish_all()
    office.at(office.clock.now() + timedelta(seconds=6))
    office.runner().beat()
    office.approved("four", channels="x", extra="publish: 2026-12-01 13:45", body="四つ目です（見本）。\n")
    office.sandbox.fault("x", "403")
    office.publish_all()
    assert sorted(d.state for d in Delivery.objects.all()) == ["failed", "published", "published", "published"]
    assert spending.spent(office.ctx, "x", office.clock.now()) == Decimal("0.230")
    assert spending.spent(office.ctx, "x", office.clock.now() + timedelta(days=31)) == 0


def test_a_post_beyond_the_cap_is_held_with_its_lane_and_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(office, DXBOT_MONTHLY_CAP_USD="1")
    monkeypatch.setattr(spending, "spent", lambda *_: Decimal("0.9"))
    office.approved("cheap", channels="x, facebook", extra="publish: 2026-12-01 12:15")
    office.approved("dear", channels="x", extra="publish: 2026-12-01 12:45", body=LINK)
    office.approved("later", channels="x", extra="publish: 2026-12-01 13:15", body="別の文です（見本）。\n")
    office.publish_all()
    states = [(d.channel, d.state) for d in Delivery.objects.order_by("due_at", "channel")]
    assert states == [("facebook", "published"), ("x", "published"), ("x", "held"), ("x", "held")]
    assert Lane.objects.get(name="x").problem.startswith("今月の費用が上限（1米ドル）を超えるため止めました")
    assert len(office.sandbox.posts("x")) == 1
    assert AuditEntry.objects.filter(verb="hold", detail__contains="上限（1米ドル）").count() == 1
    # A person raises the cap, opens the lane and releases what waited.
    settings(office, DXBOT_MONTHLY_CAP_USD="2")
    pause.resume(office.ctx, office.officer, "x")
    for held in Delivery.objects.filter(state="held"):
        pause.release(office.ctx, office.officer, held.id)
    office.publish_all()
    assert set(office.states().values()) == {"published"}


def test_the_page_has_a_row_for_each_channel_that_sends(office: Office) -> None:
    before = page.rows(office.ctx, office.operator)
    assert [(row.spec.key, row.told) for row in before] == [("x", None), ("instagram", None), ("facebook", None)]
    settings(office, DXBOT_MONTHLY_CAP_USD="20")
    office.runner().ask()
    rows = page.rows(office.ctx, office.officer)
    assert [(row.spent, row.cap) for row in rows] == [(Decimal(0), 20), (None, None), (None, None)]
