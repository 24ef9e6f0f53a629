"""Under which licences what dxbot installs may be used, by what each distribution says of itself.

python -m tools.licences        lists them; ends with 1 where one is not allowed, or not named in NOTICE
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from bot.config import ROOT

# All that an installation may hold; the tests' own travel nowhere.
LOCKS = (ROOT / "requirements-distributed.lock", ROOT / "requirements-report.lock")
# Allowed as they are: they ask for their notice, which lies in each distribution, and for nothing of the work around them.
PERMISSIVE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU"),
        *("PSF-2.0", "PSFL", "Unlicense", "ZPL-2.1"),
    }
)
# Allowed where NOTICE names the distribution: they ask that whoever passes it on says so and offers its source.
TOLD = frozenset({"LGPL-3.0-only", "LGPL-3.0-or-later", "LGPL-2.1-only", "MPL-1.1", "MPL-2.0", "OFL-1.1"})
_SPDX = {
    "Apache": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Public Domain": "Unlicense",
    "Python Software Foundation License": "PSF-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "Zope Public License": "ZPL-2.1",
}
# What a distribution says of itself wrongly or not at all, read in its files.
BY_HAND = {
    "brotlicffi": "MIT",  # on PyPy alone
    "colorama": "BSD-3-Clause",  # on Windows alone
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",  # its file LICENSE; the classifiers do not say "or"
    "pyrage": "MIT",  # its file LICENSE; the metadata say nothing
    "qrcode": "BSD-3-Clause",  # its classifier "Other/Proprietary" stands for the notice of the code it grew from, MIT
}


@dataclass(frozen=True, kw_only=True)
class Licence:
    distribution: str
    expression: str  # SPDX; "" where nothing can be read

    @property
    def problem(self) -> str:
        """ "" where it may be passed on as NOTICE says."""
        if _holds(self.expression, PERMISSIVE):
            return ""
        if not _holds(self.expression, PERMISSIVE | TOLD):
            return f"{self.distribution}: {self.expression or 'no licence that can be read'} is not allowed"
        named = re.search(rf"(?m)^\s*{re.escape(self.distribution)}\b", (ROOT / "NOTICE").read_text(encoding="utf-8"))
        return "" if named else f"{self.distribution}: {self.expression} is not named in NOTICE"


def licences() -> Iterator[Licence]:
    names = [n for lock in LOCKS for n in re.findall(r"(?m)^([a-z0-9][a-z0-9-]*)==", lock.read_text(encoding="utf-8"))]
    for name in sorted(set(names)):
        yield Licence(distribution=name, expression=_expression(name))


def _expression(name: str) -> str:
    if name in BY_HAND:
        return BY_HAND[name]
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if expression := told.get("License-Expression"):
        return expression
    classes = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or () if c.startswith("License :: ")]
    words = [_SPDX.get(each, "") for each in classes if each != "OSI Approved"] or [_SPDX.get(told.get("License") or "", "")]
    return " AND ".join(words) if all(words) else told.get("License") or ""


def _holds(expression: str, allowed: frozenset[str]) -> bool:
    """Of "A OR B" one is enough, of "A AND B" both are asked for."""
    return all(any(word.strip("() ") in allowed for word in part.split(" OR ")) for part in expression.split(" AND "))


def main() -> int:
    found = list(licences())
    print("\n".join(f"{each.distribution:28} {each.expression}" for each in found))
    problems = [each.problem for each in found if each.problem]
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
