"""What `make fuzz` kept: inputs that reached far, and those that once broke something. Read in every run of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.filterwarnings("ignore")  # Pillow warns of some damage before it copes with it
@pytest.mark.parametrize("target", TARGETS)
def test_whatever_was_found_is_answered(target: str) -> None:
    inputs = sorted((CORPUS / target).iterdir())
    assert inputs
    for path in inputs:
        TARGETS[target](path.read_bytes())
