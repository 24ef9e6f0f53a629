"""Photographs as telephones save them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import registry
from bot.errors import MediaError, Place
from bot.media import images

# 400 by 300 pixels, red above and blue below, held upright: it is to be turned by a quarter. With a maker and a place.
PHONE = Path(__file__).with_name("phone.heic")
HERE = Place(path=PHONE)


def test_a_telephones_photograph_is_shown_upright_once() -> None:
    fitted = images.fit(PHONE, registry.specs()["x"].images, HERE)
    image = Image.open(BytesIO(fitted.data)).convert("RGB")
    assert (image.format, image.size, image.getexif()) == (None, (300, 400), {})
    left, right = image.getpixel((20, 200)), image.getpixel((280, 200))
    assert left == pytest.approx((0, 0, 254), abs=4)
    assert right == pytest.approx((254, 0, 0), abs=4)


def test_what_the_telephone_noted_is_told() -> None:
    header = images.probe(PHONE, HERE)
    assert header == images.Header(width=300, height=400, taken=True, located=True)


def test_it_is_kept_as_a_jpeg_without_the_place() -> None:
    data, ending = images.cleaned(PHONE, HERE)
    assert (data[:2], ending) == (b"\xff\xd8", ".jpg")
    assert b"Exif" not in data


@pytest.mark.parametrize("length", [24, 300, 600, 760])
def test_a_photograph_that_was_cut_off_is_told_in_a_sentence(length: int, tmp_path: Path) -> None:
    path = tmp_path / "half.heic"
    path.write_bytes(PHONE.read_bytes()[:length])
    with pytest.raises(MediaError) as refused:
        images.fit(path, registry.specs()["x"].images, Place(path=path))
    assert "half.heic" in refused.value.summary
