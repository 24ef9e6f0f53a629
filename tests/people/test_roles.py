"""Who may do what: every role tries every act of every service. The expectation is written out here, not derived."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import bot.services
from bot.content import post_form
from bot.errors import NotAllowed, NotFound
from bot.newsletter.arrangement import IssueArrangement
from bot.schedule.changes import RuleChange
from bot.schedule.rules import Blackout
from bot.services.approval import comments, picture_records, review, submit, undone, withdrawing
from bot.services.delivery import (
    blackouts,
    duty,
    pause,
    reconcile,
    rollback,
    rule_changes,
    scheduling,
    series,
    together,
    undoing,
)
from bot.services.delivery.together import Shift
from bot.services.handing_in import drafts, hashtags, picking, text_changes, words
from bot.services.handing_in.text_changes import TextChange
from bot.services.pages import connections, post_record, queue, record_files, today
from bot.services.paper import errata, issue_desk
from bot.services.people import accounts, grants, requests
from bot.services.records.office_texts import Kind
from bot.services.telling import alarms
from bot.store.drafts import Draft
from bot.store.models import Decision, Delivery, Submission, User
from bot.store.newsletter import Erratum
from bot.store.people import Grant
from bot.store.pictures import PictureRecord
from bot.workflow.actors import Actor, Role
from tests.office import TUESDAY, Office

Act = Callable[[Office, Actor], object]


def waiting(office: Office) -> Submission:
    return office.submit(office.post())


def trainees(office: Office) -> Submission:
    return office.submit(office.post(author="kokusai-trainee"), office.trainee)


def planned(office: Office) -> Delivery:
    return office.approved()[0]


def second_part(office: Office) -> Delivery:
    office.approved("ichi", channels="x", extra="series: {name: 連載, part: 1}")
    return office.approved("ni", channels="x", extra="series: {name: 連載, part: 2}")[0]


def held(office: Office) -> Delivery:
    made = planned(office)
    pause.pause(office.ctx, office.officer, "試験")
    pause.resume(office.ctx, office.officer)
    return Delivery.objects.get(id=made.id)


def doubtful(office: Office) -> Delivery:
    made = planned(office)
    Delivery.objects.filter(id=made.id).update(state="undecided")
    return made


def together_with(delivery: Delivery) -> dict[int, Shift]:
    return {delivery.id: Shift(moment=delivery.due_at + timedelta(days=1), version=delivery.fence)}


def _undo(office: Office, actor: Actor) -> object:
    moved = together.move(office.ctx, office.officer, together_with(planned(office)))
    return undoing.undo(office.ctx, actor, replace(moved, person=actor.person))


def _undo_approval(office: Office, actor: Actor) -> object:
    made = planned(office)
    Decision.objects.filter(submission=made.submission_id).update(actor=actor.person)
    given = undone.Given(submission=made.submission_id, state="submitted", issue="", deliveries=Delivery.objects.count())
    return undone.undo(office.ctx, actor, undone.Approvals(person=actor.person, at=office.clock.now(), rows=(given,)))


def someone(office: Office) -> str:
    User.objects.create(username="someone", role=Role.LEADER)
    return "someone"


def _submit_for_another(office: Office, actor: Actor) -> object:
    return submit.submit(office.ctx, actor, office.post())


def _submit_own(office: Office, actor: Actor) -> object:
    path: Path = office.post(author="kokusai-trainee")
    return submit.submit(office.ctx, Actor(person="kokusai-trainee", role=actor.role, scopes=actor.scopes), path)


def _look(seen: Submission) -> tuple[int, str]:
    return seen.id, seen.digest


def _endorse_as_head(office: Office, actor: Actor) -> object:
    city = office.folder / "city.yml"
    text = city.read_text(encoding="utf-8")
    if "heads" not in text:
        city.write_text(text[:-1] + f", heads: {{市民課: {actor.person}}}}}", encoding="utf-8")
    office.register()
    return review.endorse(office.ctx, actor, *_look(waiting(office)))


def _confirm(office: Office, actor: Actor) -> object:
    standing = {"role": actor.role, "department": "総務課", "heads": ["総務課"]}
    User.objects.get_or_create(username=actor.person, defaults=standing)
    return review.confirm(office.ctx, actor, *_look(trainees(office)))


def _grant(office: Office) -> int:
    now = office.ctx.clock.now()
    return Grant.objects.create(person="new", role=Role.OFFICER, asked_by="unyou", asked_at=now).id


def _accept(office: Office, actor: Actor) -> object:
    people = office.folder / "people.yml"
    people.write_text(people.read_text(encoding="utf-8").replace("department: 市民課", "department: 税務課"), encoding="utf-8")
    (asked,) = requests.waiting(office.ctx)
    return requests.accept(office.ctx, actor, asked.person, asked.digest)


def _countersign(office: Office, actor: Actor) -> object:
    User.objects.create(username=actor.person, role=Role.OFFICER)
    seen = waiting(office)
    review.approve(office.ctx, office.officer, seen.id, seen.digest, review.Terms(on_behalf_of=actor.person))
    return review.countersign(office.ctx, actor, Decision.objects.get(action="approve").id)


def _remark(office: Office, actor: Actor) -> object:
    """On a post that every role can see: one's own."""
    seen = waiting(office)
    Submission.objects.filter(id=seen.id).update(author=actor.person)
    return comments.add(office.ctx, actor, seen.id, "x", "0:0", "時点は？")


