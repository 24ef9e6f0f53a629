"""A paper whose layout was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from bot.services.records.context import Context
from tests.office import Office


@pytest.fixture
def measured(office: Office, tmp_path: Path) -> Context:
    folder = copytree(office.ctx.config.schedules_dir, tmp_path / "measured")
    profile = folder / "newsletter.yml"
    profile.write_text(profile.read_text("utf-8").replace("\nstatus: 仮\n", "\nstatus: 確定\n"), "utf-8")
    config = replace(office.ctx.config, schedules_dir=folder, var_dir=tmp_path / "state")
    return replace(office.ctx, config=config)
