"""A post from one desk to another, over the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.shell import Shell
from tests.office import write_post


def test_a_post_travels_from_desk_to_desk_and_is_checked_on_arrival(tmp_path: Path) -> None:
    sender, receiver = Shell(tmp_path / "a"), Shell(tmp_path / "b")
    write_post(sender.content, extra="x: {text: " + "あ" * 141 + "}")
    package = tmp_path / "原稿.zip"
    assert sender.run("export", "01TESTmadoguchi", "-o", package).returncode == 0
    first = package.read_bytes()
    assert sender.run("export", sender.content / "posts" / "madoguchi.md", "-o", package).returncode == 0
    assert package.read_bytes() == first
    done = receiver.run("import", package)
    assert done.returncode == 0, done.stderr
    place, finding = done.stdout.splitlines()
    assert Path(place).read_bytes() == (sender.content / "posts" / "madoguchi.md").read_bytes()
    assert "limits.length" in finding
    again = receiver.run("import", package)
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert "Traceback" not in again.stderr


def test_where_the_office_is_a_package_is_somebodys_act(tmp_path: Path) -> None:
    sender, office = Shell(tmp_path / "a"), Shell(tmp_path / "b")
    write_post(sender.content)
    package = tmp_path / "原稿.zip"
    sender.run("export", "01TESTmadoguchi", "-o", package)
    key = office.token("koho", "officer")
    refused = office.run("import", package)
    assert refused.returncode == 1
    assert "DXBOT_TOKEN" in refused.stderr
    assert not list(office.content.rglob("*.md"))
    assert office.run("import", package, DXBOT_TOKEN=key).returncode == 0


def test_a_post_nobody_knows_cannot_be_packed(tmp_path: Path) -> None:
    done = Shell(tmp_path).run("export", "01NOBODY")
    assert done.returncode == 1
    assert "01NOBODY" in done.stderr
