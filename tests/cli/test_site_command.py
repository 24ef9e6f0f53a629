"""dxbot site build: what it wrote, and what it could not make."""

from __future__ import annotations

from pathlib import Path

from tests.cli.shell import Shell

OVER_TIME = """
offices: {name: 窓口の数, unit: か所, readings: [
  {value: 3, date: 2024-03-31, source: 市 <調べ>}, {value: 5, date: 2025-03-31, source: 市 <調べ>}]}
balance: {name: 収支, unit: 円, readings: [{value: -3, date: 2024-03-31, source: 市}, {value: 5, date: 2025-03-31, source: 市}]}
"""


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


def test_an_indicator_over_time_has_its_chart_where_the_machine_can_draw(shell: Shell, tmp_path: Path) -> None:
    with (shell.content / "strategy" / "indicators.yml").open("a", encoding="utf-8") as indicators:
        indicators.write(OVER_TIME)

    def page(folder: str, key: str) -> str:
        return (tmp_path / folder / "indicators" / f"{key}.html").read_text("utf-8")

    made = shell.run("site", "build", "-o", tmp_path / "drawn")
    assert made.returncode == 0, made.stderr
    drawn = page("drawn", "offices")
    assert '<figure class="chart"><svg role="img" aria-label="窓口の数の図' in drawn
    assert "2025年3月31日 5か所。出典：市 &lt;調べ&gt;。" in drawn
    assert "<figure" not in page("drawn", "balance")
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "vl_convert.py").write_text("raise ImportError", encoding="utf-8")
    made = shell.run("site", "build", "-o", tmp_path / "plain", PYTHONPATH=str(tmp_path / "without"))
    assert made.returncode == 0, made.stderr
    assert "<figure" not in page("plain", "offices")
