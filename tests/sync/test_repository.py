"""Reading a branch through git: what changed, by whom, and into the content folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.options import Secret
from bot.repository.checkout import Checkout
from bot.repository.failure import GitFailed
from bot.repository.git import Git
from bot.repository.mirror import EMPTY_TREE, Commit, Mirror, is_safe
from tests.sync.origin import Origin, git


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "server")


@pytest.fixture
def mirror(tmp_path: Path, origin: Origin) -> Mirror:
    return Mirror(git=Git(folder=tmp_path / "mirror.git"), url=origin.url, branch="main")


@pytest.fixture
def checkout(tmp_path: Path, mirror: Mirror) -> Checkout:
    return Checkout(folder=tmp_path / "content", mirror=mirror)


def test_the_difference_of_two_commits_names_each_path_once(origin: Origin, mirror: Mirror) -> None:
    origin.write("posts/a.md", "一")
    origin.write("posts/名 前.md", "二")
    first = origin.commit("a@example.jp")
    origin.write("posts/a.md", "三")
    (origin.desk / "posts/名 前.md").unlink()
    second = origin.commit("b@example.jp")
    assert mirror.fetch() == second
    assert {c.path for c in mirror.changes(EMPTY_TREE, first)} == {"posts/a.md", "posts/名 前.md"}
    assert {c.path: c.gone for c in mirror.changes(first, second)} == {"posts/a.md": False, "posts/名 前.md": True}
    assert mirror.changes(second, second) == []


def last(mirror: Mirror, older: str, newer: str) -> dict[str, Commit]:
    """The last commit of each path."""
    found: dict[str, Commit] = {}
    for edit in mirror.edits(older, newer):
        found.setdefault(edit.path, edit.commit)
    return found


def test_who_made_a_commit_stands_in_the_commit_whatever_the_mailmap_says(origin: Origin, mirror: Mirror) -> None:
    origin.write("posts/a.md", "一")
    first = origin.commit("a@example.jp")
    origin.write("posts/a.md", "二")
    origin.write("posts/b.md", "一")
    origin.commit("Old@example.jp")
    origin.write(".mailmap", "新 <new@example.jp> <old@example.jp>\n")
    newest = origin.commit("c@example.jp")
    mirror.fetch()
    found = last(mirror, first, newest)
    assert {path: commit.email for path, commit in found.items()} == {
        "posts/a.md": "old@example.jp",
        "posts/b.md": "old@example.jp",
        ".mailmap": "c@example.jp",
    }
    assert found["posts/a.md"].sha == git(origin.bare, "rev-parse", "main~1")
    assert mirror.last_commit(newest, "posts/a.md") == found["posts/a.md"]


def test_a_moved_file_is_followed_and_a_separator_in_an_address_is_nobodys(origin: Origin, mirror: Mirror) -> None:
    origin.write("posts/a.md", "一\n" * 9)
    first = origin.commit("a@example.jp")
    (origin.desk / "posts/a.md").rename(origin.desk / "posts/b.md")
    newest = origin.commit("leader@example.jp\x02leader@example.jp")
    mirror.fetch()
    assert [(e.path, e.source, e.commit.email, e.commit.committer) for e in mirror.edits(first, newest)] == [
        ("posts/a.md", "", "", ""),
        ("posts/b.md", "posts/a.md", "", ""),
    ]


def test_whoever_merges_a_branch_is_not_taken_for_its_author(origin: Origin, mirror: Mirror) -> None:
    origin.write("posts/a.md", "一")
    first = origin.commit("a@example.jp")
    git(origin.desk, "checkout", "--quiet", "-b", "side")
    origin.write("posts/b.md", "二")
    git(origin.desk, "add", "--all")
    git(origin.desk, "-c", "user.name=b", "-c", "user.email=b@example.jp", "commit", "--quiet", "-m", "b")
    git(origin.desk, "checkout", "--quiet", "main")
    git(origin.desk, "-c", "user.name=m", "-c", "user.email=m@example.jp", "merge", "--quiet", "--no-ff", "-m", "m", "side")
    git(origin.desk, "push", "--quiet", "origin", "main")
    assert last(mirror, first, mirror.fetch())["posts/b.md"].email == "b@example.jp"


def test_a_rewritten_branch_is_seen_and_what_was_kept_stays_readable(origin: Origin, mirror: Mirror) -> None:
    origin.write("posts/a.md", "一")
    first = origin.commit("a@example.jp")
    mirror.keep("taken", mirror.fetch())
    origin.forget()
    origin.write("posts/a.md", "二")
    second = origin.commit("a@example.jp")
    assert mirror.fetch() == second
    assert not mirror.follows(first, second)
    assert mirror.kept("taken") == first
    assert mirror.read(first, "posts/a.md") == "一".encode()


def test_the_content_folder_gets_what_changed_and_loses_what_is_gone(
    origin: Origin, mirror: Mirror, checkout: Checkout
) -> None:
    for name in ("posts/a.md", "posts/b.md", "media/p.png", "posts/c.md"):
        origin.write(name, name)
    first = origin.commit("a@example.jp")
    mirror.fetch()
    assert checkout.write(mirror.changes(EMPTY_TREE, first)) == []
    untouched = (checkout.folder / "posts/a.md").stat()
    (origin.desk / "posts/b.md").unlink()
    (origin.desk / "posts/c.md").unlink()
    origin.write("posts/c.md/d.md", "dir")
    second = origin.commit("a@example.jp")
    mirror.fetch()
    changes = mirror.changes(first, second)
    checkout.write(changes)
    assert (checkout.folder / "posts/b.md").exists()
    checkout.remove([c for c in changes if c.gone])
    names = {p.relative_to(checkout.folder).as_posix() for p in checkout.folder.rglob("*") if p.is_file()}
    assert names == {"posts/a.md", "media/p.png", "posts/c.md/d.md"}
    assert (checkout.folder / "posts/a.md").stat() == untouched


def test_a_symlink_a_submodule_and_a_huge_file_stay_outside_and_the_older_version_goes(
    origin: Origin, mirror: Mirror, checkout: Checkout
) -> None:
    for name in ("posts/a.md", "posts/b.md", "posts/c.md"):
        origin.write(name, "前")
    first = origin.commit("a@example.jp")
    mirror.fetch()
    checkout.write(mirror.changes(EMPTY_TREE, first))
    (origin.desk / "posts/a.md").unlink()
    (origin.desk / "posts/a.md").symlink_to("/etc/passwd")
    origin.write("posts/b.md", "長" * 200_000)
    git(origin.desk, "update-index", "--add", "--cacheinfo", f"160000,{first},sub")
    (origin.desk / "sub").mkdir()
    second = origin.commit("a@example.jp")
    mirror.fetch()
    refused = checkout.write(mirror.changes(first, second))
    assert {r.path for r in refused} == {"posts/a.md", "posts/b.md", "sub"}
    assert [p.name for p in checkout.folder.rglob("*.md")] == ["c.md"]
    assert not any(p.is_symlink() for p in checkout.folder.rglob("*"))


@pytest.mark.parametrize(
    "path", ["../a.md", "/a.md", "posts/../../a", "a//b", "posts/.git/config", ".GIT/x", "a\\b", "c:x", "a\nb", ""]
)
def test_a_path_that_leads_elsewhere_is_not_safe(path: str) -> None:
    assert not is_safe(path)
    assert is_safe("posts/2026/11/書かない窓口.md")


@pytest.mark.parametrize("url", ["ext::sh -c 'touch pwned'", "http://127.0.0.1:9/x.git", "--upload-pack=touch pwned"])
def test_a_transport_that_was_not_allowed_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(GitFailed):
        Mirror(git=Git(folder=tmp_path / "m.git"), url=url, branch="main").fetch()
    assert not list(tmp_path.rglob("pwned"))
    assert not Path("pwned").exists()


def test_the_token_stands_in_no_command_line_and_our_own_secrets_do_not_reach_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "git"
    fake.write_text('#!/bin/sh\necho "$@"\nenv\n', encoding="ascii")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DXBOT_X_ACCESS_TOKEN", "hunter2")
    command, *env = Git(folder=tmp_path, token=Secret("s3cret")).text("fetch").splitlines()
    assert "s3cret" not in command
    assert "eC1hY2Nlc3MtdG9rZW46czNjcmV0" not in command
    assert any("eC1hY2Nlc3MtdG9rZW46czNjcmV0" in line for line in env)
    assert not any("hunter2" in line for line in env)


def test_only_the_protocols_that_were_given_are_spoken(tmp_path: Path, origin: Origin, mirror: Mirror) -> None:
    head = origin.commit("a@example.jp")
    assert mirror.fetch() == head
    closed = Git(folder=tmp_path / "closed.git", protocols=("https", "ssh"))
    with pytest.raises(GitFailed):
        Mirror(git=closed, url=origin.url, branch="main").fetch()
