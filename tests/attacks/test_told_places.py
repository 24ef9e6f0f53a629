"""A photograph says where somebody lives, in whatever corner of its file: it is found, and nothing of it goes out."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import MediaError, Place
from bot.media.images import cleaned, fit, probe
from bot.media.limits import ImageLimits
from tests.attacks.bombs import chunk, jpeg, png, saved

HERE = Place(path=Path("post.md"))
DATE = b"WITNESS of a place"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a exif:GPSLatitude="36,33.6N" note="WITNESS"/></x:xmpmeta>'


def tiff(*, order: str = ">", tag: int = 0x8825, entry: int = 2, at: int = 60, year: bytes = b"2026:04:01 10:00:00") -> bytes:
    """A camera's notes: when, and a table of places with one entry."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    first = struct.pack(order + "H", 2) + struct.pack(order + "HHII", 0x0132, 2, len(year), 100)
    first += struct.pack(order + "HHII", tag, 4, 1, at) + bytes(4)
    places = struct.pack(order + "H", 1) + struct.pack(order + "HHI4s", entry, 2, 4, b"N\0\0\0") + bytes(4)
    return (head + first).ljust(60, b"\0") + places.ljust(40, b"\0") + year + DATE


def segment(kind: int, body: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body


def exif(body: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + body)


def with_segments(*extra: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(extra) + jpeg(64, 48)[2:]


def packed(kind: bytes, keyword: bytes, text: bytes) -> bytes:
    return chunk(kind, keyword + (b"\0\0" if kind == b"zTXt" else b"\0\1\0\0\0") + zlib.compress(text))


def raw_profile(body: bytes) -> bytes:
    return b"\nexif\n%8d\n" % len(body) + body.hex().encode()


def after_the_picture(extra: bytes) -> bytes:
    """Behind the data of a PNG, where a reader of headers does not come."""
    return png(64, 48)[:-12] + extra + chunk(b"IEND", b"")


CORNERS: dict[str, Callable[[], bytes]] = {
    "exif.jpg": lambda: with_segments(exif(tiff())),
    "intel.jpg": lambda: with_segments(exif(tiff(order="<"))),
    "second.jpg": lambda: with_segments(exif(tiff(tag=0x0131)), exif(tiff())),
    "behind-60-segments.jpg": lambda: with_segments(*[segment(0xFE, bytes(60_000))] * 60, exif(tiff())),
    "behind-the-data.jpg": lambda: jpeg(64, 48)[:-2] + exif(tiff()) + b"\xff\xd9",
    "second-picture.jpg": lambda: jpeg(64, 48) + with_segments(exif(tiff())),
    "film.jpg": lambda: jpeg(64, 48) + bytes(500) + b"\xa9xyz+36.5613+136.6562/",
    "table-elsewhere.jpg": lambda: with_segments(exif(tiff(at=0x7FFFFFFF))),
    "xmp.jpg": lambda: with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "xmp-utf16.jpg": lambda: with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP.decode().encode("utf-16"))),
    "exif.png": lambda: png(64, 48, extra=chunk(b"eXIf", tiff())),
    "late.png": lambda: after_the_picture(chunk(b"eXIf", tiff())),
    "raw.png": lambda: png(64, 48, extra=packed(b"zTXt", b"Raw profile type exif", raw_profile(b"Exif\0\0" + tiff()))),
    "raw-late.png": lambda: after_the_picture(chunk(b"tEXt", b"Raw profile type APP1\0" + raw_profile(b"Exif\0\0" + tiff()))),
    "xmp.png": lambda: png(64, 48, extra=packed(b"iTXt", b"XML:com.adobe.xmp", XMP)),
    "xmp-plain.png": lambda: after_the_picture(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "trailer.png": lambda: png(64, 48) + XMP,
    "exif.webp": lambda: saved(Image.new("RGB", (64, 48)), "WEBP", exif=b"Exif\0\0" + tiff()),
    "xmp.webp": lambda: saved(Image.new("RGB", (64, 48)), "WEBP", xmp=XMP),
    "xmp.gif": lambda: saved(Image.new("L", (64, 48)), "GIF")[:-1] + b"!\xff\x0bXMP DataXMP" + XMP + b"\1\0\0;",
}


@pytest.mark.parametrize("name", CORNERS)
def test_a_place_is_found_in_every_corner_and_does_not_go_out(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(CORNERS[name]())
    assert probe(path, HERE).located
    for data in (fit(path, ImageLimits(), HERE).data, cleaned(path, HERE)[0]):
        (tmp_path / "out").write_bytes(data)
        assert b"WITNESS" not in data
        assert not probe(tmp_path / "out", HERE).located
        assert Image.open(BytesIO(data)).size == (64, 48)


@pytest.mark.parametrize(
    "data",
    [
        with_segments(exif(tiff(entry=0))),  # the table's version alone, as cameras without a receiver write it
        with_segments(exif(tiff(tag=0x0131))),
        with_segments(exif(b"MM")),
        png(64, 48, extra=chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 4\nzz")),
        png(64, 48, extra=packed(b"zTXt", b"Raw profile type exif", b" " * 900_000 + b"z")),
    ],
)
def test_where_no_place_is_told_none_is_found(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    assert not probe(path, HERE).located


@pytest.mark.parametrize("year", [b"0001:01:01 00:00:00", b"9999:12:31 23:59:59", b"\xff" * 19, b"0000:00:00 00:00:00", b""])
def test_a_camera_whose_clock_is_wrong_takes_pictures_all_the_same(tmp_path: Path, year: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(with_segments(exif(tiff(year=year))))
    assert fit(path, ImageLimits(), HERE).width == 64


@pytest.mark.parametrize("name", CORNERS)
def test_a_file_cut_off_anywhere_is_read_or_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    whole = CORNERS[name]()
    for cut in {*range(0, len(whole), max(len(whole) // 60, 1)), 3, 11, 12, 13, 20, 30}:
        path = tmp_path / name
        path.write_bytes(whole[:cut])
        for read in (probe, cleaned):
            with suppress(MediaError):
                read(path, HERE)
