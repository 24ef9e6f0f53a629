"""A push of a few kilobytes that is made to fill the disk, the memory or the day; and an honest one that is large."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.repository.git import GitExcess
from bot.repository.mirror import Mirror
from bot.services.handing_in import push
from bot.services.handing_in.push import Excess
from bot.services.handing_in.sync import mirror
from bot.services.pages.calendar import problems
from bot.store.models import AuditEntry, Submission
from tests.attacks.bombs import saved
from tests.office import Office
from tests.sync.desk import SHIMIN, SOUMU, Desk
from tests.sync.origin import git


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return Desk(office, tmp_path)


def entries(desk: Desk, listed: dict[str, str]) -> str:
    """A tree that names these objects, whatever they are."""
    kinds = {True: "040000 tree", False: "100644 blob"}
    lines = "".join(f"{kinds[name.endswith('/')]} {sha}\t{name.rstrip('/')}\0" for name, sha in listed.items())
    command = ["git", "-C", str(desk.origin.desk), "mktree", "-z"]
    return subprocess.run(command, input=lines.encode(), capture_output=True, check=True).stdout.decode().strip()


def blob(desk: Desk, data: bytes) -> str:
    command = ["git", "-C", str(desk.origin.desk), "hash-object", "-w", "--stdin"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode().strip()


def pushed(desk: Desk, folder: str, tree: str) -> str:
    """What is on the branch, with one folder more."""
    listed = {}
    for line in git(desk.origin.desk, "ls-tree", "HEAD").splitlines():
        meta, _, name = line.partition("\t")
        _, kind, sha = meta.split(" ")
        listed[name + ("/" if kind == "tree" else "")] = sha
    whole = entries(desk, listed | {f"{folder}/": tree})
    who = {f"GIT_{role}_{what}": SHIMIN for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    made = git(desk.origin.desk, "commit-tree", whole, "-p", "HEAD", "-m", "画像", **who)
    git(desk.origin.desk, "reset", "--quiet", "--soft", made)
    git(desk.origin.desk, "push", "--quiet", "origin", f"{made}:main")
    return made


def refused(desk: Desk) -> Excess:
    before = files(desk)
    with pytest.raises(Excess) as caught:
        desk.sync()
    assert files(desk) == before
    return caught.value


def files(desk: Desk) -> dict[str, bytes]:
    folder = desk.office.folder
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_one_file_under_many_names_fills_no_disk(desk: Desk) -> None:
    one = blob(desk, bytes(29_000_000))
    made = pushed(desk, "media", entries(desk, {f"{number}.png": one for number in range(20)}))
    excess = refused(desk)
    assert "580 MB、主に media/" in excess.summary
    assert made[:12] in excess.summary
    assert "shimin-leader" in excess.summary
    assert "--accept-large" in excess.next_step


def test_a_hundred_thousand_names_are_not_written(desk: Desk) -> None:
    one = blob(desk, b"---\n---\n")
    pushed(desk, "posts", entries(desk, {f"{number}.md": one for number in range(100_000)}))
    assert "リポジトリのファイルが多すぎます" in refused(desk).summary
    assert desk.submissions() == []


def test_a_tree_of_trees_with_more_names_than_there_is_memory_is_refused_at_once(desk: Desk) -> None:
    inside = entries(desk, {f"{number}.md": blob(desk, b"a") for number in range(10)})
    for _ in range(12):  # ten to the thirteenth
        inside = entries(desk, {f"{number}/": inside for number in range(10)})
    pushed(desk, "posts", inside)
    assert "リポジトリのファイルが多すぎます" in refused(desk).summary


def test_more_changes_than_a_push_may_bring_wait_for_an_operator(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "MAX_CHANGES", 3)
    for number in range(4):
        desk.write(f"post{number}")
    desk.commit()
    assert "4 ファイル、主に posts/" in refused(desk).summary
    assert desk.sync(accept_large=True).refused == 0
    assert len(desk.submissions()) == 4


def test_the_office_is_told_once_and_everything_goes_on_after_the_excess_is_taken_away(desk: Desk) -> None:
    desk.write()
    desk.taken()
    desk.approve_all()
    one = blob(desk, bytes(29_000_000))
    pushed(desk, "media", entries(desk, {f"{number}.png": one for number in range(20)}))
    for _ in range(3):
        refused(desk)
    (told,) = AuditEntry.objects.filter(verb=push.REFUSE)
    assert "580 MB" in told.detail
    assert [state for _, _, state in desk.submissions()] == ["approved"]
    (line,) = problems(desk.office.ctx, desk.office.officer).refused
    assert line == told.detail
    git(desk.origin.desk, "checkout", "--quiet", "HEAD~1", "--", ".")
    git(desk.origin.desk, "reset", "--quiet", "HEAD~1")
    desk.write("another")
    git(desk.origin.desk, "reset", "--quiet", "--soft", desk.origin.head)
    assert desk.taken() == {"posts/another.md": "submitted"}
    assert problems(desk.office.ctx, desk.office.officer).refused == []
    assert [state for _, _, state in desk.submissions()] == ["approved", "submitted"]


def test_what_was_a_tree_of_trees_for_one_commit_does_not_stop_the_next(desk: Desk) -> None:
    inside = entries(desk, {f"{number}.md": blob(desk, b"a") for number in range(10)})
    for _ in range(12):
        inside = entries(desk, {f"{number}/": inside for number in range(10)})
    before = desk.origin.head
    pushed(desk, "media", inside)
    git(desk.origin.desk, "read-tree", before)
    desk.write(author="soumu-leader")
    assert desk.taken(SOUMU) == {"posts/madoguchi.md": "submitted"}
    # Who changed what cannot be read, so whoever committed on the way has a hand in it as well.
    assert {person for hand in Submission.objects.get().hands for person in hand["people"]} >= {"shimin-leader", "soumu-leader"}


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("media/film.mp4", "refused"),
        ("posts/program.exe", "refused"),
        ("media/" + "あ" * 80 + ".png", "refused"),
        ("media/" + "a/" * 40 + "a.png", "refused"),
        ("media/.gitkeep", None),
        ("media/Thumbs.db", None),
        ("README.md", None),
        (".github/workflows/check.yml", None),
        ("tools/a.exe", None),
    ],
)
def test_only_posts_pictures_and_settings_come_into_the_folder(desk: Desk, name: str, taken: str | None) -> None:
    desk.origin.write(name, b"a")
    assert desk.taken().get(name) == taken
    assert name not in files(desk)


def test_a_blob_larger_than_any_file_is_not_read(desk: Desk, tmp_path: Path) -> None:
    desk.origin.write("media/a.png", saved(Image.new("L", (9, 9)), "PNG"))
    desk.origin.write("media/b.png", bytes(31_000_000))
    head = desk.commit()
    source: Mirror = mirror(desk.office.ctx)
    source.fetch()
    assert source.read(head, "media/a.png")
    assert source.read(head, "media/b.png") is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us bound another process")
def test_a_pack_larger_than_the_disk_should_hold_is_not_fetched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write()
    desk.taken()
    before = files(desk)
    folder = Path(desk.office.ctx.config.var_dir) / "sync" / "mirror.git"
    monkeypatch.setattr("bot.repository.mirror.MOST_FETCHED", 1_000_000)
    desk.origin.write("media/large.bin", os.urandom(3_000_000))
    made = desk.commit()
    for _ in range(3):
        with pytest.raises(GitExcess) as caught:
            desk.sync()
        assert files(desk) == before
        assert sum(file.stat().st_size for file in folder.rglob("*")) < 1_000_000
    assert "届くものが大きすぎます（上限 1 MB）" in caught.value.summary
    (told,) = AuditEntry.objects.filter(verb=push.REFUSE)
    assert problems(desk.office.ctx, desk.office.officer).refused == [told.detail]
    assert [state for _, _, state in desk.submissions()] == ["submitted"]
    assert desk.sync(accept_large=True).commit == made
    assert problems(desk.office.ctx, desk.office.officer).refused == []
