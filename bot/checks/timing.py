"""The wished time: still to come, when things go out at all, within the post's own limit, and of a slot that exists.

What is found depends on the moment and on the schedule, so it is never remembered; a subject without a timetable is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING
from unicodedata import normalize

from bot.checks.finding import SETTINGS, Finding, at
from bot.checks.rule import MARK, Rule, Subject, Timetable
from bot.errors import Blackout, Place, QuietHours, SlotTaken
from bot.text.moments import minute

if TYPE_CHECKING:
    from bot.render.variant import ChannelSpec
    from bot.schedule.opening import Candidate
    from bot.schedule.rules import Slot

_Said = Iterator[tuple[Place, str, str]]  # place, message, advice
_ALIKE = 0.6  # of get_close_matches: lunhc is lunch, noon is not


def _asked(check: Callable[[Subject, Timetable], _Said]) -> Callable[[Subject, Rule], Iterator[Finding]]:
    """Nothing to ask without a timetable, or of a post that only the paper brings: its time is the issue's."""

    def ask(subject: Subject, rule: Rule) -> Iterator[Finding]:
        if subject.timetable is not None and subject.senders:
            for place, message, advice in check(subject, subject.timetable):
                yield at(place, rule.id, rule.level, message, advice)

    return ask


def _past(subject: Subject, table: Timetable) -> _Said:
    wished = subject.post.publish
    if wished is not None and wished <= table.now:
        message = f"希望の時刻（{_said(wished)}）を過ぎています"
        yield (
            subject.place_of("publish"),
            message,
            "これからの時刻に直してください。すでに出た原稿の訂正や続報は、新しい原稿として書いてください",
        )


def _closed(subject: Subject, table: Timetable) -> _Said:
    """Office hours are the same for all channels: told once."""
    refused = _refusals(subject, table)
    if (quiet := next((e for _, e in refused if isinstance(e, QuietHours)), None)) is not None:
        advice = _next_time(subject, table) or "別の時刻にするか、slot: で配信枠を選んでください"
        yield subject.place_of("publish"), quiet.summary, advice


def _blackout(subject: Subject, table: Timetable) -> _Said:
    """Each period once, with the channels that it stops."""
    stopped: dict[tuple[str, str], list[str]] = {}
    for label, e in _refusals(subject, table):
        if isinstance(e, Blackout):
            stopped.setdefault((e.summary, e.next_step), []).append(label)
    for (summary, next_step), labels in stopped.items():
        message = summary if len(labels) == len(subject.senders) else f"{summary}。止まるのは{'・'.join(labels)}です"
        yield subject.place_of("publish"), message, _next_time(subject, table) or next_step


def _refusals(subject: Subject, table: Timetable) -> list[tuple[str, QuietHours | Blackout]]:
    """The channels (their labels) that may not send at the wished time, if it is still to come."""
    wished = subject.post.publish
    if wished is None or wished <= table.now or subject.post.emergency:
        return []
    from bot.schedule.opening import require_open

    found: list[tuple[str, QuietHours | Blackout]] = []
    for spec in subject.senders:
        try:
            require_open(wished, _candidate(subject, spec), table.rules)
        except (QuietHours, Blackout) as e:
            found.append((spec.label, e))
    return found


def _candidate(subject: Subject, spec: ChannelSpec) -> Candidate:
    """As the gate will ask with it: its tags, all that it says, and the parts of a thread."""
    from bot.schedule.opening import Candidate

    parts = subject.texts[spec.key]
    own = subject.post.override(spec.key).hashtags
    said = [*(part.text for part in parts), *(picture.alt for picture in subject.post.pictures)]
    tags = frozenset({*subject.post.hashtags, *subject.post.tags, *(own or ())})
    return Candidate(channel=spec.key, tags=tags, text="\n".join(said), parts=len(parts))


def _next_time(subject: Subject, table: Timetable) -> str:
    """Advice: the first slot after the wished time at which every channel may send; "" if that is not so simple."""
    from bot.schedule.opening import is_open
    from bot.schedule.slots import next_free

    try:
        moment = max(
            next_free(_candidate(subject, s), "", subject.post.publish or table.now, (), table.rules) for s in subject.senders
        )
    except SlotTaken:
        return ""
    if not all(is_open(moment, _candidate(subject, s), table.rules) for s in subject.senders):
        return ""
    return f"たとえば次の配信枠の {moment:%Y-%m-%d %H:%M} に直すか、slot: で配信枠を選んでください"


def _expired(subject: Subject, table: Timetable) -> _Said:
    wished, limit = subject.post.publish, subject.post.expires
    if limit is None:
        return
    if limit <= table.now:
        message = f"掲載の期限（{_said(limit)}）を過ぎています"
        yield subject.place_of("expires"), message, "expires: をこれからの日時に直すか、消してください"
    elif wished is not None and wished > limit:
        message = f"希望の時刻（{_said(wished)}）が、掲載の期限（{_said(limit)}）より後です"
        yield subject.place_of("publish"), message, "publish: を期限より前にするか、expires: を直してください"
    elif wished is None:
        yield from _after_limit(subject, table, limit)


