"""What is found about a picture beside what it shows, through dxbot check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.checks.test_examples import Desk, desk

__all__ = ["desk"]


def photo(path: Path, *, camera: bool = False, place: bool = False) -> None:
    exif = Image.Exif()
    if camera:
        exif[0x010F] = "見本カメラ"
    if place:
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (36.0, 33.0, 40.0)
    Image.new("RGB", (800, 600), "gray").save(path, exif=exif)


def found(desk: Desk, file: str, extra: str = ", people: none") -> list[tuple[str, str, int]]:
    path, _, _ = desk.written(f"images: [{{file: {file}, alt: 窓口のようすの見本{extra}}}]")
    out = json.loads(desk.run("check", str(path), "--json").output)
    return [(f["rule"], f["level"], f["line"]) for f in out if f["rule"].startswith("pictures.")]


def test_the_place_that_a_camera_wrote_down_is_told(desk: Desk) -> None:
    photo(desk.content / "media" / "a.jpg", place=True)
    assert found(desk, "a.jpg") == [("pictures.location", "warning", 8)]
    photo(desk.content / "media" / "a.jpg")
    assert found(desk, "a.jpg") == []


@pytest.mark.parametrize("file", ["IMG_1234.jpg", "madoguchi.jpg", "zu.png"])
def test_of_every_picture_it_is_asked_who_is_to_be_seen(desk: Desk, file: str) -> None:
    photo(desk.content / "media" / file)
    assert found(desk, file, "") == [("pictures.people", "error", 8)]
    assert found(desk, file) == []


@pytest.mark.parametrize("file", ["123456789018.png", "1234-5678-9018.png", "tanaka-090-1234-5678.png"])
def test_a_private_number_in_a_name_is_refused(desk: Desk, file: str) -> None:
    photo(desk.content / "media" / file)
    assert found(desk, file) == [("pictures.number-in-name", "error", 8)]


@pytest.mark.parametrize("file", ["123456789012.png", "076-220-0000.png", "zu-2026-11-01.png"])
def test_another_number_in_a_name_is_not(desk: Desk, file: str) -> None:
    photo(desk.content / "media" / file)
    assert found(desk, file) == []
