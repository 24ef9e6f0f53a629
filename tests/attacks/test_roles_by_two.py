"""Somebody wants to decide who may decide: an operator alone, a person for themself, a role that comes back with its person."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed, StaleApproval
from bot.services.people import accounts, grants, requests
from bot.store.models import AuditEntry, FeedKey, User
from bot.store.people import Grant
from bot.workflow.actors import Actor, Role
from tests.office import Office

OPERATOR, OFFICER = Actor(person="unyou", role=Role.OPERATOR), Actor(person="kouhou", role=Role.OFFICER)


@pytest.fixture
def city(office: Office) -> Office:
    """The first two are there."""
    assert accounts.invite(office.ctx, Actor(person="(サーバー)", role=Role.OPERATOR), "unyou", Role.OPERATOR)
    assert accounts.invite(office.ctx, OPERATOR, "kouhou", Role.OFFICER)
    return office


def test_a_third_is_made_by_two_and_not_by_the_same_two_times(city: Office) -> None:
    assert accounts.invite(city.ctx, OPERATOR, "second-self", Role.OFFICER) == ""
    assert not User.objects.filter(username="second-self").exists()
    (asked,) = grants.waiting(OFFICER)
    with pytest.raises(NotAllowed, match="same person"):
        accounts.agree(city.ctx, OPERATOR, asked.id)
    assert grants.waiting(OFFICER) == [asked]
    assert "/account/invited/" in accounts.agree(city.ctx, OFFICER, asked.id)
    assert User.objects.get(username="second-self").role == Role.OFFICER
    assert [e.verb for e in AuditEntry.objects.filter(object="user:second-self")] == ["ask_grant", "grant"]


def test_nobody_agrees_to_their_own_role(city: Office) -> None:
    assert accounts.change_role(city.ctx, OPERATOR, "kouhou", Role.OPERATOR) is False
    with pytest.raises(NotAllowed, match="same person"):
        accounts.agree(city.ctx, OFFICER, Grant.objects.get().id)
    assert User.objects.get(username="kouhou").role == Role.OFFICER


def test_a_leader_becomes_an_officer_by_two(city: Office) -> None:
    assert accounts.change_role(city.ctx, OPERATOR, "shimin-leader", Role.OFFICER) is False
    assert User.objects.get(username="shimin-leader").role == Role.LEADER
    assert accounts.agree(city.ctx, OFFICER, Grant.objects.get().id) != "", "who never signed in"
    assert User.objects.get(username="shimin-leader").role == Role.OFFICER


def test_who_left_with_a_role_that_decides_comes_back_by_two(city: Office) -> None:
    accounts.dismiss(city.ctx, OPERATOR, "kouhou")
    assert accounts.invite_again(city.ctx, OPERATOR, "kouhou") == ""
    assert not User.objects.get(username="kouhou").is_active


def test_two_who_left_open_no_door_to_a_new_pair(city: Office) -> None:
    User.objects.update(is_active=False)
    assert grants.needs_two(Role.OFFICER)


def test_leaders_are_made_by_one(city: Office) -> None:
    assert accounts.invite(city.ctx, OPERATOR, "zeimu-leader", Role.LEADER)
    assert accounts.change_role(city.ctx, OPERATOR, "zeimu-leader", Role.TRAINEE)


def test_a_grant_that_was_refused_is_no_more(city: Office) -> None:
    accounts.invite(city.ctx, OPERATOR, "second-self", Role.OFFICER)
    number = Grant.objects.get().id
    grants.refuse(city.ctx, OFFICER, number)
    for act in (accounts.agree, grants.refuse):
        with pytest.raises(Exception, match="no such grant"):
            act(city.ctx, OFFICER, number)


def test_a_request_is_accepted_as_it_was_seen_and_never_ones_own(city: Office) -> None:
    people = city.folder / "people.yml"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("department: 市民課", "department: 税務課"), encoding="utf-8")
    (seen,) = requests.waiting(city.ctx)
    people.write_text(text.replace("role: leader", "role: trainee", 1), encoding="utf-8")
    with pytest.raises(StaleApproval):
        requests.accept(city.ctx, OPERATOR, "shimin-leader", seen.digest)
    (now,) = requests.waiting(city.ctx)
    with pytest.raises(NotAllowed, match="own"):
        requests.accept(city.ctx, Actor(person="shimin-leader", role=Role.OPERATOR), "shimin-leader", now.digest)
    requests.accept(city.ctx, OPERATOR, "shimin-leader", now.digest)
    assert User.objects.get(username="shimin-leader").role == Role.TRAINEE
    assert requests.waiting(city.ctx) == []


def test_people_yml_takes_no_role_away_that_it_cannot_give(city: Office) -> None:
    User.objects.filter(username="shimin-leader").update(role=Role.OFFICER)
    assert requests.waiting(city.ctx) == []


def test_nobody_says_whose_commits_their_own_are(city: Office) -> None:
    with pytest.raises(NotAllowed, match="own standing"):
        accounts.change_standing(city.ctx, Actor(person="kouhou", role=Role.OPERATOR), "kouhou", {"addresses": []})
    with pytest.raises(NotAllowed, match="address taken"):
        accounts.change_standing(city.ctx, OPERATOR, "kouhou", {"addresses": ["shimin@example.jp"]})


def test_feeds_end_with_everything_else(city: Office) -> None:
    for end in (accounts.invite_again, accounts.dismiss):
        user = User.objects.get(username="kouhou")
        key = FeedKey.objects.create(user=user, digest=end.__name__, created_at=city.ctx.clock.now())
        end(city.ctx, OPERATOR, "kouhou")
        key.refresh_from_db()
        assert key.revoked_at is not None
