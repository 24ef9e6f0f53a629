"""dxbot indicators: it shows, and writes only what a person accepted."""

from __future__ import annotations

from pathlib import Path

from tests.cli.shell import Shell
from tests.figures.ministry import Book

FIGURE = """\
card: {name: 保有枚数率, unit: "%", kind: 保有枚数率, area: {code: "172014", name: 金沢市},
  rate: 80.1, date: 2025-02-28, source: 省}
"""


def test_a_table_is_shown_then_accepted_and_the_check_asks_for_its_file(shell: Shell, tmp_path: Path) -> None:
    figures = shell.content / "strategy" / "indicators.yml"
    figures.write_text(FIGURE, encoding="utf-8")
    file = Book().save(tmp_path / "001028752.xlsx")
    shown = shell.run("indicators", file)
    assert shown.returncode == 0, shown.stderr
    assert "加わる：2025年8月31日 81.1%（いまは 2025年2月28日 80.1%）" in shown.stdout
    assert "公表用 D92" in shown.stdout
    assert "まだ何も書いていません" in shown.stdout
    assert figures.read_text(encoding="utf-8") == FIGURE
    assert shell.run("indicators", file, "--accept").returncode == 0
    assert "rate: 81.1" in figures.read_text(encoding="utf-8")
    assert "変わるところはありません" in shell.run("indicators", file).stdout
    assert shell.run("check").returncode == 0
    (source,) = (shell.content / "strategy" / "sources").iterdir()
    source.write_bytes(b"another")
    checked = shell.run("check")
    assert checked.returncode == 1
    assert "「保有枚数率」の元のファイル sources/" in checked.stdout + checked.stderr


def test_a_slip_of_the_table_is_one_sentence(shell: Shell, tmp_path: Path) -> None:
    (shell.content / "strategy" / "indicators.yml").write_text(FIGURE, encoding="utf-8")
    file = Book(names=("都道府県名", "自治体名")).save(tmp_path / "a.xlsx")
    refused = shell.run("indicators", file, "--accept")
    assert refused.returncode == 1
    assert refused.stderr.startswith("「公表用」の B58：見出し「自治体名」が、いままでと違います。")
    assert "Traceback" not in refused.stderr


def test_a_table_in_long_form_is_read_for_the_figures_that_are_named(shell: Shell, tmp_path: Path) -> None:
    figures = shell.content / "strategy" / "indicators.yml"
    table = "table: {columns: {date: 年月, item: 指標名, value: 値}, item: 保有枚数, day: last, source: デジタル庁}"
    figures.write_text(
        f'cards: {{name: 保有枚数, unit: 枚, area: {{code: "00000", name: 全国}}, {table},\n'
        "  value: 1, date: 2025-02-28, source: 省}\n",
        encoding="utf-8",
    )
    file = tmp_path / "table_01.csv"
    file.write_text("年月,指標名,値\n2026/7/1,保有枚数,101500000\n", encoding="cp932")
    shown = shell.run("indicators", file, "--for", "cards")
    assert "加わる：2026年7月31日 101,500,000枚（いまは 2025年2月28日 1枚）" in shown.stdout, shown.stderr
    assert "まだ何も書いていません" in shown.stdout
    assert shell.run("indicators", file, "--for", "cards", "--accept").returncode == 0
    assert "source: デジタル庁, source_file: sources/" in figures.read_text(encoding="utf-8")
    assert shell.run("check").returncode == 0
    unknown = shell.run("indicators", file, "--for", "card")
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("「card」という指標はありません")
