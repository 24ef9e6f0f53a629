"""The measurement reads prose and leaves out what is none; the sample posts give no cause for complaint."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bot.cli.main import cli
from bot.config import ROOT
from tests.checks.corpus import findings, paragraphs


def test_paragraphs_are_prose_without_code(tmp_path: Path) -> None:
    page, words = tmp_path / "a.html", tmp_path / "iob_sents.txt"
    page.write_text(
        "<meta charset=utf-8><h1>題</h1><p>窓口で<code>TODO</code>書く回数を\n減らしています。<p>OK<p>ABCDEFGHIJKLMN",
        encoding="utf-8",
    )
    words.write_text("窓口\tO\tx\nで書く回数を減らします\tO\n\n短い\tO\n", encoding="utf-8")
    assert list(paragraphs(page)) == ["窓口で書く回数を 減らしています。"]
    assert list(paragraphs(words)) == ["窓口で書く回数を減らします"]


def test_a_finding_comes_with_the_words_around_it(tmp_path: Path) -> None:
    texts = [*["窓口で書く回数を減らします。"] * 25, "手続きは3ヶ月で終わります。"]
    assert [(f.rule, shown) for f, shown in findings(texts, tmp_path)] == [("style.months", "手続きは3ヶ月で終わります。")]


def test_the_sample_posts_have_no_finding_at_all() -> None:
    env = {"DXBOT_CONTENT_DIR": str(ROOT / "content"), "DXBOT_TEMPLATES_DIR": str(ROOT / "templates")}
    done = CliRunner(env=env).invoke(cli, ["check", "--json"])
    assert json.loads(done.output) == []
