"""研修: a guided first day in a practice, for a leader and for an officer. What was done is read off the audit log, so a person
goes on where they were, on any page, after any restart; at the end everything that it put out is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from bot.content import post_form
from bot.errors import NotFound
from bot.language import say
from bot.services import practice
from bot.services.approval import review, withdrawing
from bot.services.delivery import pause, takedowns
from bot.services.handing_in import browser, drafts
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.drafts import Draft
from bot.store.models import AuditEntry, Delivery, Submission
from bot.store.threads import Removal, ThreadDecision
from bot.workflow.actors import Actor, Role
from bot.workflow.states import IN_QUEUE, OPEN, DeliveryState

BEGUN, ENDED = "begin_training", "end_training"  # in the audit log
PARTNER = Actor(person="kenshu-demo", role=Role.OFFICER)  # plays the other side: who approves a leader's first post
_SIGNER = Actor(person="kenshu-demo-2", role=Role.OFFICER)  # the second name under a take-down
_NEEDED = 2  # posts that wait when an officer begins: one to approve, one to return


@dataclass(frozen=True, kw_only=True)
class Step:
    """`page` is the name of the page where it is done and `label` that page's link, "" for none; `by_partner`: the other side
    has to do its part, by a button."""

    title: str
    words: str
    done: bool
    page: str = ""
    label: str = ""
    by_partner: bool = False


@dataclass(frozen=True, kw_only=True)
class Course:
    """Where a person is; `posts` are channel and address of what went out."""

    steps: Sequence[Step]
    posts: Sequence[tuple[str, str]] = ()

    @property
    def current(self) -> Step | None:
        """The first that is not done, None at the end."""
        return next((step for step in self.steps if not step.done), None)

    @property
    def number(self) -> int:
        """Of the current step, from 1."""
        return min(sum(step.done for step in self.steps) + 1, len(self.steps))


@dataclass(frozen=True, kw_only=True)
class _Trainee:
    """Somebody in training, and what they did since it began (`since` is the audit entry of its beginning)."""

    actor: Actor
    since: AuditEntry

    def has(self, *verbs: str) -> bool:
        return self._acts(*verbs).exists()

    def posts(self) -> QuerySet[Submission]:
        """What came of this training: a leader's own posts, and those that an officer approved."""
        verb = "approve" if self.actor.role == Role.OFFICER else "submit"
        found = (name.partition(":")[2] for name in self._acts(verb).values_list("object", flat=True))
        return Submission.objects.filter(id__in=[int(number) for number in found if number.isdecimal()])

    def deliveries(self, *states: DeliveryState) -> QuerySet[Delivery]:
        return Delivery.objects.filter(submission__in=self.posts(), part=0, state__in=states).order_by("channel", "id")

    def _acts(self, *verbs: str) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.filter(id__gt=self.since.id, actor=self.actor.person, verb__in=verbs)


def offered(ctx: Context, actor: Actor) -> bool:
    """Is there a course for this person, here?"""
    return practice.current() is not None and actor.role in _COURSES and drafts.writes(ctx, actor)


def course(actor: Actor) -> Course | None:
    """None while the person is in no training."""
    opened, trainee = practice.current(), _trainee(actor)
    if opened is None or trainee is None:
        return None
    out = trainee.deliveries(DeliveryState.PUBLISHED).exclude(url="")
    posts = [(opened.ctx.spec(d.channel).label, d.url) for d in out]
    return Course(steps=_in_order(list(_COURSES[actor.role](trainee))), posts=posts)


def begin(actor: Actor) -> None:
    """Raises NotFound where there is no course for this person."""
    ctx = practice.required().ctx
    if not offered(ctx, actor):
        raise NotFound("no course", summary="この役割の研修はありません", next_step="リーダーか広報担当でログインしてください")
    if _trainee(actor) is None:
        audit.note(ctx, actor.person, BEGUN, f"training:{actor.role}")
        if actor.role == Role.OFFICER:
            _provide(ctx)


def let_partner_decide(actor: Actor) -> None:
    """The other side of a leader's training approves what this person handed in since it began, and nothing else. Raises
    NotFound, WorkflowError, ScheduleError."""
    ctx, trainee = practice.required().ctx, _required(actor)
    if actor.role != Role.OFFICER:
        practice.approve(ctx, PARTNER, trainee.posts().filter(state__in=sorted(IN_QUEUE)))


def end(actor: Actor) -> None:
    """Take back what it put out, at whatever step: what stands on the timelines, what is planned, what waits, a stop. Raises
    NotFound."""
    ctx, trainee = practice.required().ctx, _required(actor)
    for stop in [stop for stop in pause.active() if stop.set_by == actor.person and stop.set_at >= trainee.since.at]:
        pause.resume(ctx, PARTNER, stop.channel)
    _take_down(ctx, trainee)
    for submission in trainee.posts().filter(state__in=sorted(OPEN)):
        withdrawing.take_back(ctx, PARTNER, submission)
    audit.note(ctx, actor.person, ENDED, f"training:{actor.role}")


def _take_down(ctx: Context, trainee: _Trainee) -> None:
    for delivery in trainee.deliveries(DeliveryState.PUBLISHED):
        if not Removal.objects.filter(delivery=delivery, ended_at=None).exists():
            takedowns.take_down(ctx, PARTNER, delivery.id, say("研修の片付け"))
    mine = ThreadDecision.objects.filter(submission__in=trainee.posts(), actor=PARTNER.person)
    for decision in mine.filter(signed_at=None):
        takedowns.sign(ctx, _SIGNER, decision.id)
    practice.wait_until(lambda: not Removal.objects.filter(decision__in=mine, ended_at=None).exists())


