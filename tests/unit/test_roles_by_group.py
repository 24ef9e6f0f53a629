"""What a role may carry, and which role a group of the city's directory has."""

from __future__ import annotations

import pytest

from bot.errors import ConfigError
from bot.workflow.actors import Actor, Permission, Role, roles_by_group, scopes_of


def test_groups_keep_their_order_and_may_hold_an_equals_sign() -> None:
    found = roles_by_group("cn=kouhou = officer, DX leaders=leader,")
    assert found == [("cn=kouhou", Role.OFFICER), ("DX leaders", Role.LEADER)]


def test_an_unknown_role_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ConfigError) as caught:
        roles_by_group("staff=boss")
    assert "DXBOT_OIDC_ROLES" in caught.value.summary
    assert all(role in caught.value.next_step for role in Role)


@pytest.mark.parametrize("role", Role)
def test_a_token_carries_nothing_that_its_person_may_not_do(role: Role) -> None:
    assert all(Actor(person="a", role=role).may(scope) for scope in scopes_of(role))


def test_an_officer_s_token_can_decide_and_a_leader_s_cannot() -> None:
    assert Permission.DECIDE in scopes_of(Role.OFFICER)
    assert Permission.DECIDE not in scopes_of(Role.LEADER)
