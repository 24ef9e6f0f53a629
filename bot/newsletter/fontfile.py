"""A font file: which characters it has, and a small font of only those that are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import uharfbuzz as hb

from bot.media.lettering import font_path
from bot.newsletter.profile import Profile

# ccmp makes one glyph of か゚; locl is the Japanese form, on which the vertical one of — hangs.
_FEATURES = ("vert", "hwid", "ccmp", "locl")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class FontFile:
    def __init__(self, path: str) -> None:
        self._face = hb.Face(hb.Blob.from_file_path(path))
        self._font = hb.Font(self._face)

    def lacks(self, text: str) -> str:
        """The first character, with its variation selector, that the font has no glyph for; else nothing. A name written
        with a selector must not appear in another form, so a variant that is not there is lacking too."""
        for n, character in enumerate(text):
            if any(ord(character) in selectors for selectors in _SELECTORS):
                if self._font.get_variation_glyph(ord(text[n - 1]), ord(character)) is None:
                    return text[n - 1 : n + 1]
            elif self._font.get_nominal_glyph(ord(character)) is None:
                return character
        return ""

    def subset(self, characters: Iterable[str]) -> bytes:
        """A font of these characters with their vertical and half-width forms. Made here, as it takes milliseconds and what
        fpdf2 does with a font of 16 MB takes seconds."""
        wanted = hb.SubsetInput()
        wanted.flags = hb.SubsetFlags.DESUBROUTINIZE | hb.SubsetFlags.NO_HINTING
        wanted.unicode_set.update(sorted({ord(c) for c in characters}))
        wanted.layout_feature_tag_set.clear()
        wanted.layout_feature_tag_set.update([int.from_bytes(f.encode(), "big") for f in _FEATURES])
        return bytes(hb.subset(self._face, wanted).blob.data)


def font_files(profile: Profile) -> tuple[FontFile, FontFile]:
    """For text and for headings: the profile's own, else those of the installed packages."""
    serif = str(files("pylopdf_fonts_jp").joinpath("NotoSerifJP-Regular.otf"))
    text, heading = profile.body_font or serif, profile.heading_font or font_path(bold=True)
    return _font(text, Path(text).stat().st_mtime_ns), _font(heading, Path(heading).stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _font(path: str, changed: int) -> FontFile:
    return FontFile(path)
