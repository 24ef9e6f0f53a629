"""`dxbot` as a person uses it: real processes, real files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.config import ROOT
from tests.office import write_content


class Shell:
    """A desk: a content folder, a state folder, and `dxbot`."""

    def __init__(self, folder: Path, program: Path = ROOT) -> None:
        self.program = program
        self.content = folder / "content"
        write_content(self.content)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") and k != "DJANGO_SETTINGS_MODULE"}
        self.env = inherited | {"DXBOT_CONTENT_DIR": str(self.content), "DXBOT_VAR_DIR": str(folder / "var"), "COLUMNS": "200"}

    def run(self, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "bot", *map(str, arguments), **env)

    def python(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            env=self.env | env,
            cwd=self.program,
            timeout=60,
            check=False,
            encoding="utf-8",
        )

    def token(self, person: str, role: str) -> str:
        """What a person gets from the page 自分の鍵."""
        code = (
            "from bot.cli.office import office; ctx = office(); from bot.services.people import accounts as a;"
            "from bot.workflow.actors import Role; import sys;"
            "u = a.set_up_user(ctx, sys.argv[1], Role(sys.argv[2]), 'a-long-enough-passphrase');"
            "print(a.issue_token(ctx, u, 'test').reveal())"
        )
        done = self.python("-c", code, person, role)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