def _settle(office: Office, actor: Actor) -> object:
    made = comments.add(office.ctx, office.officer, waiting(office).id, "x", "0:0", "時点は？")
    Submission.objects.filter(id=made.submission_id).update(author=actor.person)
    return comments.settle(office.ctx, actor, made.id)


def _unsettle(office: Office, actor: Actor) -> object:
    return comments.unsettle(office.ctx, actor, _settle(office, actor).id)


def _writer(actor: Actor) -> Actor:
    return Actor(person="shimin-leader", role=actor.role, scopes=actor.scopes)


def _add_chart(office: Office, actor: Actor) -> object:
    (office.folder / "strategy" / "charts.yml").write_text("cards: {title: 図, look: title}\n", encoding="utf-8")
    return drafts.add_chart(office.ctx, _writer(actor), _draft(office).id, "cards")


def _draft(office: Office) -> Draft:
    return drafts.begin(office.ctx, office.author)


def _picture(office: Office, *, shown: bool = False) -> int:
    """One of the author's; `shown` in a post of theirs, else with a draft alone."""
    if shown:
        planned(office)
    else:
        blue = (office.folder / "media" / "blue.png").read_bytes()
        drafts.add_picture(office.ctx, office.author, _draft(office).id, blue)
    return PictureRecord.objects.latest("id").id


def _take(office: Office, actor: Actor) -> object:
    picture = _picture(office)
    return picking.take(office.ctx, _writer(actor), _draft(office).id, picture)


def _record_picture(office: Office, actor: Actor) -> object:
    told = picture_records.Told(people="none", consent="", until=None, not_from=None, why="")
    return picture_records.record(office.ctx, actor, _picture(office, shown=True), told, "")


def _add_hashtags(office: Office, actor: Actor) -> object:
    (office.folder / "hashtags.yml").write_text("窓口: [金沢市DX]\n", encoding="utf-8")
    return hashtags.add(office.ctx, _writer(actor), _draft(office).id, "窓口")


def _keep(office: Office, actor: Actor) -> object:
    draft = _draft(office)
    return drafts.save(office.ctx, _writer(actor), draft.id, post_form.form_of(draft.form), drafts.Seen(revision=0))


ELECTION = Blackout(
    start=TUESDAY + timedelta(days=5),
    end=TUESDAY + timedelta(days=6),
    kind="選挙",
    why="選挙のため",
    set_by="",
    channels=frozenset(),
)


