"""Everything that happened to a post; searching and exporting what was published."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.db.models import Q, QuerySet

from bot import errors
from bot.language import say
from bot.newsletter.arrangement import said_issue
from bot.services.approval import comments, mentions, review, suggestions
from bot.services.delivery import outcome, reconcile, removal, vanished
from bot.services.pages import overview
from bot.services.paper import errata
from bot.services.records.context import Context
from bot.store import wording
from bot.store.models import Attempt, AuditEntry, Decision, Delivery, Submission
from bot.store.newsletter import SignOff
from bot.store.threads import Removal
from bot.text import pairs
from bot.text.cells import harmless
from bot.workflow.actors import Actor
from bot.workflow.states import LABELS, DeliveryState, ThreadWay
from bot.workflow.transitions import Action, Event

_FEW = 500  # found submissions that are named one by one: each is a parameter of the query
Tone = Literal["", "good", "bad"]
_VERBS: Mapping[str, str] = {
    Action.SUBMIT: "申請",
    Action.CONFIRM: "リーダーの確認",
    Action.ENDORSE: "所属長の確認",
    Action.APPROVE: "承認",
    Action.UNDO: "元に戻した",
    Action.RETURN: "差し戻し",
    Action.WITHDRAW: "取り下げ",
    Action.CLOSE: "まだ出ていない分の取り下げ",
    Action.CHANGE: "原稿が変わったため無効",
    Action.EXPIRE: "期限切れ",
    "countersign": "後閲",
    "sign_off": "校了",
    "printed": "紙面に載った文の記録",
    "comment": "コメント",
    mentions.MENTION: "コメントで知らせた",
    suggestions.SUGGEST: "直しの提案",
    suggestions.ACCEPT: "直しの提案を受け入れた",
    suggestions.DECLINE: "直しの提案を見送った",
    "settle": "コメントに対応済み",
    comments.UNSETTLE: "コメントの対応済みを取り消した",
    "cancel": "配信の取り消し",
    "reschedule": "配信の時刻の変更",
    "yearly_draft": "毎年の原稿の下書きを作った",
    "yearly_lacks": "毎年の原稿の下書きを作れなかった",
    "go_alone": "連載の前の回を待たないことにした",
    "release": "保留を予定に戻した",
    Event.HOLD: "出さずに保留",
    Event.MISS: "時刻超過のため配信せず",
    Event.FOUND: "掲載を確かめた",
    Event.PROVE_ABSENT: "掲載されていないことを確かめた",
    Event.GIVE_UP: "掲載されたかどうか分からないため、人の判断を待つ",
    Event.DECIDE_PUBLISHED: "掲載されていたと判断",
    Event.DECIDE_AGAIN: "もう一度送ると判断",
    reconcile.LOOK: "もう一度送る前に配信先を見る",
    reconcile.SECOND: "ほかの担当者の判断を待つ",
    Event.DECIDE_LET_BE: "送らずに終えると判断",
    vanished.VANISHED: "配信先で見当たらないことに気づいた",
    ThreadWay.REPLACE: "訂正で出し直したため、前の投稿の削除を始めた",
    errata.CORRECT: "次の号の訂正の欄に入れた",
    errata.WAITS: "紙面の訂正を載せる号がない",
    ThreadWay.TAKE_DOWN: "配信先からの削除を始めた",
    "sign": "削除に署名",
    Event.REMOVE: "配信先から消えた",
    removal.STUCK: "削除できたか分からず、人の判断を待つ",
    outcome.TWICE: "二重に掲載された（配信先で開き、どちらかを消してください）",
}
_GOOD = frozenset({Action.APPROVE, "sign_off", Event.FOUND, Event.DECIDE_PUBLISHED})
_BAD = frozenset(
    {
        Action.RETURN,
        Action.CHANGE,
        Action.EXPIRE,
        Event.MISS,
        Event.GIVE_UP,
        Event.HOLD,
        outcome.TWICE,
        vanished.VANISHED,
        removal.STUCK,
    }
)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line of a post's timeline. `where` is the channel, "" for what concerns the whole post."""

    at: datetime
    who: str
    what: str
    where: str = ""
    detail: str = ""
    url: str = ""
    tone: Tone = ""


