"""The options of the content repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import ROOT
from bot.errors import ConfigError
from bot.registry import load


@pytest.mark.parametrize("url", ["https://user:s3cret@git.example.jp/x.git", "https://s3cret@git.example.jp/x.git"])
def test_an_address_with_a_key_in_it_is_refused_without_showing_the_key(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"DXBOT_CONTENT_REPOSITORY": url})
    assert "DXBOT_CONTENT_TOKEN" in caught.value.next_step
    assert "s3cret" not in f"{caught.value.message}{caught.value.summary}{caught.value.next_step}"


@pytest.mark.parametrize("value", ["0", "-5", "5m", "1e3", "３００"])
def test_an_interval_that_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"DXBOT_CONTENT_INTERVAL": value})
    assert "DXBOT_CONTENT_INTERVAL" in caught.value.summary


def test_what_is_taken_from_a_repository_never_lands_in_the_programs_own_content(tmp_path: Path) -> None:
    env = {"DXBOT_CONTENT_REPOSITORY": "ssh://git@git.example.jp/x.git", "DXBOT_VAR_DIR": str(tmp_path)}
    assert load(env).content_dir == tmp_path / "content"
    assert load(env | {"DXBOT_CONTENT_DIR": str(tmp_path / "own")}).content_dir == tmp_path / "own"
    assert load({}).content_dir == ROOT / "content"
