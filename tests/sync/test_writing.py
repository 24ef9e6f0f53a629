"""Committing for somebody without git, beside others who commit at the same time."""

from __future__ import annotations

import threading

import pytest

from bot.errors import NotAllowed
from bot.repository.commit import Conflict
from bot.repository.failure import GitFailed
from bot.services.handing_in import branch, sync
from bot.workflow.actors import Actor, Role
from tests.sync.desk import SHIMIN, SOUMU, Desk
from tests.sync.origin import git

POST = "posts/madoguchi.md"
TEXT = "一行目\n二行目\n三行目\n四行目\n五行目\n"


def test_a_form_commits_as_the_leader_and_the_sync_hands_it_in(desk: Desk) -> None:
    path = desk.write()
    data = path.read_bytes()
    ctx = desk.office.ctx
    made = branch.commit_as(ctx, desk.office.author, {POST: data}, "書かない窓口", branch.head(ctx))
    assert made == desk.origin.head
    assert git(desk.origin.bare, "log", "-1", "--format=%an <%ae> %cn %s", "main") == (
        f"市民課（見本） <{SHIMIN}> dxbot 書かない窓口"
    )
    assert git(desk.origin.bare, "fsck", "--strict") == ""
    assert sync.wanted(ctx)
    desk.sync()
    assert desk.submissions() == [(POST, "shimin-leader", "submitted")]


def test_the_same_once_more_is_no_new_commit(desk: Desk) -> None:
    ctx = desk.office.ctx
    first = branch.commit_as(ctx, desk.office.author, {POST: b"x"}, "m", branch.head(ctx))
    assert isinstance(first, str)
    assert branch.commit_as(ctx, desk.office.author, {POST: b"x"}, "m", first) == first


def test_somebody_elses_commit_to_another_file_is_no_conflict(desk: Desk) -> None:
    ctx = desk.office.ctx
    base = branch.head(ctx)
    desk.write("other", author="soumu-leader")
    theirs = desk.commit(SOUMU)
    made = branch.commit_as(ctx, desk.office.author, {POST: TEXT.encode()}, "m", base)
    assert isinstance(made, str)
    assert git(desk.origin.bare, "rev-parse", "main~1") == theirs
    assert git(desk.origin.bare, "show", f"{made}:{POST}") == TEXT.strip()


def test_a_conflict_gives_all_three_texts_and_loses_none(desk: Desk) -> None:
    ctx = desk.office.ctx
    desk.origin.write(POST, TEXT)
    base = desk.commit()
    desk.origin.write(POST, TEXT.replace("一行目", "かれらの一行目"))
    head = desk.commit(SOUMU)
    ours = TEXT.replace("五行目", "わたしの五行目").encode()
    found = branch.commit_as(ctx, desk.office.author, {POST: ours}, "m", base)
    assert isinstance(found, Conflict)
    assert desk.origin.head == found.head == head
    assert (found.base[POST], found.ours[POST]) == (TEXT.encode(), ours)
    theirs = found.theirs[POST]
    assert theirs == TEXT.replace("一行目", "かれらの一行目").encode()
    merged = branch.merge(ctx, TEXT.encode(), ours, theirs)
    assert merged.clean
    assert merged.text.decode() == "かれらの一行目\n二行目\n三行目\n四行目\nわたしの五行目\n"
    assert isinstance(branch.commit_as(ctx, desk.office.author, {POST: merged.text}, "m", found.head), str)


def test_two_versions_of_one_line_stand_side_by_side(desk: Desk) -> None:
    merged = branch.merge(desk.office.ctx, b"a\n", "わたし\n".encode(), "かれら\n".encode())
    assert not merged.clean
    assert merged.text.decode().splitlines() == [
        *("<<<<<<< あなたの文", "わたし", "||||||| はじめの文", "a", "=======", "かれら", ">>>>>>> ほかの人の文"),
    ]


def test_a_deletion_meanwhile_is_a_conflict_too(desk: Desk) -> None:
    desk.origin.write(POST, TEXT)
    base = desk.commit()
    (desk.origin.desk / POST).unlink()
    desk.commit()
    found = branch.commit_as(desk.office.ctx, desk.office.author, {POST: b"x"}, "m", base)
    assert isinstance(found, Conflict)
    assert found.theirs == {POST: None}


def test_leaders_who_save_at_the_same_moment_all_get_in(desk: Desk) -> None:
    from django.db import connections

    ctx = desk.office.ctx
    base = branch.head(ctx)
    results: list[object] = []

    def save(number: int) -> None:
        try:
            results.append(branch.commit_as(ctx, desk.office.author, {f"posts/{number}.md": b"x"}, "m", base))
        except Exception as e:
            results.append(e)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(r) for r in results] == [str] * 4, results
    names = git(desk.origin.bare, "ls-tree", "--name-only", "main", "posts/").splitlines()
    assert names == [f"posts/{n}.md" for n in range(4)]


def test_a_server_that_refuses_is_told_and_leaves_the_branch(desk: Desk) -> None:
    hook = desk.origin.bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    hook.chmod(0o755)
    base = branch.head(desk.office.ctx)
    with pytest.raises(GitFailed):
        branch.commit_as(desk.office.ctx, desk.office.author, {POST: b"x"}, "m", base)
    assert desk.origin.head == base


@pytest.mark.parametrize(
    "path", ["people.yml", "../x", "posts/../people.yml", ".git/hooks/x", "posts/.git/x", "/etc/x", "posts/"]
)
def test_nothing_but_posts_and_pictures_is_committed(desk: Desk, path: str) -> None:
    base = branch.head(desk.office.ctx)
    with pytest.raises(NotAllowed):
        branch.commit_as(desk.office.ctx, desk.office.author, {path: b"x"}, "m", base)
    assert desk.origin.head == base


@pytest.mark.parametrize("actor", [Actor(person="unyou", role=Role.OPERATOR), Actor(person="kouhou", role=Role.OFFICER)])
def test_only_people_of_people_yml_commit(desk: Desk, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        branch.commit_as(desk.office.ctx, actor, {POST: b"x"}, "m", branch.head(desk.office.ctx))
