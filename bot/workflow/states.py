"""The states of a Submission and of a Delivery, with the words that people see."""

from __future__ import annotations

from enum import StrEnum


class SubmissionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"  # what is out of it stays; nothing more goes out
    STALE = "stale"
    EXPIRED = "expired"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SCHEDULED = "scheduled"
    BY_HAND = "by_hand"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"
    REMOVED = "removed"


class ThreadWay(StrEnum):
    """What a person decides about what is out of a post on a channel: of a thread that broke, or of a whole one."""

    GO_ON = "go_on"
    TAKE_DOWN = "take_down"
    LEAVE = "leave"
    REPLACE = "replace"  # its correction stands: a part of the correction's approval


class RemovalState(StrEnum):
    """Of a post that is taken down. `unclear`: it may be gone; it is looked at before anything else is done. `undecided`: a
    person has to look."""

    ASKED = "asked"
    REMOVING = "removing"
    UNCLEAR = "unclear"
    REMOVED = "removed"
    UNDECIDED = "undecided"


class MessageState(StrEnum):
    """Of a notice's message. `unclear`: it may have arrived; like a post, it is not sent again by itself."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCLEAR = "unclear"
    GIVEN_UP = "given_up"


LABELS: dict[SubmissionState | DeliveryState, str] = {
    SubmissionState.DRAFT: "下書き",
    SubmissionState.SUBMITTED: "承認待ち",
    SubmissionState.CONFIRMED: "確認済み",
    SubmissionState.APPROVED: "承認済み",
    SubmissionState.RETURNED: "差し戻し",
    SubmissionState.WITHDRAWN: "取り下げ",
    SubmissionState.CLOSED: "一部取り下げ",
    SubmissionState.STALE: "変更により無効",
    SubmissionState.EXPIRED: "期限切れ",
    DeliveryState.WAITING: "前の投稿待ち",
    DeliveryState.SCHEDULED: "配信予定",
    DeliveryState.BY_HAND: "手で掲載",
    DeliveryState.PUBLISHING: "送信中",
    DeliveryState.PUBLISHED: "配信済み",
    DeliveryState.FAILED: "配信できず",
    DeliveryState.UNKNOWN: "結果不明",
    DeliveryState.UNDECIDED: "要判断",
    DeliveryState.HELD: "保留",
    DeliveryState.MISSED: "時刻超過",
    DeliveryState.CANCELLED: "取り消し",
    DeliveryState.REMOVED: "削除済み",
}

IN_QUEUE = frozenset({SubmissionState.SUBMITTED, SubmissionState.CONFIRMED})
OPEN = IN_QUEUE | {SubmissionState.APPROVED}
# Its text is in the column of an issue until the office takes it out.
PRINTED = frozenset({SubmissionState.APPROVED, SubmissionState.CLOSED})
# A delivery that may still lead, or may have led, to a visible post: its place must not be taken by another.
OCCUPIED = frozenset(DeliveryState) - {
    DeliveryState.FAILED,
    DeliveryState.CANCELLED,
    DeliveryState.MISSED,
    DeliveryState.REMOVED,
}
# Not yet begun: can still be stopped with certainty.
PENDING = frozenset({DeliveryState.WAITING, DeliveryState.SCHEDULED, DeliveryState.HELD, DeliveryState.BY_HAND})
IN_DOUBT = frozenset({DeliveryState.UNKNOWN, DeliveryState.UNDECIDED})
# Ended without a post: what waits for it as a later part of its thread has nothing left to reply to.
NEVER_OUT = frozenset({DeliveryState.FAILED, DeliveryState.CANCELLED, DeliveryState.MISSED})
# A part in one of these, after a part that is out, leaves a thread half told until a person acts.
TORN = NEVER_OUT | {DeliveryState.HELD, DeliveryState.UNDECIDED}
