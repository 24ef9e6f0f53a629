"""dxbot site build: what it wrote, and what it could not make."""

from __future__ import annotations

from pathlib import Path

from tests.cli.shell import Shell


def test_the_command_names_what_it_wrote_and_what_is_missing(shell: Shell, tmp_path: Path) -> None:
    made = shell.run("site", "build", "-o", tmp_path / "site")
    assert made.returncode == 0, made.stderr
    assert "書いた　index.html" in made.stdout
    assert "DXBOT_PUBLIC_URL（公開サイトのアドレス）がない" in made.stdout
    assert (tmp_path / "site" / "indicators" / "card.html").is_file()
    again = shell.run("site", "build", "-o", tmp_path / "site", DXBOT_PUBLIC_URL="https://dx.example.jp/")
    assert "書いた　feed.xml" in again.stdout
    assert "DXBOT_PUBLIC_URL" not in again.stdout
    assert "https://dx.example.jp/index.html" in (tmp_path / "site" / "sitemap.xml").read_text("utf-8")


def test_a_folder_with_other_files_is_refused_in_a_sentence(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text("x", encoding="utf-8")
    refused = shell.run("site", "build", "-o", tmp_path / "other")
    assert refused.returncode == 2
    assert "公開サイトのほかのファイルがあります" in refused.stderr
    assert (tmp_path / "other" / "index.html").read_text("utf-8") == "x"
