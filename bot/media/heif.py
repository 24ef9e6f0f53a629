"""HEIC, as telephones save their photographs. Read by libheif through pi-heif, which only decodes: its twin pillow-heif brings
an encoder under the GPL (ADR 4). The opener is registered when the first such file comes, since it loads a library."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

# Pixels. libheif gives no smaller picture, so all are decoded: 50 million take 400 MB as telephones save them, with colour at
# half the resolution; at the full one 480, and 620 with transparency (ADR 21).
MOST, _FULL_COLOUR, _CLEAR = 51_000_000, 40_000_000, 32_000_000
FORMAT = "HEIF"
_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})  # still pictures; a burst or a film has others


def is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


def most_pixels(image: Image) -> int:
    """Of a picture that was opened and not yet decoded."""
    if "A" in image.mode:
        return _CLEAR
    return MOST if image.info.get("chroma") == 420 else _FULL_COLOUR


@cache
def register() -> None:
    import pi_heif

    # One thread, as for the other formats; no small preview, which nobody asks for.
    pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
