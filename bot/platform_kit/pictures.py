"""Looking at pictures as the platforms do: by their first bytes, never by their name."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, kw_only=True)
class Header:
    """Media type, and size in pixels as it is stored (not turned by EXIF)."""

    media_type: str
    width: int
    height: int

    @property
    def ratio(self) -> float:
        return self.width / self.height


def probe(data: bytes) -> Header | None:
    """None for what is no picture of a known format. Reads the head only."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(data), formats=list(_FORMATS))
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    return Header(media_type=_FORMATS[str(image.format)], width=image.width, height=image.height)


def is_whole(data: bytes) -> bool:
    """Can it be decoded to its last line?"""
    try:
        Image.open(BytesIO(data)).load()
    except (OSError, ValueError, SyntaxError):
        return False
    return True