def timeline(ctx: Context, actor: Actor, submission: Submission) -> list[Happening]:
    """Every act on any submission of the same post and every attempt to publish it, oldest first."""
    own = Submission.objects.filter(review.readable(ctx, actor), identity=submission.identity)
    numbers = list(own.values_list("id", flat=True))
    channels = {d.id: d for d in Delivery.objects.filter(submission_id__in=numbers)}
    issues = SignOff.objects.filter(submissions__in=numbers).values_list("issue", flat=True).distinct()
    objects = [f"submission:{n}" for n in numbers] + [f"delivery:{n}" for n in channels] + [f"issue:{i}" for i in issues]
    # Only verbs that have words: what the log holds besides is for auditors.
    acts = AuditEntry.objects.filter(object__in=objects, verb__in=list(_VERBS)).order_by("id")
    tries = Attempt.objects.filter(delivery__in=channels).order_by("id")
    noted = {number: told or {} for number, told in own.exclude(correction=None).values_list("id", "correction")}
    told = (_corrected(_act(ctx, e, channels), e, noted) for e in acts)
    lines = [*told, *(_try(ctx, t, channels[t.delivery_id]) for t in tries)]
    return sorted(lines, key=lambda line: line.at)


def standing(ctx: Context, actor: Actor, submission: Submission) -> list[Delivery]:
    """What is out of the same post and is not on its way down: the first part of each thread that stands."""
    own = Submission.objects.filter(review.readable(ctx, actor), identity=submission.identity)
    rows = Delivery.objects.filter(submission__in=own, state=DeliveryState.PUBLISHED).exclude(
        id__in=Removal.objects.filter(ended_at=None).values("delivery")
    )
    first, seen = dict[tuple[int, str], Delivery](), set[str]()
    # The newest first: a post that was edited in its place is that of its correction.
    for row in rows.select_related("submission", "after").order_by("channel", "-submission", "part"):
        if row.remote_id not in seen:
            first.setdefault((row.submission_id, row.channel), row)
        seen |= {row.remote_id} - {""}
    return list(first.values())


def _act(ctx: Context, entry: AuditEntry, channels: Mapping[int, Delivery]) -> Happening:
    kind, _, number = entry.object.partition(":")
    row = channels.get(int(number)) if kind == "delivery" else None
    tone: Tone = "good" if entry.verb in _GOOD else "bad" if entry.verb in _BAD else ""
    detail = (
        say("申請 {number}", number=number)
        if entry.verb == Action.SUBMIT
        else said_issue(number)
        if kind == "issue"
        else entry.detail
    )
    if entry.verb == "reschedule":
        detail = say("{time}へ", time=ctx.said(datetime.fromisoformat(entry.detail)))
    return Happening(at=entry.at, who=entry.actor, what=_VERBS[entry.verb], where=_where(ctx, row), detail=detail, tone=tone)


def _corrected(line: Happening, entry: AuditEntry, noted: Mapping[int, Mapping[str, str]]) -> Happening:
    """What a submission that is a correction puts right stands beside its handing in."""
    kind, _, number = entry.object.partition(":")
    correction = noted.get(int(number)) if kind == "submission" and entry.verb == Action.SUBMIT else None
    if correction is None:
        return line
    detail = f"{line.detail}　{correction['kind']}：{correction['wrong']} → {correction['right']}"
    return replace(line, what="訂正の申請", detail=detail)


def _try(ctx: Context, attempt: Attempt, row: Delivery) -> Happening:
    sent = attempt.outcome == "published"
    return Happening(
        at=attempt.ended_at,
        who="",
        what=say("送信（{number}回目）：{ended}", number=attempt.number, ended=ended(attempt.outcome)),
        where=_where(ctx, row),
        url=row.url if sent else "",
        tone="good" if sent else "bad",
    )


