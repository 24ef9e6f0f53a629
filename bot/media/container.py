"""Taking a picture's file apart before anything decodes it: what is to be seen, and the notes beside it.

A few kilobytes may ask for gigabytes or minutes: by their size in pixels, by a million tiny pieces, by hundreds of passes over
the same blocks, by tables of notes in which each entry is as large as the file. So size, pieces and passes are bounded here,
and Pillow is shown what is to be seen and nothing else (ADR 21). Every reader takes a time in proportion to the file.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import unpack_from

from bot.media import heif

MAX_PIECES = 50_000  # a picture of 30 MB in pieces of libpng's 8 KB has 4,000
MAX_SEGMENTS = 2_000  # of a JPEG, as against the data of its passes; a depth map beside a photograph has some hundred
MAX_PASSES = 50  # of a JPEG; progressive ones have ten
MAX_COEFFICIENTS = 240_000_000  # bytes in which a progressive JPEG is kept while it is decoded
MAX_NOTE = 1_000_000  # bytes of one note or colour profile that is packed in itself
MAX_TEXTS = 8_000_000  # bytes of a PNG's notes together
MAX_PROFILE = 4_000_000  # bytes; printers' are the largest, with some 2 MB
MAX_LENGTH = 30_000  # pixels of a side: each row and each column has a cost of its own
_DENSE, _PACKED, _WEBP, _RUNS = 40_000_000, 80_000_000, 16_000_000, 4_000_000  # pixels: see `Parts.limit`
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_PNG_SHOWN = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_NEVER_SHOWN = frozenset({0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE})  # notes, as against JFIF, the profile, and Adobe's colours
_EXIF = b"Exif\0\0"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """`shown`: a file with what is to be seen. Size in pixels as stored; None where Pillow's look at the header is harmless.
    `limit`: how many pixels such a file may have. `turned`: whoever decodes it turns it upright, too. `exif`: TIFF structures;
    `texts`: in which XMP may lie."""

    shown: bytes
    size: tuple[int, int] | None = None
    limit: int = _DENSE
    moving: bool = False
    turned: bool = False
    exif: tuple[bytes, ...] = ()
    texts: tuple[bytes, ...] = ()


def apart(data: bytes) -> Parts:
    """Raises ValueError, IndexError or struct.error for what is damaged, or made of more pieces than any picture is."""
    read = next((reader for sign, reader in _READERS.items() if data.startswith(sign)), None)
    if heif.is_heif(data):
        return Parts(shown=data, limit=heif.MOST, turned=True, exif=tuple(_tiffs(data)), texts=(data,))
    # Pillow reads a BMP in runs byte by byte, in Python.
    in_runs = data[:2] == b"BM" and data[30:31] in (b"\1", b"\2")
    return read(data) if read else Parts(shown=data, limit=_RUNS if in_runs else _DENSE, texts=(data,))


# PNG


def _png(data: bytes) -> Parts:
    """A file that was cut off keeps what it has: that is found when it is decoded."""
    shown, exif, texts, moving = [_PNG], [], [data[data.rfind(b"IEND") :]], False
    for kind, chunk in _chunks(data):
        body = chunk[8:-4]
        if kind in _PNG_SHOWN or (kind == b"iCCP" and len(_inflated(body.partition(b"\0")[2][1:])) <= MAX_NOTE):
            shown.append(chunk)
        elif kind == b"acTL":
            moving = unpack_from(">I", body)[0] > 1
        elif kind == b"eXIf":
            exif.append(body)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            texts.append(_text(kind, body))
            exif += _raw_profile(texts[-1])
            if sum(map(len, texts)) > MAX_TEXTS or len(texts) > MAX_SEGMENTS:
                raise ValueError("too many texts")
    return Parts(shown=b"".join(shown), size=unpack_from(">II", data, 16), moving=moving, exif=tuple(exif), texts=tuple(texts))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    for _ in range(MAX_PIECES):
        if at + 8 > len(data):
            return
        length, kind = unpack_from(">I4s", data, at)
        yield kind, data[at : at + length + 12]
        if kind == b"IEND":
            return
        at += length + 12
    raise ValueError("too many chunks")


def _text(kind: bytes, body: bytes) -> bytes:
    """The text with its keyword, unpacked."""
    keyword, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        return keyword + b"\0" + _inflated(rest[1:])
    if kind == b"iTXt" and rest[:1] == b"\1":
        return keyword + b"\0" + _inflated(rest[2:].split(b"\0", 2)[-1])
    return body


def _inflated(packed: bytes) -> bytes:
    """As far as it can be read, and one byte beyond MAX_NOTE at most."""
    try:
        return zlib.decompressobj().decompress(packed, MAX_NOTE + 1)
    except zlib.error:
        return b""


def _raw_profile(text: bytes) -> list[bytes]:
    """ImageMagick writes EXIF as hexadecimal digits, after a name and a length."""
    keyword, _, digits = text.partition(b"\0")
    words = digits.split() if keyword.startswith(b"Raw profile type ") else []
    try:
        return _tiffs(bytes.fromhex(b"".join(words[2:]).decode("ascii")))
    except ValueError:
        return []


# JPEG


def _jpeg(data: bytes) -> Parts:
    """The first picture of the file. What follows it (a preview, a map of brightness, a short film) is searched for notes."""
    shown, profile = [data[:2]], list[bytes]()
    size, scans, components, progressive = None, 0, b"", False
    for kind, segment in _segments(data):
        if kind in _FRAMES:
            size, components, progressive = _frame(segment), segment[10:], kind in _PROGRESSIVE
        scans += kind == 0xDA
        # A picture that comes component by component is kept whole while it is decoded, as a progressive one is.
        progressive = progressive or (kind == 0xDA and segment[4] * 3 < len(components))
        (profile if kind == 0xE2 else shown).append(b"" if kind in _NEVER_SHOWN else segment)
    if size is None or scans > MAX_PASSES or (progressive and _coefficients(size, components) > MAX_COEFFICIENTS):
        raise ValueError("no frame, too many passes, or too large to be kept")
    if sum(map(len, profile)) <= MAX_PROFILE:
        shown[1:1] = [s for s in profile if s.startswith(b"ICC_PROFILE\0", 4)]
    return Parts(shown=b"".join(shown), size=size, limit=_PACKED, exif=tuple(_tiffs(data)), texts=(data,))


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes; those of a pass with its data."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.search(data, at)
        if not marker:
            return
        kind, begin = marker[1][0], marker.start()
        if kind == 0xD9:
            yield kind, data[begin : begin + 2]
            return
        end = begin + 2 + (0 if kind in (0x01, 0xD8) else unpack_from(">H", data, begin + 2)[0])
        if kind == 0xDA:
            following = _MARKER.search(data, end)
            end = following.start() if following else len(data)
        yield kind, data[begin:end]
        at = end
    raise ValueError("too many segments")


def _frame(segment: bytes) -> tuple[int, int]:
    height, width = unpack_from(">HH", segment, 5)
    return width, height


def _coefficients(size: tuple[int, int], components: bytes) -> int:
    """Bytes of memory: two for each sample."""
    shares = [(c >> 4) * (c & 15) for c in components[1::3]]
    largest = max(c >> 4 for c in components[1::3]) * max(c & 15 for c in components[1::3]) if shares else 1
    return 2 * size[0] * size[1] * sum(shares) // max(largest, 1)


def _tiffs(data: bytes) -> list[bytes]:
    """What follows each `Exif` in a file, wherever it stands; no more of it than a segment can hold."""
    return [data[found.end() : found.end() + 0xFFFF] for found, _ in zip(re.finditer(_EXIF, data), range(20), strict=False)]


# GIF


def _gif(data: bytes) -> Parts:
    """The screen and the first frame; a second one makes it move."""
    at = 13 + _table(data[10])
    shown, frames, control, size = [data[:at]], 0, b"", unpack_from("<HH", data, 6)
    for _ in range(MAX_PIECES):
        if data[at : at + 1] not in (b"!", b",") or frames > 1:
            break
        is_frame = data[at] == 0x2C
        body = at + (11 + _table(data[at + 9]) if is_frame else 2)
        end = _after_blocks(data, body)
        if is_frame:
            left, top, width, height = unpack_from("<HHHH", data, at + 1)
            size = max(size[0], left + width), max(size[1], top + height)
            shown += [control, data[at:end]] if not frames else []
            frames += 1
        elif data[at + 1] == 0xF9:  # how the frame after it is shown: which colour is transparent
            control = data[at:end]
        at = end
    return Parts(shown=b"".join([*shown, b";"]), size=size, moving=frames > 1, texts=(data,))


def _table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    for _ in range(4 * MAX_PIECES):
        length = data[at] if at < len(data) else 0
        at += length + 1
        if not length:
            return at
    raise ValueError("too many blocks")


# WebP


def _webp(data: bytes) -> Parts:
    size, exif = None, list[bytes]()
    at = 12
    for _ in range(MAX_PIECES):
        if at + 8 > len(data):
            break
        kind, length = unpack_from("<4sI", data, at)
        body = at + 8
        if size is None and kind in (b"VP8X", b"VP8L", b"VP8 "):
            size = _canvas(kind, data, body)
        elif kind == b"EXIF":
            tiff = data[body : body + length]
            exif.append(tiff.removeprefix(_EXIF))
        at = body + length + length % 2
    return Parts(shown=data, size=size, limit=_WEBP, exif=tuple(exif), texts=(data,))


def _canvas(kind: bytes, data: bytes, at: int) -> tuple[int, int]:
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at + o : at + o + 3], "little") + 1 for o in (4, 7))
    elif kind == b"VP8L":
        bits = unpack_from("<I", data, at + 1)[0]
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in unpack_from("<HH", data, at + 6))
    return width, height


_READERS: dict[bytes, Callable[[bytes], Parts]] = {_PNG: _png, _JPEG: _jpeg, b"GIF8": _gif, b"RIFF": _webp}
