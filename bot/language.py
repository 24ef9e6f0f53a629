"""One way to put words into a person's language: Japanese is written in the code, and is the key of its translation.

Every sentence for people goes through `say`; templates use Django's `translate` tag, which reads the same catalogue
(`locale/en/LC_MESSAGES/django.po`). The language is the installation's (DXBOT_LANG), so what is stored is in it, too.
"""

from __future__ import annotations

import os
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

LOCALES = Path(__file__).parent / "locale"
CATALOGUE = LOCALES / "en" / "LC_MESSAGES" / "django.mo"


def english() -> bool:
    return os.environ.get("DXBOT_LANG") == "en"


def say(japanese: str, /, **parts: object) -> str:
    """`japanese` with its `{places}` filled in, in the language of this installation; as it is where nobody has translated it.
    Without parts it is no pattern, and may hold braces."""
    words = _catalogue().gettext(japanese) if english() and japanese else japanese
    return words.format_map(parts) if parts else words


@cache
def _catalogue() -> GNUTranslations:
    with CATALOGUE.open("rb") as file:
        return GNUTranslations(file)
