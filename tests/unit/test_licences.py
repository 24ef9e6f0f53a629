"""What is installed with dxbot may be passed on as NOTICE says."""

from __future__ import annotations

import pytest

from tools.licences import Licence, licences


def test_every_distribution_is_under_a_licence_that_is_allowed_or_named_in_notice() -> None:
    found = list(licences())
    assert {"django", "fpdf2", "psycopg"} <= {each.distribution for each in found}
    assert [each.problem for each in found if each.problem] == []


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-3.0-only OR MIT", True),
        ("(MIT AND PSF-2.0)", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("LGPL-3.0-only", False),  # of a distribution that NOTICE does not name
        ("", False),
    ],
)
def test_a_licence_is_judged_by_its_expression(expression: str, allowed: bool) -> None:
    assert (Licence(distribution="not-named", expression=expression).problem == "") is allowed
