"""Pictures for the sandbox's tests, and what was said about an exchange."""

from __future__ import annotations

import hashlib
from io import BytesIO

from PIL import Image


def drawn(colour: str = "red", size: tuple[int, int] = (640, 640), kind: str = "JPEG") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
