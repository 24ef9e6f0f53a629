"""A word on its way into the city's list: proposed by one officer, accepted by another, committed, and in force."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from bot.errors import NotAllowed, NotFound
from bot.services.approval import review
from bot.services.handing_in import branch, words
from bot.store.words import WordProposal
from bot.workflow.actors import Actor, Role
from tests.sync.desk import SOUMU, Desk
from tests.sync.origin import git

CHIEF = Actor(person="kouhou-kacho", role=Role.OFFICER)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    from bot.store.models import User

    for person in ("kouhou", CHIEF.person):
        found, _ = User.objects.get_or_create(username=person, defaults={"role": "officer"})
        User.objects.filter(id=found.id).update(email=f"{person}@example.jp")
    return desk


def listed(desk: Desk) -> dict[str, str]:
    return {word.wrong: word.right for word in desk.office.ctx.library.words}


def test_a_second_officer_commits_the_word_and_it_is_in_force(desk: Desk) -> None:
    ctx, officer = desk.office.ctx, desk.office.officer
    desk.origin.write("words.yml", "# 市の表\nディジタル: {right: デジタル}\n")
    desk.commit(SOUMU)
    desk.sync()
    row = words.propose(ctx, officer, " 子供 ", "子ども", "手引き：3章 #2")
    assert "子供" not in listed(desk)
    words.accept(ctx, CHIEF, row.id)
    assert listed(desk) == {"ディジタル": "デジタル", "子供": "子ども"}
    assert git(desk.origin.bare, "log", "-1", "--format=%ae %cn", "main") == "kouhou-kacho@example.jp dxbot"
    text = git(desk.origin.bare, "show", "main:words.yml")
    assert text.startswith("# 市の表\nディジタル: {right: デジタル}\n子供: {right: 子ども, reason: ")
    assert [w.reason for w in ctx.library.words] == ["", "手引き：3章 #2"]
    assert words.waiting() == []
    with pytest.raises(NotFound):
        words.decline(ctx, officer, row.id)


def test_nobody_accepts_their_own(desk: Desk) -> None:
    row = words.propose(desk.office.ctx, desk.office.officer, "子供", "子ども")
    with pytest.raises(NotAllowed) as e:
        words.accept(desk.office.ctx, desk.office.officer, row.id)
    assert e.value.summary == "提案した本人は、受け入れられません"
    assert [p.row.wrong for p in words.waiting()] == ["子供"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_no_other_role_accepts_one(desk: Desk, role: Role) -> None:
    row = words.propose(desk.office.ctx, desk.office.officer, "子供", "子ども")
    with pytest.raises(NotAllowed):
        words.accept(desk.office.ctx, Actor(person="shimin-leader", role=role), row.id)
    assert "子供" not in listed(desk)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("", "子ども"), ("子供", " "), ("子供", "子供"), ("あ" * 41, "子ども"), ("ディジタル", "デジ"), ("x", "ディジタル")],
)
def test_what_makes_no_sense_is_refused(desk: Desk, wrong: str, right: str) -> None:
    desk.origin.write("words.yml", "ディジタル: {right: デジタル}\n")
    desk.commit(SOUMU)
    desk.sync()
    with pytest.raises(NotAllowed):
        words.propose(desk.office.ctx, desk.office.officer, wrong, right)


def test_the_same_word_waits_once_and_may_be_proposed_again_when_it_was_declined(desk: Desk) -> None:
    ctx, officer = desk.office.ctx, desk.office.officer
    row = words.propose(ctx, officer, "子供", "子ども")
    with pytest.raises(NotAllowed):
        words.propose(ctx, CHIEF, "子供", "こども")
    words.decline(ctx, CHIEF, row.id)
    assert words.propose(ctx, CHIEF, "子供", "こども").right == "こども"


def test_what_came_back_most_often_stands_first(desk: Desk) -> None:
    office = desk.office
    for name in ("one", "two"):
        desk.write(name)
        desk.taken()
    for waiting in review.waiting():
        review.return_(office.ctx, office.officer, waiting.id, "「子供」は「子ども」に直してください")
    words.propose(office.ctx, office.officer, "障碍", "障害")
    words.propose(office.ctx, office.officer, "子供", "子ども")
    assert [(p.row.wrong, p.returned) for p in words.waiting()] == [("子供", 2), ("障碍", 0)]


def test_a_list_that_could_not_be_read_then_stays_as_it_is(desk: Desk) -> None:
    desk.origin.write("words.yml", "{ディジタル: {right: デジタル}}\n")
    desk.commit(SOUMU)
    desk.sync()
    row = words.propose(desk.office.ctx, desk.office.officer, "子供", "子ども")
    with pytest.raises(NotAllowed):
        words.accept(desk.office.ctx, CHIEF, row.id)
    assert [p.row.wrong for p in words.waiting()] == ["子供"]


def test_who_is_quicker_is_no_obstacle(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = words.propose(desk.office.ctx, desk.office.officer, "子供", "子ども")
    real, tries = branch.head, []

    def head(ctx: object) -> str:
        found = real(desk.office.ctx)
        if not tries:
            desk.origin.write("words.yml", "障碍: {right: 障害}\n")
            desk.commit(SOUMU)
        tries.append(ctx)
        return found

    monkeypatch.setattr(branch, "head", head)
    words.accept(desk.office.ctx, CHIEF, row.id)
    assert (listed(desk), len(tries)) == ({"障碍": "障害", "子供": "子ども"}, 2)


def test_of_two_who_accept_at_once_one_commits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = words.propose(desk.office.ctx, desk.office.officer, "子供", "子ども")
    other = Actor(person="kouhou-kakaricho", role=Role.OFFICER)
    real, refused, began = branch.commit_as, list[str](), list[str]()

    def while_another_presses(ctx: Any, actor: Actor, *given: Any) -> Any:
        began.append(actor.person)
        if len(began) == 1:
            press = threading.Thread(target=pressed)
            press.start()
            press.join(30)
        return real(ctx, actor, *given)

    def pressed() -> None:
        try:
            words.accept(desk.office.ctx, other, row.id)
        except NotFound as e:
            refused.append(e.summary)
        finally:
            connection.close()

    monkeypatch.setattr(branch, "commit_as", while_another_presses)
    words.accept(desk.office.ctx, CHIEF, row.id)
    assert (began, refused) == ([CHIEF.person], ["待っている提案がありません"])
    assert git(desk.origin.bare, "show", "main:words.yml").count("子供") == 1
    row.refresh_from_db()
    assert (row.accepted, row.decided_by) == (True, CHIEF.person)


def test_two_who_decide_differently_are_told_apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = words.propose(desk.office.ctx, desk.office.officer, "子供", "子ども")
    real = words._open

    def late(number: int) -> WordProposal:
        found = real(number)
        monkeypatch.setattr(words, "_open", real)
        words.decline(desk.office.ctx, CHIEF, number)
        return found

    monkeypatch.setattr(words, "_open", late)
    with pytest.raises(NotFound):
        words.accept(desk.office.ctx, CHIEF, row.id)
    assert "子供" not in listed(desk)
    row.refresh_from_db()
    assert row.accepted is False