def ended(name: str) -> str:
    """How an attempt ended, in our own words: it keeps the class of its error."""
    if name == "published":
        return say("掲載されました")
    # An old attempt may name a class that is gone: what happened then is not known now.
    known = getattr(errors, name, errors.OutcomeUnknown)
    return str(known.summary_ja) if issubclass(known, errors.ChannelError) else errors.OutcomeUnknown.summary_ja


def _where(ctx: Context, row: Delivery | None) -> str:
    if row is None:
        return ""
    return ctx.spec(row.channel).label + (f"（{row.part + 1}）" if row.part else "")


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for; an empty field asks for everything. `words` all stand in the title or the text as handed in; `person`
    wrote it, handed it in, or decided on it, by their key. Days are local, `until` included."""

    words: str = ""
    person: str = ""
    department: str = ""
    channel: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


def search(ctx: Context, actor: Actor, asked: Search, most: int) -> list[int]:
    """The numbers of so many deliveries at most, newest first; for `overview.rows`, a page at a time."""
    return list(_found(ctx, actor, asked).values_list("id", flat=True)[:most])


def departments(ctx: Context, actor: Actor) -> list[str]:
    """The departments that have ever handed something in."""
    own = Submission.objects.filter(review.readable(ctx, actor))
    return sorted(own.values_list("department", flat=True).distinct())


def _found(ctx: Context, actor: Actor, asked: Search) -> QuerySet[Delivery]:
    # By their numbers: a list's query must not carry the wide columns along (ADR 9).
    words = pairs.words(asked.words)
    wanted = _in_texts(words) if words else Q()
    wanted &= Q(submission__in=_of(asked.person)) if asked.person else Q()
    fields = {"submission__department": asked.department, "channel": asked.channel, "state": asked.state}
    wanted &= Q(**{name: value for name, value in fields.items() if value})
    if asked.since:
        wanted &= Q(due_at__gte=datetime.combine(asked.since, time(), ctx.config.timezone))
    if asked.until:
        wanted &= Q(due_at__lt=datetime.combine(asked.until, time(), ctx.config.timezone) + timedelta(days=1))
    return overview.readable(ctx, actor).filter(wanted).order_by("-due_at", "-id")


def _in_texts(words: Sequence[str]) -> Q:
    """By the index where few have the words. What many have is met at once by whoever reads the texts, the newest first."""
    few = wording.saying(words, _FEW + 1)
    return Q(submission__in=few) if len(few) <= _FEW else Q(wording.said(words))


def _of(person: str) -> QuerySet[Submission, int]:
    decided = Decision.objects.filter(actor=person).values("submission")
    own = Q(author=person) | Q(submitted_by=person) | Q(id__in=decided)
    return Submission.objects.filter(own).values_list("id", flat=True)


HEADINGS = (
    "配信番号",
    "申請番号",
    "題名",
    "所属",
    "書いた人",
    "施策",
    "配信先",
    "予定の時刻",
    "掲載の時刻",
    "状態",
    "投稿のアドレス",
)


def as_csv(ctx: Context, actor: Actor, asked: Search) -> Iterator[str]:
    """What `search` finds, for a spreadsheet: with a byte order mark, and no cell that it would take for a formula."""
    found = _found(ctx, actor, asked).select_related("submission")
    yield "\ufeff" + _line(HEADINGS)
    for d in found.defer("submission__bundle", "submission__source", "token").iterator(chunk_size=500):
        s = d.submission
        out = f"{d.published_at.astimezone(ctx.config.timezone):%Y-%m-%d %H:%M:%S}" if d.published_at else ""
        due = f"{d.due_at.astimezone(ctx.config.timezone):%Y-%m-%d %H:%M}"
        label = LABELS[DeliveryState(d.state)]
        cells = (d.id, s.id, s.told_title, s.department, s.author, s.measure, _where(ctx, d), due, out, label, d.url)
        yield _line(tuple(str(cell) for cell in cells))


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()