def _after_limit(subject: Subject, table: Timetable, limit: datetime) -> _Said:
    """The slot's next time comes too late."""
    times = [moment for _, moment in slot_times(subject, table) if moment is not None]
    if times and max(times) > limit:
        message = f"次の配信枠（{_said(max(times))}）が、掲載の期限（{_said(limit)}）より後です"
        yield subject.place_of("slot", "expires"), message, "ほかの配信枠にするか、expires: を直してください"


def _no_such_slot(subject: Subject, table: Timetable) -> _Said:
    name, place = subject.post.slot, subject.place_of("slot")
    if not name:
        return
    slot = table.rules.slots.get(name)
    if slot is None:
        yield place, f"「{name[:40]}」という配信枠はありません", _known(name, list(table.rules.slots))
    elif unserved := [s.label for s in subject.senders if not _serves(slot, s.key)]:
        message = f"配信枠「{name}」は、{'・'.join(unserved)}には使えません"
        yield place, message, "ほかの配信枠にするか、publish: で時刻を書くか、その配信先を channels: から外してください"
    elif table.rules.blackouts:  # otherwise a slot has a time: the schedule's reader sees to it
        never = [label for label, moment in slot_times(subject, table) if moment is None]
        if never:
            message = f"配信枠「{name}」には、{'・'.join(never)}に出せる時刻がしばらくありません"
            yield place, message, "配信を止める期間を広報担当に確かめ、ほかの配信枠か時刻にしてください"


def slot_times(subject: Subject, table: Timetable) -> Iterator[tuple[str, datetime | None]]:
    """When each channel could send at the earliest by the slot that was wished for, or by any; None for never. Nothing for a
    slot that is wrong."""
    slot = table.rules.slots.get(subject.post.slot)
    if subject.post.slot and (slot is None or not all(_serves(slot, s.key) for s in subject.senders)):
        return
    from bot.schedule.slots import next_free

    for spec in subject.senders:
        try:
            yield spec.label, next_free(_candidate(subject, spec), subject.post.slot, table.now, (), table.rules)
        except SlotTaken:
            yield spec.label, None


def _serves(slot: Slot, channel: str) -> bool:
    return not slot.channels or channel in slot.channels


def _known(name: str, names: list[str]) -> str:
    if not names:
        return "配信枠は一つもありません。publish: で時刻を書いてください"
    near = get_close_matches(normalize("NFKC", name).strip().casefold(), names, n=1, cutoff=_ALIKE)
    if near:
        return f"「{near[0]}」ではありませんか。使える配信枠は{'・'.join(names)}です"
    return f"使える配信枠は{'・'.join(names)}です。どれかを書いてください"


def _said(moment: datetime) -> str:
    return minute(moment, with_year=True)


_SOURCE = "配信枠・休止時間・配信を止める期間の設定（docs/schedules.md）"
_GOOD = "publish: 2026-12-14 12:15"

RULES = (
    Rule(
        id="timing.past",
        level="error",
        why="過ぎた時刻を待っても、原稿は出ません。年や月の打ち間違いでもよく起こります。",
        source=_SOURCE,
        bad=f"publish: {MARK}2025-12-14 12:15",
        good=_GOOD,
        check=_asked(_past),
        timely=True,
    ),
    Rule(
        id="timing.closed",
        level="error",
        why="夜や休みの日には、出たものを見ている人がいません。承認のときに断られます。",
        source=_SOURCE,
        bad=f"publish: {MARK}2026-12-13 22:00",
        good=_GOOD,
        check=_asked(_closed),
        timely=True,
    ),
    Rule(
        id="timing.blackout",
        level="error",
        why="選挙や弔意などで配信を止めている間は、何も出ません。",
        source=_SOURCE,
        bad=f"publish: {MARK}2026-12-21 12:15",
        good=_GOOD,
        check=_asked(_blackout),
        timely=True,
    ),
    Rule(
        id="timing.expires",
        level="error",
        why="掲載の期限より後に出る原稿は、出ないまま期限切れになります。",
        source="本システムの決まり（expires: の後には出さない）",
        bad=f"publish: {MARK}2026-12-14 12:15\nexpires: 2026-12-11",
        good="publish: 2026-12-14 12:15\nexpires: 2026-12-25",
        check=_asked(_expired),
        timely=True,
    ),
    Rule(
        id="timing.slot",
        level="error",
        why="ない配信枠を待っても、原稿は出ません。",
        source=_SOURCE,
        bad=f"slot: {MARK}ランチ",
        good="slot: lunch",
        check=_asked(_no_such_slot),
        timely=True,
    ),
)
# What is found of a wished time; a schedule that cannot be read is found with them.
IDS = frozenset({SETTINGS, *(rule.id for rule in RULES)})
