"""`make fuzz`: any bytes as a post's body under a coverage-guided fuzzer, where atheris is installed. It runs until it is
stopped or finds something; Hypothesis does a bounded part of the same on every run of the tests (test_fuzz)."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> None:
    try:
        atheris = import_module("atheris")
    except ImportError:
        sys.exit("atheris が入っていません。pip install atheris のあとで、もう一度実行してください。")
    with atheris.instrument_imports(include=["bot"]), TemporaryDirectory() as folder:
        from bot.checks.registry import check_paths
        from bot.cli.core import Core
        from bot.registry import load
        from tests.checks.test_examples import FRONT
        from tests.office import write_content

        content = Path(folder) / "content"
        write_content(content)
        core = Core(load({"DXBOT_CONTENT_DIR": str(content)}))
        path = content / "posts" / "a.md"
        front = FRONT.format(extra="", body="").encode()

        def one(raw: bytes) -> None:
            path.write_bytes(front + raw)
            list(check_paths(core.library, [path], core.specs, core.templates))

        atheris.Setup(sys.argv, one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
