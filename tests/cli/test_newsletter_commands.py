"""An issue of the newsletter at the command line: seen, released, and no longer released once it has changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bot.clock import SystemClock
from bot.config import ROOT
from tests.cli.shell import Shell
from tests.office import write_post


def _measured(folder: Path) -> str:
    """Settings of a paper whose layout was measured."""
    settings = shutil.copytree(ROOT / "schedules", folder / "schedules")
    profile = settings / "newsletter.yml"
    profile.write_text(profile.read_text("utf-8").replace("\nstatus: 仮\n", "\nstatus: 確定\n"), "utf-8")
    return str(settings)


NEXT_YEAR = SystemClock().now().year + 1
ISSUE = f"{NEXT_YEAR}-06"  # whose copy deadline is still to come, on whatever day this runs
WISH = f'newsletter: {{issue: "{ISSUE}"}}'


def test_an_issue_is_signed_off_by_the_digest_that_its_proof_shows(shell: Shell, tmp_path: Path) -> None:
    shell.env["DXBOT_SCHEDULES_DIR"] = _measured(tmp_path)
    tokens = {person: shell.token(person, role) for person, role in (("shimin-leader", "leader"), ("kouhou", "officer"))}
    path = write_post(shell.content, channels="newsletter", extra=WISH)
    assert shell.run("submit", path, DXBOT_TOKEN=tokens["shimin-leader"]).returncode == 0
    assert shell.run("approve", "1", DXBOT_TOKEN=tokens["kouhou"]).returncode == 0
    proof = shell.run("newsletter", "proof", ISSUE)
    assert "校了になっていません" in proof.stdout
    found = re.search(r"[0-9a-f]{64}", proof.stdout)
    assert found, proof.stderr
    other = shell.run("newsletter", "sign-off", ISSUE, "--digest", "0" * 64, DXBOT_TOKEN=tokens["kouhou"])
    assert other.returncode == 1
    assert "見ていた校正刷りと、いまの校正刷りが違います" in other.stderr
    assert shell.run("newsletter", "sign-off", ISSUE, "--digest", found[0], DXBOT_TOKEN=tokens["kouhou"]).returncode == 0
    assert "kouhou が校了にしました" in shell.run("newsletter", "proof", ISSUE).stdout


def test_after_the_release_build_gives_its_very_files_and_what_was_printed_is_recorded(shell: Shell, tmp_path: Path) -> None:
    shell.env["DXBOT_SCHEDULES_DIR"] = _measured(tmp_path)
    leader, officer = (shell.token(person, role) for person, role in (("shimin-leader", "leader"), ("kouhou", "officer")))
    for number, name in (("1", "madoguchi"), ("2", "other")):
        path = write_post(shell.content, name, channels="newsletter", extra=WISH, title=f"原稿 {name}（見本）")
        assert shell.run("submit", path, DXBOT_TOKEN=leader).returncode == 0
        assert shell.run("approve", number, DXBOT_TOKEN=officer).returncode == 0
        if name == "madoguchi":
            found = re.search(r"[0-9a-f]{64}", shell.run("newsletter", "proof", ISSUE).stdout)
            assert found
            shell.run("newsletter", "sign-off", ISSUE, "--digest", found[0], DXBOT_TOKEN=officer)
    assert shell.run("newsletter", "build", "--issue", ISSUE, "-o", tmp_path / "out").returncode == 0
    text = (tmp_path / "out" / f"column-{ISSUE}.txt").read_text("utf-8-sig")
    assert "原稿 madoguchi（見本）" in text
    assert "原稿 other（見本）" not in text
    printed = tmp_path / "紙面.txt"
    printed.write_bytes("紙面に載った文です。".encode("cp932"))  # as Windows writes it
    assert shell.run("newsletter", "printed", ISSUE, printed, DXBOT_TOKEN=officer).returncode == 0
    for data, token in ((printed.read_bytes(), leader), (b"\x81", officer), (None, officer)):
        printed.unlink() if data is None else printed.write_bytes(data)
        refused = shell.run("newsletter", "printed", ISSUE, printed, DXBOT_TOKEN=token)
        assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
