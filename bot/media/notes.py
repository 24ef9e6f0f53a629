"""What a camera wrote beside the picture: which way is up, that it was taken with a camera, and where.

Pillow's reader of EXIF copies whatever length an entry states, some 5,000 times in 64 KB. Here an entry is looked at, and
nothing is copied (ADR 21).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import error, unpack_from

from bot.media.container import Parts

_ORIENTATION, _MAKE, _MODEL, _GPS, _MORE = 0x0112, 0x010F, 0x0110, 0x8825, 0x8769  # EXIF 2.32
_VERSION_OF_GPS = 0  # cameras write it without knowing where they are
_MAX_TABLES, _MAX_TIFFS, _MAX_TIFF = 4, 20, 0xFFFF
# Names of XMP (Adobe's specification, part 2), in either encoding, and of the film that a telephone appends.
_NAMES = ("GPSLat", "GPSLon", "GPSDest", "GPSPosition", "geo:lat", "location.ISO6709")
_PLACES = (*(name.encode(code) for name in _NAMES for code in ("utf-8", "utf-16-le")), b"\xa9xyz")


@dataclass(frozen=True, kw_only=True)
class Notes:
    """`orientation` as EXIF counts it, 1 to 8."""

    orientation: int = 1
    taken: bool = False
    located: bool = False


def notes(parts: Parts) -> Notes:
    """The orientation is that of the first EXIF, or else XMP's; a place counts wherever it stands."""
    entries = [dict(_entries(tiff[:_MAX_TIFF])) for tiff in parts.exif[:_MAX_TIFFS]]
    orientation = next((e[_ORIENTATION] for e in entries if _ORIENTATION in e), None) or _by_xmp(parts)
    return Notes(
        orientation=orientation if orientation in range(1, 9) and not parts.turned else 1,
        taken=any(_MAKE in e or _MODEL in e for e in entries),
        located=any(e.get(_GPS) for e in entries) or any(name in text for text in parts.texts for name in _PLACES),
    )


def _by_xmp(parts: Parts) -> int:
    for text in parts.texts:
        at = text.find(b"tiff:Orientation")
        if at >= 0 and (digit := text[at + 16 : at + 19].strip(b"=\">'")).isdigit():
            return int(digit)
    return 1


def _entries(tiff: bytes) -> Iterator[tuple[int, int]]:
    """Tag and short value of each entry of the first table; a place, as 1, of those that hang on it, too."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    tables = [_number(f"{order}I", tiff, 4)] if order else []
    for number, at in zip(range(_MAX_TABLES), tables, strict=False):  # the list grows meanwhile
        for entry in _table(order, tiff, at):
            tag = _number(f"{order}H", tiff, entry)
            if tag == _MORE:
                tables.append(_number(f"{order}I", tiff, entry + 8))
            if tag == _GPS:
                if _tells(order, tiff, _number(f"{order}I", tiff, entry + 8)):
                    yield _GPS, 1
            elif number == 0:  # the second table is that of the small preview
                yield tag, _number(f"{order}H", tiff, entry + 8)
        tables.append(_number(f"{order}I", tiff, at + 2 + 12 * _number(f"{order}H", tiff, at)))


def _table(order: str | None, tiff: bytes, at: int) -> range:
    """Where the entries of a table begin."""
    count = _number(f"{order}H", tiff, at) if at else 0
    return range(at + 2, min(at + 2 + 12 * count, len(tiff)), 12)


def _tells(order: str | None, tiff: bytes, at: int) -> bool:
    """Does the table of places say one? A table outside what we have may: what cannot be read is told."""
    if at + 2 > len(tiff):
        return True
    return any(_number(f"{order}H", tiff, entry) != _VERSION_OF_GPS for entry in _table(order, tiff, at))


def _number(form: str, tiff: bytes, at: int) -> int:
    """0 beyond the end."""
    try:
        return int(unpack_from(form, tiff, at)[0])
    except error:
        return 0
