"""An issue of the newsletter at the command line: seen, released, and no longer released once it has changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bot.config import ROOT
from tests.cli.shell import Shell
from tests.office import write_post


def _measured(folder: Path) -> str:
    """Settings of a paper whose layout was measured."""
    settings = shutil.copytree(ROOT / "schedules", folder / "schedules")
    profile = settings / "newsletter.yml"
    profile.write_text(profile.read_text("utf-8").replace("\nstatus: 仮\n", "\nstatus: 確定\n"), "utf-8")
    return str(settings)


def test_an_issue_is_signed_off_by_the_digest_that_its_proof_shows(shell: Shell, tmp_path: Path) -> None:
    shell.env["DXBOT_SCHEDULES_DIR"] = _measured(tmp_path)
    tokens = {person: shell.token(person, role) for person, role in (("shimin-leader", "leader"), ("kouhou", "officer"))}
    path = write_post(shell.content, channels="newsletter")
    assert shell.run("submit", path, DXBOT_TOKEN=tokens["shimin-leader"]).returncode == 0
    assert shell.run("approve", "1", DXBOT_TOKEN=tokens["kouhou"]).returncode == 0
    proof = shell.run("newsletter", "proof", "2026-12")
    assert "校了になっていません" in proof.stdout
    found = re.search(r"[0-9a-f]{64}", proof.stdout)
    assert found, proof.stderr
    other = shell.run("newsletter", "sign-off", "2026-12", "--digest", "0" * 64, DXBOT_TOKEN=tokens["kouhou"])
    assert other.returncode == 1
    assert "見ていた校正刷りと、いまの校正刷りが違います" in other.stderr
    assert shell.run("newsletter", "sign-off", "2026-12", "--digest", found[0], DXBOT_TOKEN=tokens["kouhou"]).returncode == 0
    assert "kouhou が校了にしました" in shell.run("newsletter", "proof", "2026-12").stdout
