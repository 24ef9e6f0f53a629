"""Pictures for a channel: upright, whole, without a trace of where they were taken."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import registry
from bot.errors import MediaError, Place
from bot.media.images import fit, probe
from bot.media.limits import ImageLimits

INSTAGRAM = registry.specs()["instagram"].images
HERE = Place(path=Path("post.md"))


def opened(path: Path, limits: ImageLimits) -> Image.Image:
    return Image.open(BytesIO(fit(path, limits, HERE).data))


def test_a_photo_is_turned_upright_and_stripped_of_its_metadata(tmp_path: Path) -> None:
    photo = Image.new("RGB", (400, 200), "red")
    photo.paste("blue", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    path = tmp_path / "photo.jpg"
    photo.save(path, exif=exif, quality=95)
    shown = opened(path, ImageLimits())
    assert shown.size == (200, 400)
    header = probe(path, HERE)
    assert (header.width, header.height) == (200, 400)
    top, bottom = shown.getpixel((100, 20)), shown.getpixel((100, 380))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[2] > 200 > bottom[2]
    assert not shown.getexif()
    assert b"Exif" not in fit(path, ImageLimits(), HERE).data


@pytest.mark.parametrize("size", [(2000, 300), (300, 2000), (1000, 1000), (50, 60)])
def test_nothing_is_cropped_away_for_instagram(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "wide.png"
    picture = Image.new("RGB", size, "white")
    width, height = size
    for corner in ((0, 0), (width - 9, 0), (0, height - 9), (width - 9, height - 9)):
        picture.paste("red", (*corner, corner[0] + 9, corner[1] + 9))
    picture.save(path)
    shown = opened(path, INSTAGRAM).convert("RGB")
    ratio = shown.width / shown.height
    assert INSTAGRAM.min_ratio - 0.01 <= ratio <= INSTAGRAM.max_ratio + 0.01
    assert shown.width >= INSTAGRAM.min_width
    red = Image.new("1", shown.size)
    red.putdata([r > 150 and g < 120 and b < 120 for r, g, b in shown.get_flattened_data()])
    box = red.getbbox()
    assert box is not None
    # The corners' marks span the picture's own ratio: all four are there.
    assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(width / height, rel=0.12)


def test_transparency_becomes_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(path)
    assert opened(path, ImageLimits()).getpixel((50, 50)) == (255, 255, 255)


def test_a_picture_is_made_small_enough(tmp_path: Path) -> None:
    path = tmp_path / "noise.png"
    Image.effect_noise((1600, 1600), 90).convert("RGB").save(path)
    assert len(fit(path, ImageLimits(max_bytes=700_000), HERE).data) <= 700_000


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.effect_noise((300, 300), 50).save(path)
    assert fit(path, INSTAGRAM, HERE) == fit(path, INSTAGRAM, HERE)


@pytest.mark.parametrize("case", ["missing", "text", "truncated", "animated", "bomb"])
def test_what_is_no_usable_picture_gets_a_sentence(tmp_path: Path, case: str) -> None:
    path = tmp_path / "bad.png"
    if case == "text":
        path.write_text("これは画像ではありません", encoding="utf-8")
    elif case == "truncated":
        Image.effect_noise((400, 400), 50).save(path)
        path.write_bytes(path.read_bytes()[:5000])
    elif case == "animated":
        frames = [Image.new("RGB", (50, 50), c) for c in ("red", "blue")]
        frames[0].save(path, "GIF", save_all=True, append_images=frames[1:])
    elif case == "bomb":
        Image.new("1", (12_000, 8_000)).save(path)
    with pytest.raises(MediaError) as caught:
        fit(path, ImageLimits(), HERE)
    assert caught.value.summary
    assert caught.value.next_step
