"""What pyproject.toml cannot say. The catalogues of translations are compiled from their sources whenever dxbot is built or
installed, so that no compiled one is kept in Git (ADR 0004). A wheel carries copies of the folders that lie beside bot/ in a
clone (ADR 0030)."""

from __future__ import annotations

import shutil
from pathlib import Path

import polib
from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
SHIPPED = ("content", "schedules", "templates")  # as bot/folders.py looks for them


class Build(build_py):
    def run(self) -> None:
        for source in HERE.glob("bot/locale/*/LC_MESSAGES/*.po"):
            # Beside their sources, where a wheel takes them from and an editable installation finds them.
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
        if self.editable_mode:
            super().run()
            return
        shutil.rmtree(
            self.build_lib, ignore_errors=True
        )  # a file that is no longer there must not come back from the last build
        super().run()
        for name in SHIPPED:
            shutil.copytree(HERE / name, Path(self.build_lib, "bot", "shipped", name))


setup(cmdclass={"build_py": Build})
