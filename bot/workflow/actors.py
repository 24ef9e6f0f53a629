"""Who may do what. A person's key is the one of content/people.yml, and also the login name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import NotAllowed


class Role(StrEnum):
    LEADER = "leader"
    TRAINEE = "trainee"
    OFFICER = "officer"
    OPERATOR = "operator"


class Permission(StrEnum):
    SUBMIT = "submit"
    CONFIRM = "confirm"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    PLAN = "plan"
    PAUSE = "pause"
    RESUME = "resume"
    READ_ALL = "read_all"


ROLE_LABELS: Mapping[Role, str] = {
    Role.LEADER: "デジタル行政推進リーダー",
    Role.TRAINEE: "デジタル行政推進リーダー（研修中）",
    Role.OFFICER: "広報担当",
    Role.OPERATOR: "運用担当",
}

_ALLOWED: Mapping[Permission, frozenset[Role]] = {
    Permission.SUBMIT: frozenset({Role.LEADER, Role.TRAINEE, Role.OFFICER}),
    Permission.CONFIRM: frozenset({Role.LEADER}),
    Permission.DECIDE: frozenset({Role.OFFICER}),
    Permission.WITHDRAW: frozenset({Role.LEADER, Role.TRAINEE, Role.OFFICER}),
    Permission.PLAN: frozenset({Role.OFFICER}),
    Permission.PAUSE: frozenset({Role.OFFICER, Role.OPERATOR}),
    Permission.RESUME: frozenset({Role.OFFICER}),
    Permission.READ_ALL: frozenset({Role.OFFICER, Role.OPERATOR}),
}

# Who decides what the city says, and who makes people who do, must prove who they are twice.
NEED_SECOND_FACTOR = frozenset({Role.OFFICER, Role.OPERATOR})


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person who acts, as every service sees them: the same for web, command line and API."""

    person: str
    role: Role

    def may(self, permission: Permission) -> bool:
        return self.role in _ALLOWED[permission]

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed, saying whose task it is."""
        if not self.may(permission):
            who = "・".join(ROLE_LABELS[r] for r in Role if r in _ALLOWED[permission])
            raise NotAllowed(
                f"{self.role} may not {permission}",
                summary="この操作をする権限がありません",
                next_step=f"{who}に頼んでください",
            )
