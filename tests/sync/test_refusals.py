"""What stops a post, what stops the whole sync, and that nothing is lost by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import BotError, ConfigError
from bot.repository.failure import GitFailed
from bot.services.handing_in import sync as service
from bot.services.handing_in.sync import Busy, Rewritten
from bot.services.people.accounts import set_up_user
from bot.store.models import ContentBranch, Submission, User
from bot.workflow.actors import Role
from tests.office import Office, write_content
from tests.sync.desk import KOKUSAI, PEOPLE, SHIMIN, SOUMU, Desk
from tests.sync.origin import Origin, git
from tests.together import together


@pytest.mark.parametrize(
    ("email", "author", "rule"),
    [
        ("nobody@example.jp", "shimin-leader", "sync.unknown-author"),
        (SOUMU, "shimin-leader", "sync.not-allowed"),
        (KOKUSAI, "shimin-leader", "sync.not-allowed"),
    ],
)
def test_a_post_committed_by_somebody_else_is_not_handed_in_but_found(desk: Desk, email: str, author: str, rule: str) -> None:
    desk.write(author=author)
    assert desk.taken(email) == {"posts/madoguchi.md": "refused"}
    assert desk.rules() == {rule}
    assert desk.submissions() == []


def test_a_leader_named_in_people_yml_hands_in_for_a_trainee(desk: Desk) -> None:
    desk.write(author="kokusai-trainee")
    assert desk.taken(SOUMU) == {"posts/madoguchi.md": "submitted"}
    assert desk.submissions() == [("posts/madoguchi.md", "soumu-leader", "submitted")]


def test_a_mail_address_of_two_people_is_nobodys(desk: Desk) -> None:
    User.objects.filter(username="soumu-leader").update(addresses=[SOUMU, SHIMIN])  # as no operator can write it
    desk.write()
    desk.taken()
    assert desk.rules() == {"sync.unknown-author"}


def test_whoever_no_longer_works_here_hands_nothing_in(desk: Desk) -> None:
    set_up_user(desk.office.ctx, "shimin-leader", Role.LEADER, "correct horse battery")
    User.objects.update(is_active=False)
    desk.write()
    assert desk.taken() == {"posts/madoguchi.md": "refused"}
    assert desk.rules() == {"sync.unknown-author"}


def test_an_author_who_becomes_known_later_has_the_post_handed_in_then(desk: Desk) -> None:
    desk.write()
    desk.taken("new@example.jp")
    desk.origin.write("people.yml", PEOPLE.replace(SHIMIN, "new@example.jp"))
    assert desk.taken(SOUMU) == {"posts/madoguchi.md": "refused"}
    desk.office.register()
    assert {i.path: str(i.taken) for i in desk.sync().items} == {"posts/madoguchi.md": "submitted"}
    assert ContentBranch.objects.get().unfinished == []


def test_an_officer_who_committed_a_post_cannot_approve_it(desk: Desk) -> None:
    set_up_user(desk.office.ctx, "soumu-leader", Role.OFFICER, "correct horse battery")
    desk.write()
    desk.taken(SOUMU)
    submission = Submission.objects.get()
    with pytest.raises(BotError):
        desk.office.approve(submission, User.objects.get(username="soumu-leader").actor)
    assert Submission.objects.get().state == "submitted"


def test_a_broken_post_stops_itself_alone_and_goes_in_once_it_is_mended(desk: Desk) -> None:
    desk.write("good")
    desk.write("bad", extra="slot: [")
    desk.write("lost", extra="link: not a link")
    (desk.origin.desk / "posts/link.md").symlink_to("/etc/passwd")
    assert desk.taken() == {
        "posts/good.md": "submitted",
        "posts/bad.md": "refused",
        "posts/lost.md": "refused",
        "posts/link.md": "refused",
    }
    desk.write("bad")
    assert desk.taken() == {"posts/bad.md": "submitted", "posts/lost.md": "refused"}


def test_a_missing_picture_that_comes_later_lets_the_post_in(desk: Desk) -> None:
    picture = (desk.origin.desk / "media/red.png").read_bytes()
    (desk.origin.desk / "media/red.png").unlink()
    desk.write()
    assert desk.taken() == {"posts/madoguchi.md": "refused"}
    desk.origin.write("media/red.png", picture)
    assert desk.taken(SOUMU) == {"posts/madoguchi.md": "submitted"}
    assert desk.submissions() == [("posts/madoguchi.md", "shimin-leader", "submitted")]


def test_an_approved_post_that_is_broken_by_a_commit_does_not_go_out(desk: Desk) -> None:
    desk.write()
    desk.taken()
    desk.approve_all()
    desk.write(extra="slot: [")
    assert desk.taken() == {"posts/madoguchi.md": "refused"}
    desk.office.publish_all()
    assert desk.office.sandbox.posts() == []


@pytest.mark.parametrize("name", ["copy", "a-copy"])
def test_two_files_with_one_id_are_found_and_the_first_stays(desk: Desk, name: str) -> None:
    path = desk.write()
    desk.taken()
    desk.origin.write(f"posts/{name}.md", path.read_bytes() + "追記（見本）。\n".encode())
    assert desk.taken() == {f"posts/{name}.md": "refused"}
    assert desk.rules() == {"sync.same-id"}
    assert desk.submissions() == [("posts/madoguchi.md", "shimin-leader", "submitted")]


def test_a_deletion_by_a_stranger_is_found_and_the_post_does_not_go_out(desk: Desk) -> None:
    path = desk.write()
    desk.taken()
    desk.approve_all()
    path.unlink()
    assert desk.taken("nobody@example.jp") == {"posts/madoguchi.md": "refused"}
    assert desk.submissions() == [("posts/madoguchi.md", "shimin-leader", "stale")]
    assert {d.state for d in desk.office.deliveries()} == {"cancelled"}


def test_a_rewritten_branch_stops_the_sync_until_an_operator_accepts_it(desk: Desk) -> None:
    desk.write("one")
    desk.taken()
    desk.approve_all()
    desk.origin.forget()
    desk.write("two")
    (desk.origin.desk / "posts/one.md").unlink()
    desk.commit()
    for _ in range(2):
        with pytest.raises(Rewritten) as caught:
            desk.sync()
    assert "--accept-rewritten" in caught.value.next_step
    assert (desk.office.folder / "posts/one.md").exists()
    assert [state for _, _, state in desk.submissions()] == ["approved"]
    items = {i.path: str(i.taken) for i in desk.sync(accept_rewritten=True).items}
    assert items == {"posts/one.md": "withdrawn", "posts/two.md": "submitted"}
    desk.write("three")
    assert desk.taken() == {"posts/three.md": "submitted"}


def test_a_branch_that_was_set_back_is_taken_as_it_was_written(desk: Desk) -> None:
    desk.write()
    first = desk.commit()
    desk.sync()
    desk.write(title="あとの版（見本）")
    desk.taken()
    git(desk.origin.desk, "reset", "--quiet", "--hard", first)
    git(desk.origin.desk, "push", "--quiet", "--force", "origin", "main")
    with pytest.raises(Rewritten):
        desk.sync()
    desk.sync(accept_rewritten=True)
    assert desk.submissions()[-1] == ("posts/madoguchi.md", "shimin-leader", "submitted")


def test_a_post_that_goes_together_with_a_change_of_its_picture_is_withdrawn(desk: Desk) -> None:
    path = desk.write()
    desk.taken()
    path.unlink()
    desk.origin.write("media/red.png", (desk.origin.desk / "media/blue.png").read_bytes())
    assert desk.taken() == {"posts/madoguchi.md": "withdrawn"}
    assert desk.submissions() == [("posts/madoguchi.md", "shimin-leader", "withdrawn")]


def test_whoever_changes_the_picture_must_be_allowed_to_hand_the_post_in(desk: Desk) -> None:
    desk.write()
    desk.taken()
    desk.approve_all()
    desk.origin.write("media/red.png", (desk.origin.desk / "media/blue.png").read_bytes())
    assert desk.taken(SOUMU) == {"posts/madoguchi.md": "refused"}
    desk.office.publish_all()
    assert desk.office.sandbox.posts() == []


def test_a_file_name_in_another_encoding_is_found_and_the_others_are_taken(desk: Desk) -> None:
    (desk.origin.desk / "posts" / os.fsdecode("窓口.md".encode("cp932"))).write_bytes(desk.write().read_bytes())
    taken = desk.taken()
    assert taken.pop("posts/madoguchi.md") == "submitted"
    assert list(taken.values()) == ["refused"]
    assert [p.name for p in desk.office.folder.rglob("*.md")] == ["madoguchi.md"]


def test_a_lost_mirror_is_made_anew_and_nothing_is_handed_in_twice(desk: Desk) -> None:
    import shutil

    desk.write("one")
    desk.taken()
    desk.approve_all()
    shutil.rmtree(desk.office.ctx.config.var_dir / "sync")
    (desk.origin.desk / "posts/one.md").rename(desk.origin.desk / "posts/uno.md")
    assert desk.taken()["posts/uno.md"] == "unchanged"
    assert [p.name for p in desk.office.folder.rglob("*.md")] == ["uno.md"]
    assert [state for _, _, state in desk.submissions()] == ["approved"]


def test_a_sync_that_was_cut_off_is_done_again_with_the_same_result(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.repository.checkout import Checkout

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    old = desk.write("old")
    desk.taken()
    desk.approve_all()
    old.rename(desk.origin.desk / "posts/renamed.md")
    desk.write("new")
    with monkeypatch.context() as patch:
        patch.setattr(Checkout, "remove", cut)
        desk.commit()
        with pytest.raises(KeyboardInterrupt):
            desk.sync()
    desk.sync()
    assert sorted(p.name for p in desk.office.folder.rglob("*.md")) == ["new.md", "renamed.md"]
    assert desk.submissions() == [
        ("posts/renamed.md", "shimin-leader", "approved"),
        ("posts/new.md", "shimin-leader", "submitted"),
    ]


def test_two_syncs_at_once_hand_everything_in_once(desk: Desk) -> None:

    for number in range(4):
        desk.write(f"post{number}")
    desk.commit()
    together(3, desk.sync)
    assert len(desk.submissions()) == 4


def test_a_sync_that_another_process_holds_up_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "WAIT", 0.1)
    lock = desk.office.ctx.config.var_dir / "sync" / "lock"
    hold = (
        "import sys; from filelock import FileLock; l = FileLock(sys.argv[1]); l.acquire(); print('held', flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Busy):
            desk.sync()
        other.communicate(b"\n")
    desk.sync()


def test_a_server_that_is_away_loses_nothing(desk: Desk) -> None:
    desk.write()
    desk.commit()
    away = desk.origin.bare.rename(desk.origin.bare.with_name("away"))
    with pytest.raises(GitFailed):
        desk.sync()
    away.rename(desk.origin.bare)
    assert [str(i.taken) for i in desk.sync().items] == ["submitted"]


def test_a_folder_that_somebody_fills_by_hand_is_not_written_into(office: Office, tmp_path: Path) -> None:
    origin = Origin(tmp_path / "server")
    write_content(origin.desk)
    origin.commit(SHIMIN)
    by_hand = office.post()
    config = replace(office.ctx.config, content_repository=origin.url)
    with pytest.raises(ConfigError) as caught:
        service.sync(replace(office.ctx, config=config))
    assert "DXBOT_CONTENT_DIR" in caught.value.next_step
    assert by_hand.exists()
    assert config.shared_dir == config.content_dir


def test_the_report_tells_people_and_programs_what_became_of_each_path(desk: Desk) -> None:
    desk.write("good")
    desk.write("bad", extra="link: not a link")
    desk.taken()
    folder = desk.office.ctx.config.var_dir / "sync" / "reports"
    told = json.loads((folder / f"{desk.origin.head}.json").read_text(encoding="utf-8"))
    assert [(i["path"], i["taken"], i["person"]) for i in told["items"]] == [
        ("posts/bad.md", "refused", "shimin-leader"),
        ("posts/good.md", "submitted", "shimin-leader"),
    ]
    text = (folder / "latest.md").read_text(encoding="utf-8")
    assert "「link」がアドレスの形ではありません" in text
    assert str(desk.office.folder) not in text + json.dumps(told)
