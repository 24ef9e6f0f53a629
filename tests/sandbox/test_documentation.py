"""What docs/sandbox.md tells is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from bot import registry
from bot.platform_kit.reactions import Reactions
from bot.sandbox.faults import KINDS, LATE
from tests.sandbox.drivers import FacebookPage
from tests.sandbox_client import SandboxClient

TEXT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json (\w+)\n(.+?)\n```", TEXT, re.DOTALL)


def column(heading: str) -> list[str]:
    """The first column of the table under a heading."""
    return re.findall(r"^\| `([^`]+)` \|", TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0], re.MULTILINE)


@pytest.mark.parametrize(("address", "body"), EXAMPLES)
def test_every_order_shown_is_taken(sandbox: SandboxClient, address: str, body: str) -> None:
    FacebookPage(sandbox.base_url, "").commit()  # the post to which the example's reactions belong
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{sandbox.base_url}/_sandbox/{address}", data=body, headers=headers, timeout=5)
    assert answer.status_code == 200, answer.text


def test_every_kind_of_trouble_choice_and_reaction_is_told() -> None:
    assert set(column("障害を起こす")) == set(KINDS)
    choices = {name: kind for p in registry.platforms().values() for kind in p.choices for name in kind.model_fields}
    assert set(column("条件を選ぶ")) <= set(choices)
    assert [name for name, kind in choices.items() if f"`{name}`" not in (kind.__doc__ or "")] == []
    assert all(f'"{name}"' in TEXT for name in Reactions.model_fields)
    assert f"{LATE.seconds}秒" in TEXT


@pytest.mark.parametrize("path", re.findall(r"`(/[\w?=/]*)`", TEXT.split("\n## 見る\n")[1].split("\n## ")[0]))
def test_every_page_named_opens(sandbox: SandboxClient, path: str) -> None:
    if path != "/site/":  # of make serve alone: tests/acceptance/test_visitor.py
        assert requests.get(sandbox.base_url + path, timeout=5).status_code == 200