TEXT = TextChange(kind=Kind.PHRASE, name="時点", act=text_changes.Act.NEW, content="いつの数字ですか。", seen=0)
# Another slot: more may go out.
RULE = RuleChange(
    topic="slot", item="new", value={"days": ["mon"], "at": "10:00", "gap": 30, "channels": [], "if_closed": "skip"}
)


def _blackout(office: Office) -> int:
    return blackouts.enter(office.ctx, office.operator, ELECTION).number


def _rule(office: Office) -> int:
    """What another officer proposed: another slot lets more out."""
    return rule_changes.make(office.ctx, Actor(person="kouhou-kacho", role=Role.OFFICER), RULE, "試験", 0).number


def _word(office: Office) -> int:
    return words.propose(office.ctx, Actor(person="kouhou-kacho", role=Role.OFFICER), "子供", "子ども").id


def _receive(office: Office, actor: Actor) -> object:
    from bot.services.handing_in import commits, package

    path = office.post("arrives", author="soumu-leader")
    packed = office.folder.parent / "arrives.zip"
    packed.write_bytes(package.pack(office.ctx.library.read(path)))
    path.unlink()
    return commits.receive(office.ctx, actor, packed, office.ctx.library.posts_dir)


def _lift(office: Office, actor: Actor) -> object:
    number = _blackout(office)
    blackouts.ask_to_lift(office.ctx, office.officer, number, "延期")
    return blackouts.lift(office.ctx, actor, number)


def _erratum(office: Office) -> int:
    errata.add(office.ctx, office.officer, "2026-12", "誤", "正")
    return Erratum.objects.get().id


def _confirm_mark(office: Office, actor: Actor) -> object:
    rollback.stop(office.ctx, None, "印がありません")
    return rollback.confirm(office.ctx, actor, "移設")


