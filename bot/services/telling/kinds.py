"""What there is to tell, to whom, and how soon; which entry of the audit log is which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot import errors
from bot.errors import ChannelClosed, OutcomeUnknown, Rejected
from bot.services.approval import mentions, suggestions
from bot.services.delivery import (
    connections,
    disasters,
    outcome,
    reconcile,
    removal,
    rollback,
    rule_changes,
    takedowns,
    telegrams,
    timekeeper,
    vanished,
    waits,
)
from bot.services.handing_in import push, yearly
from bot.services.handing_in.one_set import REFUSE, TAKE_AWAY
from bot.services.handing_in.parked import REWRITTEN
from bot.services.paper import errata
from bot.services.paper.proof_build import BUILD_PROOF
from bot.services.people import accounts, grants, requests
from bot.services.records import audit, days, stamps
from bot.services.telling.faults import FAILS
from bot.services.telling.watch import SPOILT, UNREADABLE
from bot.store.models import AuditEntry, Submission
from bot.workflow.actors import NEED_SECOND_FACTOR, Role, is_at_server
from bot.workflow.states import ThreadWay
from bot.workflow.transitions import Action, Event


class Kind(StrEnum):
    TO_CONFIRM = "to_confirm"
    WAITING = "waiting"
    RETURNED = "returned"
    MENTION = "mention"
    SUGGESTION = "suggestion"
    APPROVED = "approved"
    FAILED = "failed"
    MISSED = "missed"
    HELD = "held"
    PUT_OFF = "put_off"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"
    SETTLED = "settled"
    TWICE = "twice"
    PARTLY = "partly"
    UNSIGNED = "unsigned"
    REMOVED = "removed"
    STUCK = "stuck"
    VANISHED = "vanished"
    PAUSED = "paused"
    BEHIND = "behind"
    CLOSED = "closed"
    CONNECTION = "connection"
    BLACKOUT = "blackout"
    RULE_CHANGE = "rule_change"
    FILES = "files"
    FILES_GONE = "files_gone"
    SPOILT = "spoilt"
    RULES = "rules"
    CLOCK = "clock"
    DISASTER = "disaster"
    COPY_DEADLINE = "copy_deadline"
    YEARLY = "yearly"
    CLOSED_POST = "closed_post"
    CORRECTION_WAITS = "correction_waits"
    REWRITTEN = "rewritten"
    SHELL = "shell"
    SEAL = "seal"
    FAULT = "fault"
    PEOPLE = "people"
    TOKEN_ENDS = "token_ends"  # noqa: S105 not a secret


LABELS: Mapping[Kind, str] = {
    Kind.TO_CONFIRM: "確認待ち",
    Kind.WAITING: "承認待ち",
    Kind.RETURNED: "差し戻し",
    Kind.MENTION: "コメントでの呼びかけ",
    Kind.SUGGESTION: "直しの提案",
    Kind.APPROVED: "承認",
    Kind.FAILED: "配信できず",
    Kind.MISSED: "時刻超過",
    Kind.HELD: "保留",
    Kind.PUT_OFF: "配信の待ち",
    Kind.UNKNOWN: "結果不明",
    Kind.UNDECIDED: "要判断",
    Kind.SETTLED: "結果の確認",
    Kind.TWICE: "二重掲載",
    Kind.PARTLY: "一部配信済み",
    Kind.UNSIGNED: "署名のない削除",
    Kind.REMOVED: "削除",
    Kind.STUCK: "削除の要判断",
    Kind.VANISHED: "見当たらない投稿",
    Kind.PAUSED: "停止",
    Kind.BEHIND: "配信の印",
    Kind.CLOSED: "配信先の停止",
    Kind.CONNECTION: "接続",
    Kind.BLACKOUT: "配信を止める期間",
    Kind.RULE_CHANGE: "配信の決まりの変更",
    Kind.FILES: "原稿のリポジトリの誤り",
    Kind.FILES_GONE: "設定ファイルの削除",
    Kind.SPOILT: "設定ファイルの誤り",
    Kind.RULES: "配信の決まりの誤り",
    Kind.CLOCK: "時計のずれ",
    Kind.DISASTER: "災害",
    Kind.COPY_DEADLINE: "紙面の締切",
    Kind.YEARLY: "毎年の原稿",
    Kind.CLOSED_POST: "取り下げの残り",
    Kind.CORRECTION_WAITS: "紙面の訂正",
    Kind.REWRITTEN: "原稿の履歴の書き換え",
    Kind.SHELL: "サーバーでの操作",
    Kind.SEAL: "操作の記録の署名",
    Kind.FAULT: "サーバーの不調",
    Kind.PEOPLE: "利用者の登録",
    Kind.TOKEN_ENDS: "鍵の期限",
}
# These can wait for the digest; everything else is told at once.
DIGEST = frozenset({Kind.TO_CONFIRM, Kind.WAITING, Kind.COPY_DEADLINE, Kind.YEARLY, Kind.TOKEN_ENDS})
_OFFICE = frozenset({Role.OFFICER, Role.OPERATOR})
ROLES: Mapping[Kind, frozenset[Role]] = {
    Kind.TO_CONFIRM: frozenset({Role.LEADER, Role.HEAD}),
    Kind.WAITING: frozenset({Role.OFFICER}),
    Kind.COPY_DEADLINE: frozenset({Role.OFFICER}),
    Kind.YEARLY: frozenset({Role.OFFICER}),
    Kind.CORRECTION_WAITS: frozenset({Role.OFFICER}),
    Kind.CLOSED_POST: frozenset({Role.OFFICER}),
    Kind.BLACKOUT: _OFFICE,
    Kind.RULE_CHANGE: _OFFICE,
    Kind.FILES: _OFFICE,
    Kind.FILES_GONE: _OFFICE,
    Kind.SPOILT: _OFFICE,
    Kind.PEOPLE: _OFFICE,
    Kind.RULES: _OFFICE,
    Kind.CLOCK: _OFFICE,
    Kind.DISASTER: _OFFICE,
    Kind.FAULT: _OFFICE,
    Kind.FAILED: _OFFICE,
    Kind.MISSED: _OFFICE,
    Kind.HELD: _OFFICE,
    Kind.PUT_OFF: _OFFICE,
    Kind.UNKNOWN: _OFFICE,
    Kind.UNDECIDED: _OFFICE,
    Kind.SETTLED: _OFFICE,
    Kind.TWICE: _OFFICE,
    Kind.PARTLY: _OFFICE,
    Kind.UNSIGNED: frozenset({Role.HEAD, Role.OPERATOR}),
    Kind.REMOVED: _OFFICE,
    Kind.STUCK: _OFFICE,
    Kind.VANISHED: _OFFICE,
    Kind.PAUSED: _OFFICE,
    Kind.BEHIND: _OFFICE,
    Kind.CLOSED: _OFFICE,
    Kind.CONNECTION: _OFFICE,
    Kind.REWRITTEN: _OFFICE,
    Kind.SHELL: frozenset({Role.OPERATOR}),
    Kind.SEAL: frozenset({Role.OPERATOR, Role.AUDITOR}),
}
TO_AUTHOR = frozenset({Kind.RETURNED, Kind.APPROVED, Kind.FAILED, Kind.MISSED, Kind.PARTLY})
OF_A_PART = frozenset({Kind.FAILED, Kind.MISSED, Kind.HELD})  # told of the thread as a whole, once a part of it is out
_VERBS: Mapping[str, Kind] = {
    Action.CONFIRM: Kind.WAITING,
    Action.APPROVE: Kind.APPROVED,
    Action.RETURN: Kind.RETURNED,
    mentions.MENTION: Kind.MENTION,
    **dict.fromkeys((suggestions.SUGGEST, suggestions.ACCEPT, suggestions.DECLINE), Kind.SUGGESTION),
    Action.CLOSE: Kind.CLOSED_POST,
    Event.LOSE_TRACK: Kind.UNKNOWN,
    **dict.fromkeys((Event.GIVE_UP, reconcile.SECOND), Kind.UNDECIDED),
    Event.FOUND: Kind.SETTLED,
    Event.PROVE_ABSENT: Kind.SETTLED,
    outcome.TWICE: Kind.TWICE,
    takedowns.UNSIGNED: Kind.UNSIGNED,
    ThreadWay.TAKE_DOWN: Kind.REMOVED,
    removal.STUCK: Kind.STUCK,
    vanished.VANISHED: Kind.VANISHED,
    Event.MISS: Kind.MISSED,
    Event.HOLD: Kind.HELD,
    waits.TOLD: Kind.PUT_OFF,
    connections.TROUBLED: Kind.CONNECTION,
    "pause": Kind.PAUSED,
    **dict.fromkeys((rollback.STOPPED, rollback.UNWRITTEN), Kind.BEHIND),
    **dict.fromkeys(("blackout", "ask_to_lift", "lift"), Kind.BLACKOUT),
    **dict.fromkeys((rule_changes.PROPOSED, rule_changes.CHANGED, rule_changes.ACCEPTED), Kind.RULE_CHANGE),
    UNREADABLE: Kind.RULES,
    **dict.fromkeys((timekeeper.WRONG, timekeeper.RIGHT), Kind.CLOCK),
    **dict.fromkeys((disasters.HELD, disasters.TOLD, disasters.OVER, disasters.CONFLICT), Kind.DISASTER),
    **dict.fromkeys((telegrams.DOUBTFUL, telegrams.STRANGE), Kind.DISASTER),
    FAILS: Kind.FAULT,
    **dict.fromkeys((REFUSE, push.REFUSE), Kind.FILES),
    TAKE_AWAY: Kind.FILES_GONE,
    SPOILT: Kind.SPOILT,
    **dict.fromkeys((requests.ASK, grants.ASK, grants.AGREE), Kind.PEOPLE),
    **dict.fromkeys((yearly.MADE, yearly.LACKS), Kind.YEARLY),
    BUILD_PROOF: Kind.COPY_DEADLINE,
    errata.WAITS: Kind.CORRECTION_WAITS,
    REWRITTEN: Kind.REWRITTEN,
    **dict.fromkeys((days.SEALED, days.UNSEALED, days.NEW_KEY, stamps.UNSTAMPED), Kind.SEAL),
}
# What somebody at the server does without changing who may do what.
_QUIET = frozenset({audit.REFUSED, audit.EXPORTED, audit.IMPORTED})
_ERRORS: Mapping[type[errors.ChannelError], Kind] = {
    Rejected: Kind.FAILED,
    ChannelClosed: Kind.CLOSED,
    OutcomeUnknown: Kind.UNKNOWN,
}


def kind_of(entry: AuditEntry, submission: Submission | None) -> Kind | None:
    # No key and no second factor stood before what was done at the server, so it is told whatever it was (ADR 18).
    if is_at_server(entry.actor) and entry.verb not in _QUIET:
        return Kind.SHELL
    if entry.verb == Action.SUBMIT:
        return Kind.TO_CONFIRM if submission and submission.needs_confirmation else Kind.WAITING
    if entry.verb == accounts.INVITE_AGAIN:
        return Kind.PEOPLE if entry.detail in NEED_SECOND_FACTOR else None
    error = getattr(errors, entry.verb, None)
    if isinstance(error, type):
        return next((kind for ancestor, kind in _ERRORS.items() if issubclass(error, ancestor)), None)
    return _VERBS.get(entry.verb)
