"""`dxbot check` looks at the wished times of what is named and of what git knows as new or changed, each time anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.repository.worktree import new_or_changed
from tests.cli.shell import Shell
from tests.office import write_post
from tests.sync.origin import git

PAST = "publish: 2020-01-07 12:15"
WHO = {f"GIT_{who}_{what}": "a@example.jp" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
QUIET = 'open: "00:00"\nclose: "23:59"\ndays: [mon, tue, wed, thu, fri, sat, sun]\npublic_holidays: true\n'


class Desk(Shell):
    """A content folder in a clone; what the check says of times."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rules = folder / "rules"
        self.env["DXBOT_SCHEDULES_DIR"] = str(self.rules)
        self.schedules("[]")
        self.server = folder / "server.git"

    def schedules(self, blackouts: str, quiet: str = QUIET) -> None:
        self.rules.mkdir(exist_ok=True)
        slots = 'slots:\n  noon: {days: [mon, tue, wed, thu, fri, sat, sun], at: "12:15"}\n'
        for name, text in (("slots", slots), ("quiet", quiet), ("blackouts", blackouts)):
            (self.rules / f"{name}.yml").write_text(text, encoding="utf-8")

    def post(self, name: str, extra: str = PAST) -> Path:
        return write_post(
            self.content, name, title=f"{name}の見本", body=f"{name}の見本です。\n", extra=extra, images="", channels="x"
        )

    def clone(self) -> None:
        """The content folder becomes a clone of a server's, with all that lies in it."""
        git(self.content.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(self.server))
        git(self.content, "init", "--quiet", "--initial-branch=main")
        git(self.content, "remote", "add", "origin", str(self.server))
        self.commit()
        git(self.content, "push", "--quiet", "--set-upstream", "origin", "main")
        git(self.content, "remote", "set-head", "origin", "main")

    def commit(self) -> None:
        git(self.content, "add", "--all")
        git(self.content, "commit", "--quiet", "-m", "原稿", **WHO)

    def found(self, *paths: Path) -> set[tuple[str, str]]:
        done = self.run("check", "--json", *paths)
        assert "Traceback" not in done.stderr
        return {(f["rule"], Path(f["path"]).name) for f in json.loads(done.stdout)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_named_is_looked_at_and_what_lies_about_is_not(desk: Desk) -> None:
    post = desk.post("old")
    assert desk.found(post) == {("timing.past", "old.md")}
    assert desk.found() == desk.found(desk.content / "posts") == set()  # no git: nobody knows what is new


def test_what_git_knows_as_new_or_changed_is_looked_at(desk: Desk) -> None:
    desk.post("old")
    desk.post("changed")
    desk.clone()
    assert desk.found() == set()
    untracked = desk.post("new").rename(desk.content / "posts" / "日本語 の名.md")
    changed = desk.post("changed", f"{PAST}\nlink: https://www.example.jp/\nx: {{link: true}}")
    both = {("timing.past", untracked.name), ("timing.past", changed.name)}
    assert desk.found() == desk.found(desk.content / "posts") == both
    git(desk.content, "add", "--all")
    assert desk.found() == both
    desk.commit()
    assert desk.found() == both  # not on the server yet
    git(desk.content, "push", "--quiet")
    assert desk.found() == set()


def test_a_branch_is_compared_with_where_it_left_the_default_branch(desk: Desk) -> None:
    desk.clone()
    git(desk.content, "checkout", "--quiet", "-b", "topic")
    desk.post("new")
    desk.commit()
    git(desk.content, "push", "--quiet", "--set-upstream", "origin", "topic")
    assert desk.found() == {("timing.past", "new.md")}  # pushed, but on the default branch not yet
    git(desk.content, "remote", "set-head", "origin", "--delete")
    assert desk.found() == set()  # then against the branch that it follows


def test_a_repository_without_server_or_commit_knows_what_is_new(desk: Desk) -> None:
    git(desk.content, "init", "--quiet")
    desk.post("first")
    assert desk.found() == {("timing.past", "first.md")}
    git(desk.content, "add", "--all")
    assert desk.found() == {("timing.past", "first.md")}
    desk.commit()
    assert desk.found() == set()


def test_a_folder_within_a_repository_and_a_broken_one(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    folder = tmp_path / "office" / "content"
    folder.mkdir(parents=True)
    (folder / "a.md").touch()
    (tmp_path / "b.md").touch()
    assert new_or_changed(folder) == {folder.resolve() / "a.md"}
    (tmp_path / ".git" / "HEAD").write_text("nonsense")
    assert new_or_changed(folder) == frozenset()


def test_the_answer_is_never_remembered(desk: Desk) -> None:
    desk.clone()
    soon = datetime.now(UTC) + timedelta(days=30)
    new = desk.post("new", f"publish: {soon:%Y-%m-%d} 12:15")
    assert desk.found() == desk.found() == set()
    cache = desk.content.parent / "var" / "checks.json"
    desk.schedules("[{from: 2020-01-01, to: 2100-01-01, why: 見本}]")
    assert desk.found() == {("timing.blackout", new.name)}
    assert "timing." not in cache.read_text(encoding="utf-8")
    assert desk.found() == {("timing.blackout", new.name)}
    desk.commit()
    git(desk.content, "push", "--quiet")
    assert desk.found() == set()


def test_a_schedule_that_cannot_be_read_is_told_once_and_the_rest_is_looked_at(desk: Desk) -> None:
    desk.schedules("- {from: 2020-01-01}\n")
    soon = datetime.now(UTC) + timedelta(days=30)
    one, other = (desk.post(name, f"publish: {soon:%Y-%m-%d} 12:15") for name in ("one", "other"))
    past, plain = desk.post("past"), desk.post("plain", "link: http://www.example.jp/\nx: {link: true}")
    settings, link = ("content.settings", "blackouts.yml"), ("links.not-https", "plain.md")
    for paths in ((one, other, past, plain), (one, other, past, plain, desk.rules / "blackouts.yml")):
        done = desk.run("check", *paths)
        assert done.returncode == 1
        assert done.stdout.count("[content.settings]") == 1
        assert desk.found(*paths) == {settings, ("timing.past", "past.md"), link}
    assert desk.found(plain) == {link}  # it wishes for no time: nothing is asked
    for _ in range(2):  # all posts, also from the cache
        assert desk.found() == {settings, link}
        assert desk.run("check").stdout.count("[content.settings]") == 1


def test_a_template_at_fault_hides_nothing_else_of_a_post_with_a_wish(desk: Desk, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    (templates / "posts").mkdir(parents=True)
    (templates / "posts" / "x.txt").write_text("{{ titel }}\n", encoding="utf-8")
    desk.env["DXBOT_TEMPLATES_DIR"] = str(templates)
    desk.schedules("[{from: 2090-01-01, to: 2090-01-02, why: 見本, words: [見本]}]")
    post = desk.post("new", "publish: 2099-12-01 12:15\nlink: http://www.example.jp/")
    template = ("content.template", "x.txt")
    assert desk.found(post) == {template, ("links.not-https", post.name)}
    late = desk.post("late", f"{PAST}\nlink: http://www.example.jp/")
    assert desk.found(late) == {template, ("links.not-https", late.name), ("timing.past", late.name)}


def test_submit_shows_the_sentence_at_its_place(desk: Desk) -> None:
    post = desk.post("new", "slot: nooon")
    done = desk.run("submit", post, DXBOT_TOKEN=desk.token("shimin-leader", "leader"))
    assert done.returncode == 1
    assert f"{post}:9:7: 直してください: 「nooon」という配信枠はありません。「noon」ではありませんか" in done.stderr


def test_a_package_and_a_preview_tell_it_too(desk: Desk, tmp_path: Path) -> None:
    package, page = tmp_path / "原稿.zip", tmp_path / "下見.html"
    post = desk.post("new")
    assert desk.run("export", post, "-o", package).returncode == 0
    post.unlink()
    arrived = desk.run("import", package)
    assert "[timing.past]" in arrived.stdout
    assert desk.run("preview", arrived.stdout.split("\n")[0], "-o", page).returncode == 0
    assert "希望の時刻（2020年1月7日（火） 12:15）を過ぎています" in page.read_text(encoding="utf-8")
