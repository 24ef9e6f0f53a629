"""The two state machines, as data. Only `bot.services` moves a state, and only along these lines."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from bot.errors import AlreadyDecided
from bot.language import say
from bot.workflow.states import LABELS, NEVER_OUT
from bot.workflow.states import DeliveryState as D
from bot.workflow.states import SubmissionState as S


class Action(StrEnum):
    """What a person does to a Submission, or the program where its files change or its time passes."""

    SUBMIT = "submit"
    CONFIRM = "confirm"
    ENDORSE = "endorse"  # the department head's 確認; the queue is not left
    APPROVE = "approve"
    UNDO = "undo"  # an approval, within ten seconds
    RETURN = "return"
    WITHDRAW = "withdraw"
    CLOSE = "close"  # withdrawn, but for what is out
    CHANGE = "change"
    EXPIRE = "expire"


class Event(StrEnum):
    """What happens to a Delivery."""

    PREDECESSOR_PUBLISHED = "predecessor_published"
    CLAIM = "claim"
    RELEASE = "release"  # claimed, but surely nothing was sent
    ACCEPT = "accept"
    POSTPONE = "postpone"  # refused, surely not published: again later
    REFUSE = "refuse"
    LOSE_TRACK = "lose_track"
    FOUND = "found"
    PROVE_ABSENT = "prove_absent"
    GIVE_UP = "give_up"
    HOLD = "hold"
    RESUME = "resume"
    MISS = "miss"
    REPLAN = "replan"  # it did not go out, and a person gave it a later time
    WAIT_AGAIN = "wait_again"  # a later part of what was replanned
    HAND_AGAIN = "hand_again"  # a cancelling was taken back of what a person posts by hand
    REMOVE = "remove"  # taken down, on the word of the platform or of a person
    CANCEL = "cancel"
    DECIDE_PUBLISHED = "decide_published"
    DECIDE_AGAIN = "decide_again"
    DECIDE_LET_BE = "decide_let_be"


SUBMISSION: Mapping[tuple[S, Action], S] = {
    (S.DRAFT, Action.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Action.CONFIRM): S.CONFIRMED,
    (S.SUBMITTED, Action.ENDORSE): S.SUBMITTED,
    (S.CONFIRMED, Action.ENDORSE): S.CONFIRMED,
    (S.SUBMITTED, Action.APPROVE): S.APPROVED,
    (S.CONFIRMED, Action.APPROVE): S.APPROVED,
    (S.APPROVED, Action.UNDO): S.SUBMITTED,
    (S.SUBMITTED, Action.RETURN): S.RETURNED,
    (S.CONFIRMED, Action.RETURN): S.RETURNED,
    (S.SUBMITTED, Action.WITHDRAW): S.WITHDRAWN,
    (S.CONFIRMED, Action.WITHDRAW): S.WITHDRAWN,
    (S.APPROVED, Action.WITHDRAW): S.WITHDRAWN,
    (S.APPROVED, Action.CLOSE): S.CLOSED,
    (S.SUBMITTED, Action.CHANGE): S.STALE,
    (S.CONFIRMED, Action.CHANGE): S.STALE,
    (S.APPROVED, Action.CHANGE): S.STALE,
    (S.SUBMITTED, Action.EXPIRE): S.EXPIRED,
    (S.CONFIRMED, Action.EXPIRE): S.EXPIRED,
}

DELIVERY: Mapping[tuple[D, Event], D] = {
    (D.WAITING, Event.PREDECESSOR_PUBLISHED): D.SCHEDULED,
    (D.SCHEDULED, Event.CLAIM): D.PUBLISHING,
    (D.PUBLISHING, Event.RELEASE): D.SCHEDULED,
    (D.PUBLISHING, Event.ACCEPT): D.PUBLISHED,
    (D.PUBLISHING, Event.POSTPONE): D.SCHEDULED,
    (D.PUBLISHING, Event.REFUSE): D.FAILED,
    (D.PUBLISHING, Event.LOSE_TRACK): D.UNKNOWN,
    (D.PUBLISHING, Event.HOLD): D.HELD,
    (D.PUBLISHING, Event.MISS): D.MISSED,
    (D.PUBLISHING, Event.CANCEL): D.CANCELLED,
    (D.UNKNOWN, Event.FOUND): D.PUBLISHED,
    # A receipt may come later than anyone waited for it. It is the truth, whatever was concluded meanwhile.
    (D.UNDECIDED, Event.FOUND): D.PUBLISHED,
    (D.SCHEDULED, Event.FOUND): D.PUBLISHED,
    (D.HELD, Event.FOUND): D.PUBLISHED,
    (D.MISSED, Event.FOUND): D.PUBLISHED,
    (D.FAILED, Event.FOUND): D.PUBLISHED,
    (D.CANCELLED, Event.FOUND): D.PUBLISHED,
    (D.UNKNOWN, Event.PROVE_ABSENT): D.SCHEDULED,
    # So may a refusal. Whoever was given up for dead and knows that it published nothing ends the doubt.
    (D.UNDECIDED, Event.PROVE_ABSENT): D.SCHEDULED,
    (D.UNKNOWN, Event.REFUSE): D.FAILED,
    (D.UNDECIDED, Event.REFUSE): D.FAILED,
    (D.UNKNOWN, Event.GIVE_UP): D.UNDECIDED,
    # What a restored database does not know to be out, and nobody could read back (ADR 25).
    (D.SCHEDULED, Event.GIVE_UP): D.UNDECIDED,
    (D.HELD, Event.GIVE_UP): D.UNDECIDED,
    (D.UNDECIDED, Event.DECIDE_PUBLISHED): D.PUBLISHED,
    (D.UNDECIDED, Event.DECIDE_AGAIN): D.SCHEDULED,
    (D.UNDECIDED, Event.DECIDE_LET_BE): D.CANCELLED,
    (D.BY_HAND, Event.DECIDE_PUBLISHED): D.PUBLISHED,
    (D.BY_HAND, Event.DECIDE_LET_BE): D.CANCELLED,
    (D.BY_HAND, Event.CANCEL): D.CANCELLED,
    (D.CANCELLED, Event.HAND_AGAIN): D.BY_HAND,
    (D.SCHEDULED, Event.HOLD): D.HELD,
    (D.HELD, Event.RESUME): D.SCHEDULED,
    (D.WAITING, Event.MISS): D.MISSED,
    (D.SCHEDULED, Event.MISS): D.MISSED,
    (D.HELD, Event.MISS): D.MISSED,
    **{(state, Event.REPLAN): D.SCHEDULED for state in NEVER_OUT},
    **{(state, Event.WAIT_AGAIN): D.WAITING for state in NEVER_OUT},
    (D.PUBLISHED, Event.REMOVE): D.REMOVED,
    (D.WAITING, Event.CANCEL): D.CANCELLED,
    (D.SCHEDULED, Event.CANCEL): D.CANCELLED,
    (D.HELD, Event.CANCEL): D.CANCELLED,
}

State = TypeVar("State", S, D)
Step = TypeVar("Step", Action, Event)


def sources(machine: Mapping[tuple[State, Step], State], step: Step) -> frozenset[State]:
    """The states from which a step may be taken."""
    return frozenset(state for state, possible in machine if possible == step)


def after(machine: Mapping[tuple[State, Step], State], state: State, step: Step) -> State:
    """The state that a step leads to. Raises AlreadyDecided where the step does not exist."""
    try:
        return machine[state, step]
    except KeyError:
        raise AlreadyDecided(
            f"no step {step} from {state}",
            summary=say("いまの状態（{labels}）では、この操作はできません", labels=LABELS[state]),
            next_step="画面を開き直して、いまの状態を確かめてください",
        ) from None
