"""What pyproject.toml cannot say: the catalogues of translations are compiled from their sources whenever dxbot is built or
installed, so that no compiled one is kept in Git (ADR 0004)."""

from __future__ import annotations

from pathlib import Path

import polib
from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class WithCatalogues(build_py):
    """Beside their sources, where a wheel takes them from and an editable installation finds them."""

    def run(self) -> None:
        for source in HERE.glob("bot/locale/*/LC_MESSAGES/*.po"):
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
        super().run()


setup(cmdclass={"build_py": WithCatalogues})