LEADER, TRAINEE, HEAD, OFFICER, OPERATOR, AUDITOR = Role
# name → (the act, as a person who has nothing to do with the post; who may)
ACTS: dict[str, tuple[Act, set[Role]]] = {
    "submit.submit": (_submit_own, {LEADER, TRAINEE, OFFICER}),
    "submit.submit, another's": (_submit_for_another, {OFFICER}),
    "review.confirm": (_confirm, {LEADER, HEAD}),
    "review.approve": (lambda o, a: review.approve(o.ctx, a, *_look(waiting(o))), {OFFICER}),
    "review.return_": (lambda o, a: review.return_(o.ctx, a, waiting(o).id, "理由"), {OFFICER}),
    "withdrawing.withdraw": (lambda o, a: withdrawing.withdraw(o.ctx, a, waiting(o).id), {OFFICER}),
    "withdrawing.take_back, by a push": (lambda o, a: withdrawing.take_back(o.ctx, a, waiting(o)), {OFFICER}),
    "review.endorse": (_endorse_as_head, {LEADER, HEAD}),
    "review.countersign": (_countersign, {OFFICER}),
    "comments.add": (_remark, {LEADER, TRAINEE, HEAD, OFFICER}),
    "comments.unsettle": (_unsettle, {LEADER, TRAINEE, HEAD, OFFICER}),
    "comments.settle": (_settle, {LEADER, TRAINEE, HEAD, OFFICER}),
    "queue.approve_opened": (
        lambda o, a: queue.approve_opened(o.ctx, a, {(s := waiting(o)).id: queue.Seen(digest=s.digest, planned="")}),
        {OFFICER},
    ),
    "drafts.begin": (lambda o, a: drafts.begin(o.ctx, _writer(a)), {LEADER, TRAINEE, OFFICER}),
    "drafts.save": (_keep, {LEADER, TRAINEE, OFFICER}),
    "drafts.add_picture": (
        lambda o, a: drafts.add_picture(o.ctx, _writer(a), _draft(o).id, (o.folder / "media" / "red.png").read_bytes()),
        {LEADER, TRAINEE, OFFICER},
    ),
    "picking.take": (_take, {LEADER, TRAINEE, OFFICER}),
    "hashtags.add": (_add_hashtags, {LEADER, TRAINEE, OFFICER}),
    "picture_records.record": (_record_picture, {OFFICER}),
    "picture_records.describe": (
        lambda o, a: picture_records.describe(o.ctx, a, _picture(o, shown=True), "説明", ""),
        {OFFICER},
    ),
    "picture_records.remove": (
        lambda o, a: picture_records.remove(o.ctx, _writer(a), _picture(o)),
        {LEADER, TRAINEE, OFFICER},
    ),
    "drafts.add_chart": (_add_chart, {LEADER, TRAINEE, OFFICER}),
    "drafts.remove_picture": (
        lambda o, a: drafts.remove_picture(o.ctx, _writer(a), _draft(o).id, "a.jpg"),
        {LEADER, TRAINEE, OFFICER},
    ),
    "series.go_alone": (lambda o, a: series.go_alone(o.ctx, a, second_part(o).id), {OFFICER}),
    "scheduling.cancel": (lambda o, a: scheduling.cancel(o.ctx, a, planned(o).id), {OFFICER}),
    "scheduling.reschedule": (
        lambda o, a: scheduling.reschedule(o.ctx, a, (d := planned(o)).id, d.due_at + timedelta(days=1)),
        {OFFICER},
    ),
    "together.move": (lambda o, a: together.move(o.ctx, a, together_with(planned(o))), {OFFICER}),
    "together.cancel": (lambda o, a: together.cancel(o.ctx, a, {planned(o).id: None}), {OFFICER}),
    "together.release": (lambda o, a: together.release(o.ctx, a, (d := held(o)).submission_id, [d.id]), {OFFICER}),
    "undoing.undo": (_undo, {OFFICER}),
    "undone.undo": (_undo_approval, {OFFICER}),
    "queue.before_approving": (
        lambda o, a: queue.before_approving(o.ctx, a, {(s := waiting(o)).id: s.digest}),
        {OFFICER},
    ),
    "issue_desk.overview": (lambda o, a: issue_desk.overview(o.ctx, a), {OFFICER, OPERATOR, AUDITOR}),
    "issue_desk.desk": (lambda o, a: issue_desk.desk(o.ctx, a, "2026-12"), {OFFICER, OPERATOR, AUDITOR}),
    "issue_desk.tried": (
        lambda o, a: issue_desk.tried(o.ctx, a, IssueArrangement(issue="2026-12", posts={"01TEST": 0})),
        {OFFICER},
    ),
    "issue_desk.arrange": (
        lambda o, a: issue_desk.arrange(o.ctx, a, IssueArrangement(issue="2026-12", posts={"01TEST": 0}), 0),
        {OFFICER},
    ),
    "errata.add": (lambda o, a: errata.add(o.ctx, a, "2026-12", "誤", "正"), {OFFICER}),
    "errata.drop": (lambda o, a: errata.drop(o.ctx, a, _erratum(o)), {OFFICER}),
    "pause.pause": (lambda o, a: pause.pause(o.ctx, a, "理由"), {OFFICER, OPERATOR}),
    "pause.resume": (lambda o, a: pause.resume(o.ctx, a), {OFFICER}),
    "pause.release": (lambda o, a: pause.release(o.ctx, a, held(o).id), {OFFICER}),
    "words.propose": (lambda o, a: words.propose(o.ctx, a, "子供", "子ども"), {OFFICER}),
    "words.decline": (lambda o, a: words.decline(o.ctx, a, _word(o)), {OFFICER}),
    "text_changes.make": (lambda o, a: text_changes.make(o.ctx, a, TEXT, "試験"), {OFFICER}),
    "rule_changes.make": (lambda o, a: rule_changes.make(o.ctx, a, RULE, "試験", 0), {OFFICER}),
    "rule_changes.accept": (lambda o, a: rule_changes.accept(o.ctx, a, _rule(o), 0), {OFFICER}),
    "rule_changes.decline": (lambda o, a: rule_changes.decline(o.ctx, a, _rule(o)), {OFFICER}),
    "blackouts.enter": (lambda o, a: blackouts.enter(o.ctx, a, ELECTION), {OFFICER, OPERATOR}),
    "blackouts.ask_to_lift": (lambda o, a: blackouts.ask_to_lift(o.ctx, a, _blackout(o), "延期"), {OFFICER}),
    "blackouts.lift": (_lift, {OFFICER}),
    "reconcile.decide_published": (
        lambda o, a: reconcile.decide_published(o.ctx, a, doubtful(o).id, "https://www.facebook.com/1"),
        {OFFICER},
    ),
    "reconcile.decide_again": (lambda o, a: reconcile.decide_again(o.ctx, a, doubtful(o).id), {OFFICER}),
    "reconcile.decide_let_be": (lambda o, a: reconcile.decide_let_be(o.ctx, a, doubtful(o).id), {OFFICER}),
    "commits.receive": (_receive, {LEADER, TRAINEE, OFFICER}),
    "accounts.invite": (lambda o, a: accounts.invite(o.ctx, a, "new", Role.LEADER), {OPERATOR}),
    "accounts.invite_again": (lambda o, a: accounts.invite_again(o.ctx, a, someone(o)), {OPERATOR}),
    "accounts.change_role": (lambda o, a: accounts.change_role(o.ctx, a, someone(o), Role.HEAD), {OPERATOR}),
    "accounts.change_email": (lambda o, a: accounts.change_email(o.ctx, a, someone(o), "a@example.jp"), {OPERATOR}),
    "accounts.change_standing": (
        lambda o, a: accounts.change_standing(o.ctx, a, someone(o), {"department": "市民課"}),
        {OPERATOR},
    ),
    "accounts.agree": (lambda o, a: accounts.agree(o.ctx, a, _grant(o)), {OFFICER, OPERATOR}),
    "grants.refuse": (lambda o, a: grants.refuse(o.ctx, a, _grant(o)), {OFFICER, OPERATOR}),
    "grants.ask": (lambda o, a: grants.ask(o.ctx, a, "new", Role.OFFICER), {OPERATOR}),
    "requests.accept": (_accept, {OPERATOR}),
    "rollback.confirm": (_confirm_mark, {OPERATOR}),
    "today.accounts": (lambda o, a: today.accounts(o.ctx, a), {OFFICER, OPERATOR, AUDITOR}),
    "connections.rows": (lambda o, a: connections.rows(o.ctx, a), {OFFICER, OPERATOR, AUDITOR}),
    "duty.issue": (lambda o, a: duty.issue(o.ctx, a, "当番"), {OFFICER, OPERATOR}),
    "duty.revoke": (lambda o, a: duty.revoke(o.ctx, a, 1), {OFFICER, OPERATOR}),
    "post_record.find": (lambda o, a: post_record.find(o.ctx, a, waiting(o).id), {OFFICER, OPERATOR, AUDITOR}),
    "record_files.files": (lambda o, a: record_files.files(o.ctx, a, waiting(o).id), {OFFICER, OPERATOR, AUDITOR}),
    "record_files.to_look_at": (
        lambda o, a: record_files.to_look_at(o.ctx, a, waiting(o).id),
        {OFFICER, OPERATOR, AUDITOR},
    ),
    "record_files.register": (lambda o, a: record_files.register(o.ctx, a, 2026), {OFFICER, OPERATOR, AUDITOR}),
    "record_files.transfer": (lambda o, a: record_files.transfer(o.ctx, a), {OFFICER, OPERATOR, AUDITOR}),
    "record_files.due": (lambda o, a: record_files.due(o.ctx, a), {OFFICER, OPERATOR, AUDITOR}),
    "alarms.see": (lambda o, a: alarms.see(o.ctx, a, 1), {HEAD, OFFICER, OPERATOR}),
    "accounts.dismiss": (lambda o, a: accounts.dismiss(o.ctx, a, someone(o)), {OPERATOR}),
}


