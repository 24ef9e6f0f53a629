"""The PR office's desk for the newsletter: what each issue will hold, how it fits, what it still waits for, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from bot.errors import BotError, NotAllowed, NotFound, StaleApproval
from bot.language import say
from bot.newsletter.arrangement import IssueArrangement, said_issue
from bot.newsletter.article import Article
from bot.newsletter.build import Press
from bot.newsletter.deadlines import Deadlines
from bot.newsletter.handover import NUMBERS
from bot.newsletter.html import article_html
from bot.newsletter.issue import frames_of, roll_of
from bot.newsletter.printable import problem_of
from bot.newsletter.profile import Profile
from bot.render.appearance import Column
from bot.services.paper import layout
from bot.services.paper.column import approved_for, next_issue, press_of, printed
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import Submission
from bot.store.newsletter import Arrangement, SignOff
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_QUEUE, PRINTED

ARRANGE = "arrange"  # in the audit log
_MOST_LINES = 999
_MOST_HEADLINE = 200
_BACK, _AHEAD, _YEAR = timedelta(days=31), timedelta(days=92), timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Line:
    """An issue in the list. `days` until its copy deadline, below zero when it has passed."""

    issue: str
    name: str
    deadline: date
    days: int
    approved: int
    waiting: int
    released: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """A post that is in the issue (`order` from 1) or could be (0). `planned` and `lines` as in a Length; 0: not known."""

    submission: Submission
    order: int
    planned: int
    lines: int

    @property
    def over(self) -> bool:
        return 0 < self.planned < self.lines


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A frame of the issue as it is set, and its text to read, as HTML. `identity` is that of its post, or of all of them."""

    identity: str
    column: Column
    text: str


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An issue on the desk. `missing` was planned and is not approved; `refused` cannot be printed, with the reason; `waiting`
    is in the queue; `spare` are approved posts of earlier issues that were never printed. `paper` has the rules of the file;
    `revision` 0: nobody arranged it here."""

    issue: str
    name: str
    deadline: date | None
    provisional: bool
    arrangement: IssueArrangement
    paper: Profile
    rows: tuple[Row, ...]
    spare: tuple[Row, ...]
    frames: tuple[Frame, ...]
    missing: tuple[str, ...]
    refused: tuple[tuple[Submission, BotError], ...]
    waiting: tuple[Submission, ...]
    revision: int

    @property
    def choices(self) -> tuple[Row, ...]:
        return self.rows + self.spare

    @property
    def count(self) -> int:
        return sum(1 for row in self.rows if row.order)


def overview(ctx: Context, actor: Actor) -> list[Line]:
    """The issues of a month back and three months ahead, and all that are listed or have a post or a 校了; the next deadline
    first, the past ones at the end. The number of queries does not grow with the issues."""
    actor.require(Permission.READ_ALL)
    today, profile = ctx.today, press_of(ctx).profile
    deadlines = layout.deadlines(ctx, profile)
    waiting = _counts(_waiting())
    # A post without a wish goes into the next issue when it is approved, so it counts there (ADR 10).
    waiting[next_issue(ctx, profile)] += waiting.pop("", 0)
    approved = _counts(_printed_and_approved())
    released = set(SignOff.objects.values_list("issue", flat=True))
    near = {issue for _, issue in deadlines.between(today - _BACK, today + _AHEAD)}
    known = {issue: deadlines.of(issue) for issue in near | set(profile.issues) | set(approved) | released}
    found = [(issue, deadline) for issue, deadline in known.items() if deadline]
    return [
        Line(
            issue=issue,
            name=said_issue(issue),
            deadline=deadline,
            days=(deadline - today).days,
            approved=approved[issue],
            waiting=waiting[issue],
            released=issue in released,
        )
        for issue, deadline in sorted(found, key=lambda entry: (entry[1] < today, abs((entry[1] - today).days)))
    ]


def desk(ctx: Context, actor: Actor, issue: str) -> Desk:
    """Raises NotFound for an issue of which neither the deadlines nor a post know."""
    actor.require(Permission.READ_ALL)
    return look(ctx, issue)


def tried(ctx: Context, actor: Actor, wanted: IssueArrangement) -> Desk:
    """The issue as it would be with this arrangement; nothing is changed. Raises as `arrange` does."""
    actor.require(Permission.PLAN)
    _require_sensible(wanted.headline, wanted.posts)
    return look(ctx, wanted.issue, wanted)


def look(ctx: Context, issue: str, wanted: IssueArrangement | None = None) -> Desk:
    """The same for the program itself; with the arrangement that is `wanted` instead of the present one."""
    found = press_of(ctx)
    press = (_with(found, wanted) if wanted else found).ruled(issue)
    profile, arrangement = press.profile, press.profile.arrangement(issue)
    approved = approved_for(ctx, profile, issue)
    deadlines = layout.deadlines(ctx, profile)
    deadline = deadlines.of(issue)
    if not approved and (deadline is None or not _is_near(ctx, profile, issue, deadline)):
        raise NotFound("no such issue", summary="その号はありません", next_step="「紙面」の画面から選んでください")
    arranged = Arrangement.objects.filter(issue=issue).first()
    roll = roll_of([article for _, article in approved], arrangement, profile)
    lengths = {length.identity: length for length in roll.lengths}
    order = {identity: number for number, identity in enumerate(roll.planned, start=1)}
    rows = [
        Row(
            submission=s,
            order=order.get(s.identity, 0),
            planned=arrangement.posts.get(s.identity, 0),
            lines=lengths[s.identity].lines if s.identity in lengths else 0,
        )
        for s, _ in approved
    ]
    return Desk(
        issue=issue,
        name=said_issue(issue),
        deadline=deadline,
        provisional=not profile.confirmed,
        arrangement=arrangement,
        paper=found.profile,
        rows=tuple(sorted(rows, key=lambda row: row.order or len(rows) + 1)),
        spare=tuple(_spare(issue, [s.id for s, _ in approved], deadlines)),
        frames=tuple(_frames(roll.posts, arrangement, press)),
        missing=roll.missing,
        refused=tuple((s, roll.refused[s.identity]) for s, _ in approved if s.identity in roll.refused),
        waiting=tuple(_waiting_for(ctx, profile, issue)),
        revision=arranged.revision if arranged else 0,
    )


def _with(press: Press, wanted: IssueArrangement) -> Press:
    whole = replace(wanted, corrections=press.profile.arrangement(wanted.issue).corrections)
    return replace(press, profile=replace(press.profile, arrangements={**press.profile.arrangements, wanted.issue: whole}))


def arrange(ctx: Context, actor: Actor, wanted: IssueArrangement, seen_revision: int) -> None:
    """Set what the issue holds and by which rules; its corrections stay. Raises NotAllowed for an empty issue, StaleApproval
    if somebody else has arranged it meanwhile."""
    actor.require(Permission.PLAN)
    issue, headline, posts = wanted.issue, wanted.headline, wanted.posts
    _require_sensible(headline, posts)
    rules = {"hang": wanted.hang, "numbers": wanted.numbers or ""}
    now, kept = ctx.clock.now(), {"headline": headline, "posts": list(posts.items()), **rules}
    with transaction.atomic():
        # The revision guards against two officers who arrange one issue at the same time (ADR 10).
        if seen_revision:
            same = Arrangement.objects.filter(issue=issue, revision=seen_revision)
            done = bool(same.update(**kept, revision=F("revision") + 1, officer=actor.person, at=now))
        else:
            _, done = Arrangement.objects.get_or_create(issue=issue, defaults=kept | {"officer": actor.person, "at": now})
        if not done:
            raise StaleApproval(
                f"{issue} was arranged meanwhile",
                summary="この号の割り付けを、ほかの人が先に変えています",
                next_step="画面を開き直し、いまの割り付けを見てから、もう一度決めてください",
            )
        audit.record(now, actor.person, ARRANGE, f"issue:{issue}", detail=_told(wanted))


def _told(wanted: IssueArrangement) -> str:
    shown = "、".join(f"{identity}（{lines}行）" if lines else identity for identity, lines in wanted.posts.items())
    hang = "" if wanted.hang is None else f"ぶら下げ：{'する' if wanted.hang else 'しない'}"
    numbers = f"数字：{NUMBERS[wanted.numbers]}" if wanted.numbers else ""
    return " ".join(filter(None, (wanted.headline, shown, hang, numbers)))


def _require_sensible(headline: str, posts: Mapping[str, int]) -> None:
    if not posts:
        raise NotAllowed(
            "nothing chosen", summary="載せる原稿が選ばれていません", next_step="一つ以上に印を付けてください", field="take"
        )
    too_long = [f"lines-{identity}" for identity, lines in posts.items() if not 0 <= lines <= _MOST_LINES]
    if len(headline) > _MOST_HEADLINE or too_long:
        raise NotAllowed(
            "out of range",
            summary="共通の見出しか目安の行数が長すぎます",
            next_step=say(
                "見出しは{most_headline}字、行数は{most_lines}行までにしてください",
                most_headline=_MOST_HEADLINE,
                most_lines=_MOST_LINES,
            ),
            field="headline" if len(headline) > _MOST_HEADLINE else too_long[0],
        )


def _is_near(ctx: Context, profile: Profile, issue: str, deadline: date) -> bool:
    """The rule knows every issue of every year; the desk, those of about now, and those of which somebody has spoken."""
    near = abs(deadline - ctx.today) <= _YEAR
    return near or issue in profile.arrangements or issue in profile.issues or SignOff.objects.filter(issue=issue).exists()


def _printed_and_approved() -> QuerySet[Submission]:
    return Submission.objects.filter(printed(), state__in=sorted(PRINTED))


def _counts(found: QuerySet[Submission]) -> Counter[str]:
    return Counter(dict(found.order_by().values_list("issue").annotate(Count("id"))))


def _waiting() -> QuerySet[Submission]:
    return Submission.objects.filter(printed(), state__in=sorted(IN_QUEUE))


def _waiting_for(ctx: Context, profile: Profile, issue: str) -> QuerySet[Submission]:
    """What would be for this issue if it were approved now."""
    own = Q(issue=issue) | (Q(issue="") if issue == next_issue(ctx, profile) else Q(pk__in=[]))
    return _waiting().filter(own).defer("bundle", "source").order_by("submitted_at", "id")


def _spare(issue: str, taken: Sequence[int], deadlines: Deadlines) -> list[Row]:
    left = _printed_and_approved().exclude(Q(id__in=taken) | Q(signoff__isnull=False))
    own = deadlines.of(issue)
    dates = {name: deadlines.of(name) for name in set(left.values_list("issue", flat=True))}
    earlier = [name for name, deadline in dates.items() if own and deadline and deadline < own]
    rows = left.filter(issue__in=earlier).defer("bundle", "source").order_by("submitted_at", "id")
    return [Row(submission=s, order=0, planned=0, lines=0) for s in rows]


def _frames(posts: Sequence[Article], arrangement: IssueArrangement, press: Press) -> Iterator[Frame]:
    """What cannot be set is not shown; why, says the build of the same issue."""
    for article in frames_of(posts, arrangement) if posts else []:
        try:
            column = layout.set_column(article, press.profile, press.protected)
            yield Frame(identity=article.identity, column=column, text=article_html(article))
        except Exception as e:
            problem_of(article.identity, e)
