"""Who may do what, whose task it is otherwise, and what holds what leaves."""

from __future__ import annotations

import pytest

from bot.errors import AlreadyDecided, NotAllowed
from bot.workflow.actors import Actor, Permission, Role, roles_by_group, scopes_of
from bot.workflow.kinds import Bar, Kind, held_by
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import DELIVERY, Event, after, sources


def refusal(actor: Actor, permission: Permission) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        actor.require(permission)
    return caught.value


def test_a_leader_who_would_decide_is_sent_to_the_public_relations_office() -> None:
    error = refusal(Actor(person="a", role=Role.LEADER), Permission.DECIDE)
    assert "権限がありません" in error.summary
    assert error.next_step == "広報担当に頼んでください"


def test_a_task_of_two_roles_names_both() -> None:
    assert refusal(Actor(person="a", role=Role.AUDITOR), Permission.PAUSE).next_step == "広報担当・運用担当に頼んでください"


def test_an_officer_whose_key_is_too_narrow_is_told_to_make_another_one() -> None:
    narrow = Actor(person="a", role=Role.OFFICER, scopes=frozenset({Permission.WITHDRAW}))
    narrow.require(Permission.WITHDRAW)
    error = refusal(narrow, Permission.DECIDE)
    assert "この鍵では" in error.summary
    assert "鍵を作ってください" in error.next_step
    assert "with this token" in str(error)


def test_a_key_gives_nobody_what_the_role_does_not() -> None:
    wide = Actor(person="a", role=Role.LEADER, scopes=frozenset(Permission))
    error = refusal(wide, Permission.DECIDE)
    assert "権限がありません" in error.summary
    assert "with this token" not in str(error)


def test_a_key_carries_what_its_person_may_do_and_the_command_line_can() -> None:
    assert set(scopes_of(Role.LEADER)) == {Permission.SUBMIT, Permission.CONFIRM, Permission.WITHDRAW}
    assert scopes_of(Role.AUDITOR) == ()


def test_a_group_named_in_spaces_and_an_empty_entry_do_no_harm() -> None:
    assert roles_by_group(" , staff = auditor ,") == [("staff", Role.AUDITOR)]


def test_a_take_down_is_held_by_nothing_and_an_emergency_by_no_night() -> None:
    assert held_by(Bar.QUIET) == [Kind.PUBLICATION]
    assert held_by(Bar.DISASTER) == [Kind.PUBLICATION, Kind.CORRECTION]
    assert held_by(Bar.STOP) == [Kind.PUBLICATION, Kind.CORRECTION, Kind.EMERGENCY]


def test_only_what_is_planned_can_be_claimed_and_what_is_out_cannot_be_called_back() -> None:
    assert sources(DELIVERY, Event.CLAIM) == {DeliveryState.SCHEDULED}
    assert after(DELIVERY, DeliveryState.SCHEDULED, Event.CLAIM) is DeliveryState.PUBLISHING
    with pytest.raises(AlreadyDecided) as caught:
        after(DELIVERY, DeliveryState.PUBLISHED, Event.CANCEL)
    assert "配信済み" in caught.value.summary
    assert "cancel" in str(caught.value)