# They show what review.readable() lets this person see, and refuse nobody.
READINGS = {
    *(
        "calendar.days",
        "overview.broken",
        "calendar.entries",
        "calendar.former_wishes",
        "calendar.problems",
        "history.search",
        "history.departments",
        "history.as_csv",
        "history.timeline",
        "history.standing",
        "viewed.record",
        "review.readable",
        "review.may_confirm",
        "comments.of_post",
        *("suggestions.may_suggest", "suggestions.of_post"),
        "mentions.called",
        "mentions.waiting",
        "mentions.see",
        "returned.before",
        "registered.departments_to_confirm",
    ),
    *(f"picture_records.{name}" for name in ("visible", "find", "search", "uses", "thumbnail")),
    *("today.waiting", "today.outings", "today.lately_out", "today.returned_and_not_mended"),
    *("drafts.writes", "drafts.may_reopen", "copying.earlier", "calendar.former_wishes", "training.offered"),
    *(
        "review.readable_by",
        "pictures.of_submission",
        "queue.waiting",
        "queue.after",
        "queue.waiting_count",
        "queue.departments",
        "queue.decided",
    ),
    *(
        f"overview.{name}"
        for name in ("readable", "planned", "planned_count", "by_hand", "doubtful", "ended", "held", "held_count")
    ),
    *(f"overview.{name}" for name in ("planned_on", "doubtful_count", "by_hand_count")),
}
# Each role tries these in a test of their own, which sets the scene: tests/issues, tests/drafts, tests/sync.
ELSEWHERE = {
    "grants.agree",  # a part of accounts.agree
    "review.decide",  # a part of every decision
    "first_people.invite",  # by the shell alone, before there is any role
    "issues.sign_off",
    "words.accept",
    "printed.record",
    "drafts.reopen",
    "browser.hand_in",
    "correcting.begin",
    "copying.begin",
    *("review.require_decidable", "undoing.require_in_time"),  # a part of every act of their kind
    "errata.follow",  # a part of review.approve
    "browser.settle",
    *("suggestions.suggest", "suggestions.decline", "suggestions.accept", "suggestions.take_note"),
    *("accepting.accept", "accepting.decline", "rewording.reword"),
    "branch.commit_as",
    "replanning.plan_again",  # a part of submit.submit
    *("threads.go_on", "takedowns.take_down", "threads.leave", "takedowns.sign", "removal.decide_gone", "removal.decide_again"),
    *("vanished.decide_gone", "vanished.decide_there"),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(ACTS))