def _trainee(actor: Actor) -> _Trainee | None:
    last = AuditEntry.objects.filter(actor=actor.person, verb__in=(BEGUN, ENDED)).order_by("-id").first()
    if last is None or last.verb == ENDED or actor.role not in _COURSES:
        return None
    return _Trainee(actor=actor, since=last)


def _required(actor: Actor) -> _Trainee:
    if (found := _trainee(actor)) is None:
        raise NotFound("no training", summary="研修中ではありません", next_step="「今日」の画面から始めてください")
    return found


def _provide(ctx: Context) -> None:
    """Posts to decide on, where fewer wait than the course needs."""
    writers = (author.key for author in ctx.library.people.values() if author.role == "leader")
    actor = Actor(person=next(writers, ""), role=Role.LEADER)
    for number in range(len(review.waiting()), _NEEDED) if actor.person else ():
        draft = drafts.begin(ctx, actor)
        drafts.save(ctx, actor, draft.id, _example(ctx, post_form.form_of(draft.form), number), drafts.Seen(revision=0))
        browser.hand_in(ctx, actor, draft.id)


def _example(ctx: Context, form: post_form.Form, number: int) -> post_form.Form:
    """Whatever the city's plan is; the moment keeps it from being the same text as another one's."""
    moment = ctx.said(ctx.clock.now())
    title = say("研修用の原稿（{moment}の{number}）", moment=moment, number=number + 1)
    lead = say("研修のための見本です。{moment}に{number}件目として作りました。", moment=moment, number=number + 1)
    measure = next(iter(ctx.library.measures), "")
    return replace(form, title=title, lead=lead, measure=measure, achievement="done", channels=("x",), contact=say("市民課"))


def _in_order(steps: Sequence[Step]) -> list[Step]:
    """A later step counts when the ones before it are done: nobody is thrown to and fro."""
    found = list[Step]()
    for step in steps:
        found.append(replace(step, done=step.done and all(earlier.done for earlier in found)))
    return found


def _leaders(trainee: _Trainee) -> Iterator[Step]:
    posts = trainee.posts()
    handed_in = posts.exists()
    yield Step(
        title=say("原稿を書く"),
        words=say(
            "「書く」の画面で「新しい原稿を書く」を押し、題名・施策・三つの問いを埋めます。配信先は X だけでもかまいません。"
        ),
        page="drafts",
        label=say("「書く」を開く"),
        done=handed_in or Draft.objects.filter(person=trainee.actor.person, updated_at__gte=trainee.since.at).exists(),
    )
    yield Step(
        title=say("申請する"),
        words=say("原稿の画面に、各配信先で見えるとおりの形が出ます。赤い指摘がなくなったら「この内容で申請する」を押します。"),
        page="drafts",
        label=say("「書く」を開く"),
        done=handed_in,
    )
    yield Step(
        title=say("承認を受ける"),
        words=say("本番では、ここから先は広報担当の仕事です。研修では、下のボタンで練習の広報担当が承認します。"),
        by_partner=True,
        done=posts.filter(state="approved").exists(),
    )
    yield _seeing_it_out(trainee)


def _officers(trainee: _Trainee) -> Iterator[Step]:
    yield Step(
        title=say("承認する"),
        words=say(
            "「承認待ち」から一件を開き、配信先ごとに見えるとおりの形と時刻を確かめて、「この内容で承認する」を押します。"
        ),
        page="queue",
        label=say("「承認待ち」を開く"),
        done=trainee.has("approve"),
    )
    yield Step(
        title=say("差し戻す"),
        words=say(
            "もう一件を開き、直してほしいところを理由に書いて「差し戻す」を押します。理由は書いた人の最初の画面に出ます。"
        ),
        page="queue",
        label=say("「承認待ち」を開く"),
        done=trainee.has("return"),
    )
    yield Step(
        title=say("配信を止める"),
        words=say("右上の赤い「配信を止める」から、理由を書いて全ての配信先を止めます。予定は保留になり、何も出ません。"),
        page="stop",
        label=say("「配信を止める」を開く"),
        done=trainee.has("pause"),
    )
    yield Step(
        title=say("停止を解く"),
        words=say("「保留」の画面で、停止を解きます。止めていた投稿は、まだ出ません。"),
        page="held",
        label=say("「保留」を開く"),
        done=trainee.has("resume"),
    )
    yield Step(
        title=say("一件ずつ予定に戻す"),
        words=say("止めていた間に事情が変わったかもしれません。「保留」で一件ずつ見て、予定に戻します。"),
        page="held",
        label=say("「保留」を開く"),
        done=trainee.has("resume") and not trainee.deliveries(DeliveryState.HELD).exists(),
    )
    yield _seeing_it_out(trainee)


def _seeing_it_out(trainee: _Trainee) -> Step:
    return Step(
        title=say("出るのを見る"),
        words=say("画面の上の「次の配信枠へ進める」を押します。投稿が出たら、掲示で市民と同じように見ます。"),
        page="deliveries",
        label=say("「配信」を開く"),
        done=trainee.deliveries(DeliveryState.PUBLISHED).exists(),
    )


_COURSES: Mapping[Role, Callable[[_Trainee], Iterator[Step]]] = {
    Role.LEADER: _leaders,
    Role.TRAINEE: _leaders,
    Role.OFFICER: _officers,
}
