"""A copy of a running installation, put back elsewhere and over an older state, by the commands that an operator types."""

from __future__ import annotations

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from tests.cli.shell import Shell


class Place:
    """An installation with a person, a key, a released issue and a mirror with git's empty folders; something has it open."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell, self.folder = shell, folder / "var"
        shell.token("kouhou", "officer")
        (self.folder / "issues" / "2026-12").mkdir(parents=True)
        (self.folder / "issues" / "2026-12" / "column.pdf").write_bytes(b"%PDF-released")
        (self.folder / "sync" / "mirror.git" / "refs" / "heads").mkdir(parents=True)
        (self.folder / "checks.json").write_text("{}")
        self.copies = folder / "copies"
        self.copies.mkdir()

    def back_up(self, *more: str) -> Path:
        done = self.shell.run("admin", "backup", "-o", self.copies, *more)
        assert done.returncode == 0, done.stderr
        assert (self.folder / "last-backup").exists()  # monitoring reads its time
        return sorted(self.copies.iterdir())[-1]


@pytest.fixture
def place(shell: Shell, tmp_path: Path) -> Place:
    return Place(shell, tmp_path)


def test_what_is_written_but_not_yet_in_the_file_itself_is_in_the_copy(place: Place, tmp_path: Path) -> None:
    with closing(sqlite3.connect(place.folder / "dxbot.sqlite3")) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM store_user").fetchone()  # keeps the log beside the file from going in
        assert place.shell.run("admin", "change-email", "kouhou", "kouhou@example.jp").returncode == 0
        assert (place.folder / "dxbot.sqlite3-wal").stat().st_size
        copy = place.back_up()
    elsewhere = str(tmp_path / "elsewhere")
    done = place.shell.run("admin", "restore", copy, DXBOT_VAR_DIR=elsewhere)
    assert done.returncode == 0, done.stderr
    back = Path(elsewhere)
    with closing(sqlite3.connect(back / "dxbot.sqlite3")) as database:
        assert database.execute("SELECT email FROM store_user WHERE username = 'kouhou'").fetchone() == ("kouhou@example.jp",)
    assert (back / "secret_key").read_bytes() == (place.folder / "secret_key").read_bytes()
    assert (back / "issues" / "2026-12" / "column.pdf").read_bytes() == b"%PDF-released"
    assert (back / "sync" / "mirror.git" / "refs" / "heads").is_dir()
    assert not (back / "checks.json").exists()
    assert copy.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in back.iterdir())


def test_after_a_restore_everything_stands_still_and_says_why(place: Place, tmp_path: Path) -> None:
    copy, elsewhere = place.back_up(), str(tmp_path / "elsewhere")
    assert place.shell.run("admin", "restore", copy, DXBOT_VAR_DIR=elsewhere).returncode == 0
    place.shell.run("run", "--once", DXBOT_VAR_DIR=elsewhere)
    assert "控えから戻したデータベースで始めました" in place.shell.run("deliveries", DXBOT_VAR_DIR=elsewhere).stderr
    told = json.loads(place.shell.run("admin", "mark", "show", "--json", DXBOT_VAR_DIR=elsewhere).stdout)
    assert told["marks"][0]["in_log"] is False
    assert len(told["stops"]) == 1


@pytest.mark.parametrize("harm", ["cut", "changed", "text"])
def test_a_copy_that_is_not_whole_changes_nothing(place: Place, tmp_path: Path, harm: str) -> None:
    copy = place.back_up()
    data = bytearray(copy.read_bytes())
    if harm == "cut":
        del data[-20_000:]
    elif harm == "changed":
        at = data.index(b"%PDF-released")
        data[at : at + 4] = b"%XXX"
    copy.write_bytes(b"nothing of the kind" if harm == "text" else data)
    done = place.shell.run("admin", "restore", copy, DXBOT_VAR_DIR=str(tmp_path / "elsewhere"))
    assert done.returncode != 0
    assert "欠けているか書き換わっています" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_newer_state_is_kept_unless_told_and_then_kept_aside(place: Place) -> None:
    copy = place.back_up()
    place.shell.run("admin", "change-email", "kouhou", "newer@example.jp")
    refused = place.shell.run("admin", "restore", copy)
    assert refused.returncode == 1
    assert "控えより新しい状態があります" in refused.stderr
    done = place.shell.run("admin", "restore", copy, "--over")
    assert done.returncode == 0, done.stderr
    (aside,) = place.folder.glob("before-restore-*")
    with closing(sqlite3.connect(aside / "dxbot.sqlite3")) as database:
        assert database.execute("SELECT email FROM store_user").fetchone() == ("newer@example.jp",)
    with closing(sqlite3.connect(place.folder / "dxbot.sqlite3")) as database:
        assert database.execute("SELECT email FROM store_user").fetchone() != ("newer@example.jp",)


def test_a_sealed_copy_opens_with_its_key_alone(place: Place, tmp_path: Path) -> None:
    own, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    copy = place.back_up("--recipient", str(own.to_public()))
    assert copy.suffix == ".age"
    assert (place.folder / "secret_key").read_bytes() not in copy.read_bytes()
    keys = {name: tmp_path / name for name in ("own", "other")}
    keys["own"].write_text(f"# made for the test\n{own}\n")
    keys["other"].write_text(str(other))
    for more in ((), ("--identity", keys["other"])):
        done = place.shell.run("admin", "restore", copy, "--check", *more)
        assert done.returncode == 2
        assert "この鍵では開けません" in done.stderr
    done = place.shell.run("admin", "restore", copy, "--check", "--identity", keys["own"])
    assert done.returncode == 0
    assert "控えは完全です" in done.stdout
    wrong = place.shell.run("admin", "backup", "-o", place.copies / "x", "--recipient", "age1nothing")
    assert wrong.returncode == 2
    assert "公開鍵" in wrong.stderr


def test_only_the_newest_copies_are_kept(place: Place) -> None:
    for name in ("dxbot-20250101-033000.tar", "dxbot-20250102-033000.tar", "notes.txt"):
        (place.copies / name).write_text("")
    place.back_up("--keep", "2")
    names = sorted(path.name for path in place.copies.iterdir())
    assert names[0] == "dxbot-20250102-033000.tar"
    assert len(names) == 3
    assert names[-1] == "notes.txt"


def test_the_manifest_names_settings_and_no_values(place: Place) -> None:
    done = place.shell.run("admin", "backup", "-o", place.copies / "one.tar", DXBOT_X_ACCESS_TOKEN="12-a-secret")
    assert done.returncode == 0
    with tarfile.open(place.copies / "one.tar") as tar:
        member = tar.extractfile("manifest.json")
        assert member
        manifest = json.loads(member.read())
    assert "DXBOT_X_ACCESS_TOKEN" in manifest["settings"]
    assert b"12-a-secret" not in (place.copies / "one.tar").read_bytes()
    again = place.shell.run("admin", "backup", "-o", place.copies / "one.tar")
    assert "もうあります" in again.stderr
