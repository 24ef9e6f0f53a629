"""When something may go out: office hours, public holidays, closed days, blackouts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from unicodedata import normalize

from bot.errors import Blackout, QuietHours
from bot.language import say
from bot.schedule import rules as schedule
from bot.schedule.rules import Rules
from bot.text import moments
from bot.workflow.kinds import HELD_BY, Bar, Kind

# A thread begins only where its last part finds the door open, too: a text that breaks off at closing time stands as a
# fragment until the next day. A part takes seconds; what makes it slow is one retry (15 s) or a picture.
PER_PART = timedelta(minutes=1)
MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What asks whether it may go out: its channel, its tags (without #; None where nobody knows them), all that it says, how
    many `parts` it has, and its `kind`, which says what holds it."""

    channel: str
    tags: frozenset[str] | None = frozenset()
    text: str = ""
    parts: int = 1
    kind: Kind = Kind.PUBLICATION

    @property
    def room(self) -> timedelta:
        """How long it takes at the most, from its first part to its last."""
        return PER_PART * (self.parts - 1) + MARGIN if self.parts > 1 else timedelta(0)


def closed_reason(day: date, rules: Rules) -> str:
    """Why nothing goes out on this day; "" on an open day. Public holidays are those of the 国民の祝日に関する法律, and
    those that the office has written beside them."""
    # Here, since it takes a moment to load and most commands ask for no day.
    import jpholiday

    if (said := rules.quiet.special.get(day)) is not None:
        return said
    if day.weekday() not in rules.quiet.days:
        return say("休業日")
    if why := rules.quiet.closed.get((day.month, day.day)):
        return why
    if rules.quiet.public_holidays or day in rules.quiet.workdays:
        return ""
    return rules.quiet.holidays.get(day) or str(jpholiday.is_holiday_name(day) or "")


def quiet_reason(moment: datetime, rules: Rules, room: timedelta = timedelta(0)) -> str:
    """Why nothing goes out at `moment` (aware) or within `room` after it; "" if it may."""
    local = moment.astimezone(rules.zone)
    if reason := closed_reason(local.date(), rules):
        return reason
    end = local + room
    # A room that reaches into the next day has passed closing time, though its clock reads early.
    if local.time() < rules.quiet.open or end.time() >= rules.quiet.close or end.date() != local.date():
        return say("配信は{open:%H:%M}から{close:%H:%M}まで", open=rules.quiet.open, close=rules.quiet.close)
    return ""


def blackout_for(candidate: Candidate, moment: datetime, rules: Rules) -> schedule.Blackout | None:
    """The first blackout that holds `candidate` at `moment` or while it is under way; None if none does."""
    return next((b for b in rules.blackouts if holds(b, candidate, moment)), None)


def holds(blackout: schedule.Blackout, candidate: Candidate, moment: datetime) -> bool:
    """Does this blackout hold `candidate` at `moment`, or while it is under way?"""
    return blackout.start <= moment + candidate.room and moment < blackout.end and concerns(blackout, candidate)


def concerns(blackout: schedule.Blackout, candidate: Candidate) -> bool:
    """Is this what the blackout is for, whenever it goes out?"""
    if blackout.channels and candidate.channel not in blackout.channels:
        return False
    if not blackout.tags and not blackout.words:
        return True
    if blackout.tags and (candidate.tags is None or {*map(_plain, blackout.tags)} & {*map(_plain, candidate.tags)}):
        return True  # what nobody knows is held, never let through
    text = _plain(candidate.text)
    return any(_plain(word) in text for word in blackout.words)


def require_open(moment: datetime, candidate: Candidate | str, rules: Rules) -> None:
    """Raises QuietHours or Blackout if `candidate` (or any publication on the channel of this key) may not go out at `moment`,
    which is aware."""
    candidate = Candidate(channel=candidate) if isinstance(candidate, str) else candidate
    bars = HELD_BY[candidate.kind]
    if Bar.QUIET in bars and (reason := quiet_reason(moment, rules, candidate.room)):
        raise quiet(moment, reason, rules)
    if Bar.BLACKOUT in bars and (found := blackout_for(candidate, moment, rules)) is not None:
        raise blackout(moment, found, rules)


def is_open(moment: datetime, candidate: Candidate | str, rules: Rules) -> bool:
    try:
        require_open(moment, candidate, rules)
    except (QuietHours, Blackout):
        return False
    return True


def days_from(start: date, count: int) -> list[date]:
    return [start + timedelta(days=n) for n in range(count)]


def quiet(moment: datetime, reason: str, rules: Rules) -> QuietHours:
    local = moment.astimezone(rules.zone)
    return QuietHours(
        f"quiet at {local.isoformat()}",
        summary=say("{said}は配信しない時間です（{reason}）", said=moments.said(local), reason=reason),
        next_step="別の時刻にするか、配信枠を選んでください",
    )


def blackout(moment: datetime, found: schedule.Blackout, rules: Rules) -> Blackout:
    local = moment.astimezone(rules.zone)
    return Blackout(
        f"blackout {found.kind}",
        summary=say("{said}は配信を止める期間です（{why}）", said=moments.said(local), why=found.why),
        next_step=say("{said}より後の時刻にしてください", said=moments.said(found.end.astimezone(rules.zone))),
    )


def _plain(text: str) -> str:
    """As a reader takes it: full width or half, capital or small."""
    return normalize("NFKC", text).casefold().lstrip("#")
