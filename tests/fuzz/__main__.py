"""`make fuzz`: any bytes into a target, led by what they reach (atheris). `python -m tests.fuzz TARGET [libFuzzer's options]`.

It ends at the first input that raises, takes more than five seconds, or more than 900 MB, and leaves that input in build/fuzz.
What is worth keeping goes, small, into tests/fuzz/corpus, which an ordinary test reads (test_fuzz_corpus)."""

from __future__ import annotations

import shutil
import sys
import warnings
from importlib import import_module

from bot.config import ROOT

CORPUS = ROOT / "tests" / "fuzz" / "corpus"


def main(target: str, *options: str) -> None:
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["bot"]):
        from tests.fuzz import targets

        targets.set_up()
    warnings.simplefilter("ignore")  # Pillow warns of some damage before it copes with it
    grown = ROOT / "build" / "fuzz" / target
    shutil.copytree(CORPUS / target, grown, dirs_exist_ok=True)
    limits = ("-timeout=5", "-rss_limit_mb=900", "-max_len=60000", f"-artifact_prefix={grown.parent}{'/'}{target}-")
    atheris.Setup([sys.argv[0], *limits, *options, str(grown)], targets.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
