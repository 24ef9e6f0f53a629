"""The delivery machine under every order of events that a short life can bring: workers that die between any two steps, late
and lost answers, people who stop, move, cancel and decide. A model platform counts what citizens see.

The steps are the engine's own, called one at a time, so that a crash can fall between any two of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.channel_kit.base import Absent, CannotTell, Found, Prepared, Receipt
from bot.clock import ManualClock
from bot.errors import AlreadyDecided, BotError, MediaRefused, NotAllowed, NotSent, OutcomeUnknown, RateLimited, ScheduleError
from bot.render.variant import Bundle, Part, Variant
from bot.services.delivery import pause, reconcile, scheduling
from bot.services.delivery.calls import Step
from bot.services.delivery.engine import Engine
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job
from bot.services.records.context import Context
from bot.store.models import Decision, Delivery, Lane, Pause, Submission
from bot.workflow.actors import Actor, Role
from bot.workflow.transitions import DELIVERY
from tests.office import Office

START = datetime(2026, 12, 1, 3, 15, tzinfo=UTC)
OFFICER = Actor(person="kouhou", role=Role.OFFICER)
SOON = timedelta(seconds=2)  # taken up at once, sent later
LANES, PARTS = ("facebook:a", "facebook:b"), 3
LIVES, STEPS_OF_A_LIFE = 150, 40
STEPS = ("intend", "send", "write")
ENDS = ("", "", "", *(f"dead before {step}" for step in STEPS), *(f"stuck before {step}" for step in STEPS))
ANSWERS = ("ok", "ok", "lost", "never_arrived", "limit", "upload_failed", "refused")


class Worker:
    """A publisher between its steps: jobs that it has claimed, requests that it may send, answers that it has not written."""

    def __init__(self, ctx: Context, name: str) -> None:
        self.engine = Engine(ctx, lambda key: None, name)  # type: ignore[arg-type, return-value]
        self.engine._guard.look()
        self.claimed: list[Job] = []
        self.going: list[tuple[Job, Prepared, datetime]] = []
        self.answered: list[Step] = []


class City:
    """Two lanes with a thread of three parts each, two workers, one platform."""

    def __init__(self, ctx: Context) -> None:
        _empty()
        self.clock = ManualClock(START)
        self.ctx = Context(ctx.config, self.clock, ctx.specs)
        self.seen: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.texts = {row.id: f"{row.lane}/{row.part}" for lane in LANES for row in _thread(lane)}
        self.states = dict(Delivery.objects.values_list("id", "state"))
        self.workers = [Worker(self.ctx, "one"), Worker(self.ctx, "two")]

    def close(self) -> None:
        for worker in self.workers:
            worker.engine.close()

    def work(self, n: int, end: str, answer: str) -> None:
        """A worker goes on from where it stands, one round at most, and gets stuck or dies before one of its steps."""
        worker = self.workers[n]
        if not (worker.claimed or worker.going or worker.answered):
            turn = worker.engine._turn([], 4)
            worker.claimed += worker.engine._jobs(turn.claimed)
        for step in STEPS:
            if not self._step(worker, step, end, answer):
                return

    def _step(self, worker: Worker, step: str, end: str, answer: str) -> bool:
        if end == f"stuck before {step}":
            return False
        if end == f"dead before {step}":
            self._crash(worker, arrives=answer in ("ok", "lost"))
            return False
        if step == "intend" and worker.claimed:
            self._intend(worker, answer)
        elif step == "send" and worker.going:
            self._send(worker, answer)
        elif step == "write" and worker.answered:
            self._write_down(worker)
        return True

    def _intend(self, worker: Worker, answer: str) -> None:
        if answer == "upload_failed":
            worker.answered += [Step(job, NotSent("upload failed")) for job in worker.claimed]
            worker.claimed = []
        else:
            worker.engine._ready = [Step(job, Prepared(outgoing=job.outgoing)) for job in worker.claimed]
            turn = worker.engine._turn(worker.engine._due(), 0)
            worker.claimed = [step.job for step in worker.engine._ready]  # before their time
            going = [(ready.job, ready.prepared) for ready in turn.going]
            worker.going += [(job, prepared, turn.begun.at) for job, prepared in going]
            self._may_send(going)

    def _may_send(self, going: Sequence[tuple[Job, Prepared]]) -> None:
        """Only who holds the row, never after a stop, and not before its time."""
        assert not going or not Pause.objects.filter(ended_at=None).exists()
        for job, _ in going:
            row = Delivery.objects.get(id=job.id)
            assert (row.state, row.fence) == ("publishing", job.fence)
            assert row.run_at <= self.clock.now()

    def _send(self, worker: Worker, answer: str) -> None:
        """The platform takes it or not; the worker hears of it or not."""
        for job, _, at in worker.going:
            text = self.texts[job.id]
            self.sent[f"{text}#{job.attempt}"] += 1
            if answer in ("ok", "lost"):
                self.seen[text] += 1
            worker.answered.append(Step(job, self._heard(answer, text), at))
        worker.going = []

    def _write_down(self, worker: Worker) -> None:
        worker.engine._turn(worker.answered, 0)
        worker.answered = []

    def _crash(self, worker: Worker, *, arrives: bool) -> None:
        """Whatever the worker had in memory is gone. A request on its way may still arrive."""
        for job, _, _ in worker.going if arrives else ():
            self.sent[f"{self.texts[job.id]}#{job.attempt}"] += 1
            self.seen[self.texts[job.id]] += 1
        worker.claimed, worker.going, worker.answered = [], [], []

    def _heard(self, answer: str, text: str) -> Receipt | BotError:
        match answer:
            case "ok":
                return Receipt(remote_id=text, url=f"http://127.0.0.1/{text}", at=self.clock.now())
            case "limit":
                return RateLimited("too many", retry_after=30)
            case "refused":
                return MediaRefused("no")
            case _:
                return OutcomeUnknown("no answer")

    def wait(self, seconds: int) -> None:
        """Time passes, and what time alone brings about comes to pass. A request is answered within the lease: that is what
        its length is for. A worker that has not sent anything may be stuck for longer."""
        for worker in self.workers:
            if worker.going:
                self._send(worker, "ok")
            if any(step.started for step in worker.answered):
                self._write_down(worker)
        self.clock.advance_to(self.clock.now() + timedelta(seconds=seconds))
        self.workers[0].engine.tidy()

    def look(self, blind: bool) -> None:
        """Read back: what is there is found, unless the platform hides it; a platform that can prove absence does."""
        for row in Delivery.objects.filter(state="unknown", reconcile_at__lte=self.clock.now()):
            text = self.texts[row.id]
            found: Found = Receipt(remote_id=text, url=f"http://127.0.0.1/{text}", at=self.clock.now())
            if not self.seen[text]:
                found = Absent() if row.lane == LANES[1] else CannotTell()
            with transaction.atomic():
                ledger = Ledger(self.clock.now())
                reconcile._conclude(self.ctx, ledger, row.id, CannotTell() if blind else found)
                ledger.close()

    def despair(self) -> None:
        """The platform shows us nothing until we stop looking."""
        for _ in range(6):
            self.wait(700)
            self.look(True)

    def decide(self, index: int, how: str) -> None:
        """A person who looks with their own eyes."""
        for row in Delivery.objects.filter(state="undecided").order_by("id")[index : index + 1]:
            if self.seen[self.texts[row.id]]:
                reconcile.decide_published(self.ctx, OFFICER, row.id, "https://www.facebook.com/1")
            elif how == "again":
                with suppress(NotAllowed, ScheduleError):  # stopped, withdrawn or expired: it stays undecided
                    reconcile.decide_again(self.ctx, OFFICER, row.id)
            else:
                reconcile.decide_let_be(self.ctx, OFFICER, row.id)

    def cancel(self, index: int) -> None:
        """Seldom, or little would be left to go wrong."""
        for row in Delivery.objects.order_by("id")[index : index + 1]:
            with suppress(AlreadyDecided):
                scheduling.cancel(self.ctx, OFFICER, row.id)

    def move(self, index: int) -> None:
        for row in Delivery.objects.order_by("id")[index : index + 1]:
            with suppress(AlreadyDecided, ScheduleError):
                scheduling.reschedule(self.ctx, OFFICER, row.id, self.clock.now() + timedelta(minutes=5))

    def stop(self) -> None:
        if not pause.active():
            pause.pause(self.ctx, OFFICER, "止めます")

    def resume(self) -> None:
        pause.resume(self.ctx, OFFICER)
        for row in Delivery.objects.filter(state="held"):
            pause.release(self.ctx, OFFICER, row.id)

    def check(self) -> None:
        self.nobody_sees_anything_twice()
        self.each_attempt_is_sent_once()
        self.nothing_is_called_published_that_is_not_there_or_off_that_is()
        self.one_in_flight_for_each_lane()
        self.a_thread_is_told_in_order()
        self.states_move_along_the_machine()

    def nobody_sees_anything_twice(self) -> None:
        assert max(self.seen.values(), default=0) <= 1, self.seen

    def each_attempt_is_sent_once(self) -> None:
        assert max(self.sent.values(), default=0) <= 1, self.sent

    def nothing_is_called_published_that_is_not_there_or_off_that_is(self) -> None:
        for row in Delivery.objects.all():
            there = self.seen[self.texts[row.id]]
            if row.state == "published":
                assert there == 1
            if row.state in ("failed", "waiting", "missed"):
                assert there == 0, row.state

    def one_in_flight_for_each_lane(self) -> None:
        busy = Counter(Delivery.objects.filter(state__in=("publishing", "unknown")).values_list("lane", flat=True))
        assert max(busy.values(), default=0) <= 1

    def a_thread_is_told_in_order(self) -> None:
        for lane in LANES:
            parts = [self.seen[f"{lane}/{part}"] for part in range(PARTS)]
            assert parts == sorted(parts, reverse=True)

    def states_move_along_the_machine(self) -> None:
        reached = {before: {after for (state, _), after in DELIVERY.items() if state == before} for before, _ in DELIVERY}
        for number, state in Delivery.objects.values_list("id", "state"):
            before, self.states[number] = self.states[number], state
            assert state == before or _reachable(before, state, reached), (before, state)


def _reachable(before: str, state: str, reached: dict[object, set[object]]) -> bool:
    """Within the few steps that one rule may take."""
    frontier: set[object] = {before}
    for _ in range(4):
        frontier |= {after for known in frontier for after in reached.get(known, set())}
    return state in frontier


def _empty() -> None:
    for model in (Pause, Decision):
        model.objects.all().delete()  # type: ignore[attr-defined]
    from bot.store.models import Attempt

    Attempt.objects.all().delete()
    for row in Delivery.objects.order_by("-id"):
        row.delete()
    Lane.objects.all().delete()
    Submission.objects.all().delete()


def _thread(lane: str) -> list[Delivery]:
    Lane.objects.create(name=lane)
    parts = tuple(Part(text=f"{lane}/{n}", length=1, limit=None) for n in range(PARTS))
    variant = Variant(channel="facebook", parts=parts, media=(), cost_usd=Decimal(0))
    bundle = Bundle(identity=lane, author="shimin-leader", wish={}, variants=(variant,))
    submission = Submission.objects.create(
        identity=lane,
        path="none.md",
        title=lane,
        author="shimin-leader",
        department="市民課",
        measure="1",
        submitted_by="shimin-leader",
        submitted_at=START,
        state="approved",
        bundle=bundle.canonical,
        digest=bundle.digest,
        source="",
    )
    Decision.objects.create(submission=submission, action="approve", actor="kouhou", at=START, digest=bundle.digest)
    made: list[Delivery] = []
    for n in range(PARTS):
        made.append(
            Delivery.objects.create(
                submission=submission,
                identity=lane,
                channel="facebook",
                lane=lane,
                part=n,
                after=made[-1] if made else None,
                due_at=START + SOON,
                run_at=START + SOON,
                last_at=START + timedelta(hours=9),
                state="waiting" if made else "scheduled",
            )
        )
    return made


def _events(chance: random.Random) -> Iterator[tuple[Any, ...]]:
    """Drawn evenly: Hypothesis's own lists of choices seldom leave the beaten track."""
    for _ in range(STEPS_OF_A_LIFE):
        match chance.choice(
            ["work"] * 8 + ["wait"] * 5 + ["look"] * 3 + ["decide", "resume"] * 2 + ["stop", "cancel", "move", "despair"]
        ):
            case "work":
                yield "work", chance.randrange(2), chance.choice(ENDS), chance.choice(ANSWERS)
            case "wait":
                yield "wait", chance.choice([2, 20, 28, 200, 200, 700])
            case "look":
                yield "look", chance.choice([False, True])
            case "decide":
                yield "decide", chance.randrange(2), chance.choice(["again", "let_be"])
            case "cancel" | "move" as name:
                yield name, chance.randrange(20)
            case other:
                yield (other,)


def test_whatever_happens_in_whatever_order_nothing_is_seen_twice_and_nothing_is_lost(office: Office) -> None:
    office.schedules()  # the machine alone; what the calendar does to it is asked in test_gate_over_time

    @settings(max_examples=LIVES, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(seed=st.integers(0, 2**32))
    def live(seed: int) -> None:
        city = City(office.ctx)
        for name, *details in _events(random.Random(seed)):  # noqa: S311 not a secret
            getattr(city, name)(*details)
            city.check()
        city.close()

    live()
