"""What the documents say exists, exists."""

from __future__ import annotations

import re
from pathlib import Path

from bot import registry
from bot.cli.main import _COMMANDS
from bot.config import ROOT
from bot.options import options_of

AT_THE_TOP = [ROOT / name for name in ("README.md", "README.ja.md", "CONTRIBUTING.md")]
DOCUMENTS = [*AT_THE_TOP, *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_command_and_setting_in_the_documents_exists() -> None:
    settings = {name for kind in registry.kinds() for name in options_of(kind)} | {
        "DXBOT_TEST_DATABASE",
        "DXBOT_REQUIRE_ALL",
    }  # the tests' own
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"`dxbot ([a-z]+)", text)) <= set(_COMMANDS), path
        assert {name.removesuffix("_FILE") for name in re.findall(r"DXBOT_[A-Z_]+[A-Z]", text)} <= settings, path


def test_every_link_between_documents_leads_somewhere() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists() or "…" in target, f"{path}: {target}"


def test_both_readmes_show_the_same_picture_and_the_same_commands() -> None:
    english, japanese = (Path(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md"))
    for pattern in (r"docs/images/\w+\.png", r"\n    (make \w+)", r"`(dxbot \w+)"):
        assert sorted(set(re.findall(pattern, english))) == sorted(set(re.findall(pattern, japanese)))
