"""Keys for the command line: narrow, short-lived, revocable, and their last use shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.errors import NotAllowed
from bot.options import Secret
from bot.services.approval import review
from bot.services.people import accounts
from bot.store.models import PersonalToken, Submission, User
from bot.workflow.actors import Actor, Permission, Role
from tests.office import Office
from tests.people.browser import Browser

Add = Callable[[str, Role], User]


def test_a_key_does_only_what_it_was_made_for(office: Office, add: Add) -> None:
    key = accounts.issue_token(office.ctx, add("kouhou", Role.OFFICER), "停止用", {Permission.PAUSE})
    actor = accounts.actor_for(office.ctx, key)
    submission = office.submit(office.post())
    with pytest.raises(NotAllowed) as refused:
        review.approve(office.ctx, actor, submission.id, submission.digest)
    assert "この鍵では" in refused.value.summary
    assert Submission.objects.get().state == "submitted"
    assert actor.may(Permission.PAUSE)


def test_a_key_never_carries_more_than_the_role(office: Office, add: Add) -> None:
    leader = add("shimin-leader", Role.LEADER)
    key = accounts.issue_token(office.ctx, leader, "自席", {Permission.SUBMIT, Permission.DECIDE})
    assert not accounts.actor_for(office.ctx, key).may(Permission.DECIDE)


def test_a_key_does_not_grow_with_a_promotion_and_shrinks_with_a_demotion(office: Office, add: Add) -> None:
    key = accounts.issue_token(office.ctx, add("soumu-leader", Role.LEADER), "自席")
    accounts.change_role(office.ctx, office.operator, "soumu-leader", Role.OFFICER)
    assert not accounts.actor_for(office.ctx, key).may(Permission.DECIDE)
    accounts.change_role(office.ctx, office.operator, "soumu-leader", Role.AUDITOR)
    assert not accounts.actor_for(office.ctx, key).may(Permission.SUBMIT)


def test_a_key_without_any_act_is_not_made(office: Office, add: Add) -> None:
    with pytest.raises(NotAllowed):
        accounts.issue_token(office.ctx, add("shimin-leader", Role.LEADER), "自席", {Permission.DECIDE})
    assert not PersonalToken.objects.exists()


def test_a_key_ends_when_it_was_said_to_and_after_90_days_at_the_latest(office: Office, add: Add) -> None:
    user = add("shimin-leader", Role.LEADER)
    short = accounts.issue_token(office.ctx, user, "短い", lifetime=timedelta(days=7))
    long = accounts.issue_token(office.ctx, user, "長い", lifetime=timedelta(days=5000))
    start = office.clock.now()
    for days, alive in ((6.9, (short, long)), (7.1, (long,)), (90.1, ())):
        office.clock.advance_to(start + timedelta(days=days))
        for key in (short, long):
            assert _works(office, key) is (key in alive)


def _works(office: Office, key: Secret) -> bool:
    try:
        accounts.actor_for(office.ctx, key)
    except NotAllowed:
        return False
    return True


def test_a_dismissed_person_s_key_is_dead_even_after_they_come_back(office: Office, add: Add) -> None:
    key = accounts.issue_token(office.ctx, add("shimin-leader", Role.LEADER), "自席")
    accounts.dismiss(office.ctx, office.operator, "shimin-leader")
    accounts.invite_again(office.ctx, office.operator, "shimin-leader")
    assert not _works(office, key)


def test_self_approval_is_refused_with_a_key_too(office: Office, add: Add) -> None:
    submission = office.submit(office.post())
    key = accounts.issue_token(office.ctx, add("shimin-leader", Role.OFFICER), "自席")
    with pytest.raises(NotAllowed, match="had a hand"):
        review.approve(office.ctx, accounts.actor_for(office.ctx, key), submission.id, submission.digest)
    assert Submission.objects.get().state == "submitted"


def test_the_page_shows_what_a_key_may_do_until_when_and_when_it_was_used(
    office: Office, add: Add, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.views.account.office", lambda: office.ctx)
    add("kouhou", Role.OFFICER)
    browser.log_in("kouhou")
    shown = browser.post("/tokens/new/", "/tokens/", label="自席", scopes="pause", days="7").text
    key = re.search(r'class="key">(dxb_[^<]+)<', shown)
    assert key
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh] (?:data-label|scope=.row).*?</t[dh]>", shown)]
    assert cells[:4] == ["自席", "配信を止める", "2026年12月8日", "まだ使っていません"]
    accounts.actor_for(office.ctx, Secret(key[1]))
    assert "2026年12月1日（火） " in browser.get("/tokens/").text


def test_nobody_revokes_another_s_key(office: Office, add: Add, browser: Browser) -> None:
    add("shimin-leader", Role.LEADER)
    key = accounts.issue_token(office.ctx, add("soumu-leader", Role.LEADER), "自席")
    browser.log_in("shimin-leader")
    browser.post(f"/tokens/{PersonalToken.objects.get().id}/revoke/", "/tokens/", sure="1")
    assert _works(office, key)


def test_the_web_site_acts_with_the_whole_role() -> None:
    assert Actor(person="kouhou", role=Role.OFFICER).may(Permission.DECIDE)
