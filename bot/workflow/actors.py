"""Who may do what. A person's key is the one of content/people.yml, and also the login name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import ConfigError, NotAllowed
from bot.language import say


class Role(StrEnum):
    LEADER = "leader"
    TRAINEE = "trainee"
    HEAD = "head"
    OFFICER = "officer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    SUBMIT = "submit"
    CONFIRM = "confirm"
    COMMENT = "comment"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    PLAN = "plan"
    PAUSE = "pause"
    RESUME = "resume"
    READ_ALL = "read_all"
    READ_AUDIT = "read_audit"
    MANAGE_PEOPLE = "manage_people"
    GRANT = "grant"
    WATCH = "watch"


ROLE_LABELS: Mapping[Role, str] = {
    Role.LEADER: "デジタル行政推進リーダー",
    Role.TRAINEE: "デジタル行政推進リーダー（研修中）",
    Role.HEAD: "発信管理者",
    Role.OFFICER: "広報担当",
    Role.OPERATOR: "運用担当",
    Role.AUDITOR: "監査担当",
}

_ALLOWED: Mapping[Permission, frozenset[Role]] = {
    Permission.SUBMIT: frozenset({Role.LEADER, Role.TRAINEE, Role.OFFICER}),
    Permission.CONFIRM: frozenset({Role.LEADER, Role.HEAD}),
    Permission.COMMENT: frozenset({Role.LEADER, Role.TRAINEE, Role.HEAD, Role.OFFICER}),
    Permission.DECIDE: frozenset({Role.OFFICER}),
    Permission.WITHDRAW: frozenset({Role.LEADER, Role.TRAINEE, Role.OFFICER}),
    Permission.PLAN: frozenset({Role.OFFICER}),
    Permission.PAUSE: frozenset({Role.OFFICER, Role.OPERATOR}),
    Permission.RESUME: frozenset({Role.OFFICER}),
    Permission.READ_ALL: frozenset({Role.OFFICER, Role.OPERATOR, Role.AUDITOR}),
    Permission.READ_AUDIT: frozenset({Role.OPERATOR, Role.AUDITOR}),
    Permission.MANAGE_PEOPLE: frozenset({Role.OPERATOR}),
    Permission.GRANT: frozenset({Role.OFFICER, Role.OPERATOR}),
    Permission.WATCH: frozenset({Role.HEAD, Role.OFFICER, Role.OPERATOR}),  # whom the watchman tells
}

# Who decides what the city says, and who makes the people who do, must prove who they are in two ways.
NEED_SECOND_FACTOR = frozenset({Role.OFFICER, Role.OPERATOR})


# What a personal token may carry: the acts of the command line. Managing people is for the web site and the server.
TOKEN_SCOPES: Mapping[Permission, str] = {
    Permission.SUBMIT: "申請する",
    Permission.CONFIRM: "確認する",
    Permission.DECIDE: "承認する・差し戻す",
    Permission.WITHDRAW: "取り下げる",
    Permission.PLAN: "配信の予定を変える",
    Permission.PAUSE: "配信を止める",
    Permission.RESUME: "停止を解除する",
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person who acts, as every service sees them: the same for web, command line and API. `scopes` narrow the role down to
    what a personal token carries; None: the person acts in the web site, with the whole role."""

    person: str
    role: Role
    scopes: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        return self.role in _ALLOWED[permission] and (self.scopes is None or permission in self.scopes)

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed, saying whose task it is."""
        if self.may(permission):
            return
        who = "・".join(say(ROLE_LABELS[r]) for r in Role if r in _ALLOWED[permission])
        narrow = self.role in _ALLOWED[permission]
        raise NotAllowed(
            f"{self.role} may not {permission}" + (" with this token" if narrow else ""),
            summary="この鍵では、この操作はできません" if narrow else "この操作をする権限がありません",
            next_step="画面の「自分の鍵」で、この操作のできる鍵を作ってください"
            if narrow
            else say("{who}に頼んでください", who=who),
        )


_SHELL = "(サーバー:"


def at_server(account: str) -> Actor:
    """Who acts from a shell of the service account, known by the system's user names alone: an operator without a key."""
    return Actor(person=f"{_SHELL}{account})"[:150], role=Role.OPERATOR)


def is_at_server(person: str) -> bool:
    return person.startswith(_SHELL)


def scopes_of(role: Role) -> tuple[Permission, ...]:
    """What a token of a person in this role may carry at most."""
    return tuple(permission for permission in TOKEN_SCOPES if role in _ALLOWED[permission])


def roles_by_group(configured: str) -> list[tuple[str, Role]]:
    """`group=role` pairs, the strongest first. Raises ConfigError."""
    pairs = [pair.strip().rpartition("=") for pair in configured.split(",") if pair.strip()]
    try:
        return [(group.strip(), Role(role.strip())) for group, _, role in pairs]
    except ValueError:
        raise ConfigError(
            "DXBOT_OIDC_ROLES names an unknown role",
            summary="環境変数 DXBOT_OIDC_ROLES の役割が使えません",
            next_step=say("役割は {names} のどれかにしてください", names="・".join(Role)),
        ) from None