def test_a_role_may_do_its_own_acts_and_no_other(office: Office, name: str, role: Role) -> None:
    act, allowed = ACTS[name]
    actor = Actor(person="somebody-else", role=role)
    if role in allowed:
        act(office, actor)
    else:
        with pytest.raises((NotAllowed, NotFound)):
            act(office, actor)


@pytest.mark.parametrize("name", list(ACTS))
def test_a_key_for_nothing_does_nothing_in_any_role(office: Office, name: str) -> None:
    for role in ACTS[name][1]:
        with pytest.raises(NotAllowed):
            ACTS[name][0](office, Actor(person="somebody-else", role=role, scopes=frozenset()))


def test_no_act_of_a_service_is_missing_from_the_walk() -> None:
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for info in pkgutil.walk_packages(bot.services.__path__, "bot.services.")
        for module in [importlib.import_module(info.name)]
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and {"ctx", "actor"} <= set(inspect.signature(function).parameters)
    }
    assert found - READINGS - ELSEWHERE == {name.partition(",")[0] for name in ACTS}
    assert found >= READINGS | ELSEWHERE


READERS = {LEADER: False, TRAINEE: False, HEAD: False, OFFICER: True, OPERATOR: True, AUDITOR: True}


@pytest.mark.parametrize("role", list(Role))
def test_another_department_s_draft_is_for_the_office_and_the_auditor(office: Office, role: Role) -> None:
    stranger, draft = Actor(person="somebody-else", role=role), waiting(office)
    shown = Submission.objects.filter(review.readable(office.ctx, stranger), id=draft.id)
    assert shown.exists() is READERS[role]
