"""A leader commits a text that is made to keep the reader busy, to end it, or to show something else than it says."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bot.checks.finding import Finding
from bot.checks.registry import check_paths
from bot.cli.core import Core
from bot.content.frontmatter import MAX_BYTES
from bot.errors import FileError
from bot.registry import load
from bot.values import document
from tests.checks.test_examples import FRONT
from tests.office import write_content

SIGNS = (
    "[あ](",
    "[あ](https://a.jp)",
    "{{ indicator.",
    "{{ ",
    "![",
    "**",
    "*a",
    "_a",
    "> ",
    "- a\n",
    "[",
    "<a",
    "`",
    "{a|",
    "｜",
)
REMARKS = ("<!-- 点検: ", "<!-- 点検: a ", " # 点検: ", "<!--" + " " * 60)
LONGEST = 1.0  # seconds of this process: what the issue allows for any text, some fifty times what a post takes


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    content = Path(tmp_path_factory.mktemp("attack")) / "content"
    write_content(content)
    return Core(load({"DXBOT_CONTENT_DIR": str(content)}))


def found(core: Core, text: str) -> list[Finding]:
    path = core.library.posts_dir / "a.md"
    path.write_bytes(text.encode("utf-8", "surrogatepass")[: MAX_BYTES - 100])
    began = time.process_time()
    ((_, findings),) = check_paths(core.library, [path], core.specs, core.templates)
    assert time.process_time() - began < LONGEST
    return findings


@pytest.mark.parametrize("sign", [*SIGNS, *REMARKS])
def test_a_text_of_one_sign_is_answered_at_once(core: Core, sign: str) -> None:
    (refusal,) = found(core, FRONT.format(extra="", body=sign * (MAX_BYTES // len(sign.encode()))))
    assert refusal.level == "error"
    assert refusal.line >= 8


@pytest.mark.parametrize("sign", [*SIGNS, *REMARKS, "①", "あ", "a.", "先着順"])
def test_as_much_as_is_read_is_answered_at_once(core: Core, sign: str) -> None:
    paragraph = "はじめ。" + sign * (380 // len(sign)) + "\n\n"
    found(core, FRONT.format(extra="", body=paragraph * (19_000 // len(paragraph))))
    found(core, FRONT.format(extra=f"reason: {json.dumps(sign * (19_000 // len(sign)))}\n", body="本文です。\n"))


def test_where_it_is_too_much_is_told(core: Core) -> None:
    (refusal,) = found(core, FRONT.format(extra="", body="はじめです。\n\n>>>>>> あ\n"))
    assert (refusal.line, "入れ子" in refusal.message) == (11, True)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,a", "JavaScript:a", "//a.jp", "file:///etc/passwd", ""]
)
def test_a_link_leads_to_a_page_a_mailbox_or_a_telephone(core: Core, address: str) -> None:
    (refusal,) = found(core, FRONT.format(extra="", body=f"はじめです。\n[案内]({address})\n"))
    assert (refusal.line, "リンク先" in refusal.message) == (10, True)


@pytest.mark.parametrize("address", ["https://a.jp/", "http://a.jp", "mailto:a@a.jp", "tel:0762202111"])
def test_an_honest_link_is_read(core: Core, address: str) -> None:
    assert not [f for f in found(core, FRONT.format(extra="", body=f"[案内]({address})です。\n")) if "リンク先" in f.message]


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b[2J", "\x85", "\u200f", "\u2028", "\u202e", "\u2066"])
def test_what_nobody_sees_is_refused_at_its_place(core: Core, sign: str) -> None:
    for line, text in (
        (9, FRONT.format(extra="", body=f"はじめ{sign}です。\n")),
        (8, FRONT.format(extra=f"contact: あ{sign}\n", body="あ。\n")),
    ):
        (refusal,) = found(core, text)
        assert refusal.level == "error"
        assert f"U+{ord(sign[0]):04X}" in refusal.message or sign == "\x00"
        assert sign not in refusal.message
        assert refusal.line == line


def test_one_value_of_a_shared_file_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="value too long"):
        document.parse(tmp_path / "city.yml", f"name: 市\noffice: {'あ' * 30_000}\n".encode())
