"""Pictures that ask for more than they are worth, and honest ones that are large. Each is made anew: kept as files, they would
weigh more than the program."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageCms

_SIGN = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 6: 4}  # by PNG's type of colour
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    """All of one colour: 40 million pixels in 150 KB."""
    row = bytes(1 + (width * _SAMPLES[colour] * depth + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    palette = chunk(b"PLTE", bytes(768)) if colour == 3 else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return _SIGN + head + palette + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def grain(side: int) -> Image.Image:
    """As fine as can be: foliage, gravel, a crowd."""
    return Image.frombytes("RGB", (side, side), Random(side).randbytes(side * side * 3))  # noqa: S311 the same each time


def jpeg(width: int, height: int, **options: Any) -> bytes:
    return saved(Image.new("RGB", (width, height), "olive"), "JPEG", **options)


def photograph(width: int, height: int) -> bytes:
    """As a telephone makes it: lying, with its place, one pass, some megabytes."""
    tile, picture = grain(500), Image.new("RGB", (width, height))
    for x in range(0, width, 500):
        for y in range(0, height, 500):
            picture.paste(tile, (x, y))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Telephone"
    exif.get_ifd(0x8825)[2] = (36.0, 33.0, 40.0)
    return saved(picture, "JPEG", quality=40, exif=exif)


def _many_passes(number: int) -> bytes:
    data = saved(Image.new("L", (8000, 6000)), "JPEG", progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * number + b"\xff\xd9"


def _long_entries() -> bytes:
    """An EXIF of which each of 5,400 entries is as long as all of it."""
    entries = struct.pack(">HHII", 0x010E, 2, 65_000, 8) * 5_400
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">H", 5_400) + entries
    return b"\xff\xd8\xff\xe1\xff\xffExif\0\0" + tiff.ljust(65_527, b"\0") + jpeg(10, 10)[2:]


def _runs(pair: bytes) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, 6000, 6000, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 1078) + head + bytes(1024) + pair * 2_000_000


_GIF = b"GIF89a\x0a\0\x0a\0\0\0\0"

# Kept as files, since nothing that is installed writes HEIC: 8160×6120 pixels of one colour, as a telephone's and half
# transparent. Content hardly matters: grain in 8 MB took 22 MB more.
_TELEPHONE, _CLEAR = (Path(__file__).with_name(name).read_bytes for name in ("telephone-50.heic", "clear-50.heic"))

BOMBS: dict[str, Callable[[], bytes]] = {
    "clear-50.heic": _CLEAR,
    "pixels.png": lambda: png(15_000, 15_000, 1, 0),
    "one-row.png": lambda: png(40_000_000, 1),
    "one-column.png": lambda: png(1, 40_000_000),
    "pieces.png": lambda: png(9, 9, extra=chunk(b"tEXt", b"a\0") * 400_000),
    "packed-notes.png": lambda: png(9, 9, extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000), 9)) * 8_000),
    "packed-profile.png": lambda: png(9, 9, extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(90_000_000), 9))),
    "passes.jpg": lambda: _many_passes(3_000),
    "segments.jpg": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 4_000_000 + jpeg(9, 9)[2:],
    "padding.jpg": lambda: b"\xff\xd8" + b"\xff" * 18_000_000 + jpeg(9, 9)[2:],
    "entries.jpg": _long_entries,
    "kept-whole.jpg": lambda: jpeg(9_000, 8_000, progressive=True, subsampling=0),
    "blocks.gif": lambda: _GIF + b"!\xfe\1a\0" * 3_000_000,
    "comment.gif": lambda: _GIF + b"!\xfe" + (b"\xff" + bytes(255)) * 70_000,
    "short-blocks.gif": lambda: _GIF + b"!\xfe" + b"\1a" * 8_000_000,
    "runs.bmp": lambda: _runs(b"\1a"),
    "ends-of-lines.bmp": lambda: _runs(b"\0\0"),
}
LARGE: dict[str, Callable[[], bytes]] = {
    "photograph-48.jpg": lambda: photograph(8_000, 6_000),
    "telephone-50.heic": _TELEPHONE,
    "photograph-80.jpg": lambda: jpeg(10_000, 8_000, progressive=True),
    "cmyk-36.jpg": lambda: saved(Image.new("CMYK", (7_200, 5_000)), "JPEG"),
    "profile.jpg": lambda: jpeg(4_000, 4_000, icc_profile=PROFILE + bytes(3_000_000)),
    "clear-40.png": lambda: png(8_000, 5_000, 16, 6, chunk(b"iCCP", b"a\0\0" + zlib.compress(PROFILE))),
    "clear-colour-40.png": lambda: png(8_000, 5_000, 8, 2, chunk(b"tRNS", bytes(6))),
    "palette-40.png": lambda: png(8_000, 5_000, 8, 3, chunk(b"tRNS", bytes(256))),
    "grey-40.png": lambda: png(8_000, 5_000, 16, 0),
    "lines-40.png": lambda: png(8_000, 5_000, 1, 0),
    "palette-40.gif": lambda: saved(Image.new("P", (8_000, 5_000)), "GIF"),
    "lines-40.bmp": lambda: saved(Image.new("1", (8_000, 5_000)), "BMP"),
    "clear-16.webp": lambda: saved(Image.new("RGBA", (4_000, 4_000)), "WEBP", lossless=True),
    "grain-800.jpg": lambda: saved(grain(800), "JPEG", quality=95, subsampling=0),
    "grain-2200.png": lambda: saved(grain(2_200), "PNG"),
    "grain-4096.jpg": lambda: saved(grain(4_096), "JPEG", quality=80),
}
