"""Pictures as they come from phones, scanners and damaged disks."""

from __future__ import annotations

import random
import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from bot.errors import MediaError, Place
from bot.media.images import fit, probe
from bot.media.limits import ImageLimits

HERE = Place(path=Path("post.md"))
ANY = ImageLimits()
# Odd numbers on purpose: none divides another.
NARROW = ImageLimits(min_ratio=0.8, max_ratio=1.91, min_width=97, max_width=331, max_height=413)


def shown(path: Path, limits: ImageLimits = ANY) -> Image.Image:
    return Image.open(BytesIO(fit(path, limits, HERE).data))


def centre(image: Image.Image) -> tuple[int, ...]:
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def refused(path: Path, limits: ImageLimits = ANY) -> MediaError:
    with pytest.raises(MediaError) as caught:
        fit(path, limits, HERE)
    assert caught.value.summary
    assert caught.value.next_step
    assert caught.value.place == HERE
    return caught.value


def size_of(path: Path) -> tuple[int, int]:
    header = probe(path, HERE)
    return header.width, header.height


def test_a_phones_photo_that_carries_a_second_frame_is_a_still_picture(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    gain_map = Image.new("RGB", (40, 30), "blue")
    Image.new("RGB", (400, 300), "red").save(path, "MPO", save_all=True, append_images=[gain_map])
    picture = shown(path)
    assert picture.size == size_of(path) == (400, 300)
    assert centre(picture)[0] > 240 > 20 > centre(picture)[2]
    assert getattr(picture, "n_frames", 1) == 1


def test_a_scan_in_16_bit_grey_keeps_its_grey(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.new("I;16", (64, 64), 0x8000).save(path)
    assert centre(shown(path)) == pytest.approx((128, 128, 128), abs=2)


def test_colours_are_converted_by_the_embedded_profile(tmp_path: Path) -> None:
    path = tmp_path / "camera.jpg"
    Image.new("RGB", (64, 64), "red").save(path, icc_profile=swapped())
    red, _, blue = centre(shown(path))
    assert blue > 200 > 60 > red


def swapped() -> bytes:
    """A profile in which red light is blue: the names of two entries in the table are exchanged."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)


def grey_of_gamma_one() -> bytes:
    """The smallest profile of a grey that is measured as light is, not as an eye sees it: a half is bright."""
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv" + bytes(4) + struct.pack(">I", 0) + bytes(4)
    table = struct.pack(">I", 2) + b"wtpt" + struct.pack(">2I", 156, 20) + b"kTRC" + struct.pack(">2I", 176, 16)
    head = struct.pack(">I4sI4s4s4s", 192, b"none", 0x02400000, b"mntr", b"GRAY", b"XYZ ") + bytes(12) + b"acsp" + bytes(24)
    return head + bytes(4) + struct.pack(">3i", 63190, 65536, 54061) + bytes(48) + table + white + curve


@pytest.mark.parametrize("mode", ["P", "RGBA", "PA"])
def test_the_colours_of_a_palette_are_those_of_its_profile_too(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "drawing.png"
    picture = Image.new("RGB", (64, 64), "red").convert("P" if mode != "RGBA" else mode)
    picture.save(path, icc_profile=swapped(), **({"transparency": 255} if mode == "PA" else {}))
    red, _, blue = centre(shown(path))
    assert blue > 200 > 60 > red


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_is_shown_as_its_profile_says(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.new("L", (64, 64), 128).convert(mode).save(path, icc_profile=grey_of_gamma_one())
    assert centre(shown(path)) == pytest.approx((188, 188, 188), abs=3)


def test_transparency_stays_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "hole.png"
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(path, icc_profile=swapped())
    assert centre(shown(path)) == (255, 255, 255)


def test_an_unreadable_profile_leaves_the_colours_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "odd.jpg"
    Image.new("RGB", (64, 64), "red").save(path, icc_profile=b"no profile")
    assert centre(shown(path))[0] > 240


def test_nothing_of_the_files_notes_is_published(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "WITNESS description"
    exif.get_ifd(0x8825)[0x001D] = "WITNESS place"
    picture = Image.new("RGB", (64, 64), "red")
    picture.save(tmp_path / "a.jpg", exif=exif, comment=b"WITNESS comment", xmp=b"<x>WITNESS</x>")
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "WITNESS author")
    picture.save(tmp_path / "a.png", pnginfo=notes, exif=exif)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(tmp_path / "a.webp", exif=exif, icc_profile=profile)
    for path in tmp_path.iterdir():
        data = fit(path, ANY, HERE).data
        assert b"WITNESS" not in data
        assert b"ICC_PROFILE" not in data


@given(width=st.integers(1, 700), height=st.integers(1, 700))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_shape_is_brought_within_the_limits(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "shape.bmp"
    Image.new("RGB", (width, height), "green").save(path)
    picture = fit(path, NARROW, HERE)
    assert NARROW.min_width <= picture.width <= NARROW.max_width
    assert picture.height <= NARROW.max_height
    assert NARROW.min_ratio - 1e-9 <= picture.width / picture.height <= NARROW.max_ratio + 1e-9
    assert Image.open(BytesIO(picture.data)).size == (picture.width, picture.height)


def test_a_long_thin_picture_gets_its_margin_after_it_was_scaled(tmp_path: Path) -> None:
    # Margin first would be 8,000 by 10,000 pixels before anything is scaled.
    path = tmp_path / "receipt.png"
    Image.new("RGB", (10, 10_000), "black").save(path)
    picture = shown(path, NARROW)
    assert picture.height == NARROW.max_height
    assert centre(picture)[0] < 240
    assert picture.getpixel((3, 3)) == (242, 242, 242)


def test_a_picture_that_was_within_the_limits_keeps_its_size(tmp_path: Path) -> None:
    path = tmp_path / "fine.png"
    Image.new("RGB", (301, 299), "red").save(path)
    assert shown(path, NARROW).size == (301, 299)


def test_a_busy_picture_becomes_smaller_when_coarser_is_not_enough_and_keeps_its_ratio(tmp_path: Path) -> None:
    path = tmp_path / "busy.png"
    Image.effect_noise((331, 413), 100).save(path)
    limits = ImageLimits(min_ratio=0.8, max_ratio=1.91, max_bytes=8_000)
    picture = fit(path, limits, HERE)
    assert len(picture.data) <= 8_000
    assert picture.width < 331
    assert 0.8 <= picture.width / picture.height < 0.82


def test_a_picture_that_cannot_be_made_small_enough_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "busy.png"
    Image.effect_noise((400, 400), 100).save(path)
    assert "小さく" in refused(path, ImageLimits(min_width=320, max_bytes=2_000)).summary
    refused(path, ImageLimits(max_bytes=10))


def test_the_checks_read_no_more_than_the_header(tmp_path: Path) -> None:
    for name in ("cut.png", "cut.jpg"):
        path = tmp_path / name
        Image.effect_noise((500, 400), 100).save(path)
        path.write_bytes(path.read_bytes()[:20_000])
        assert size_of(path) == (500, 400)
        assert "壊れています" in refused(path).summary


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 20)), (3, (40, 20)), (5, (20, 40)), (8, (20, 40)), (99, (40, 20))])
def test_the_size_is_that_of_the_upright_picture(tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name in ("a.jpg", "a.png", "a.webp"):
        path = tmp_path / name
        Image.new("RGB", (40, 20)).save(path, exif=exif)
        assert size_of(path) == size
        assert shown(path).size == size


def test_an_animation_is_refused_in_every_format(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    for name in ("a.gif", "a.png", "a.webp"):
        path = tmp_path / name
        frames[0].save(path, save_all=True, append_images=frames[1:])
        assert "動く" in refused(path).summary


def test_a_picture_without_width_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "zero.bmp"
    Image.new("RGB", (4, 4)).save(path)
    data = bytearray(path.read_bytes())
    data[18:22] = struct.pack("<i", 0)
    path.write_bytes(data)
    refused(path)


@pytest.mark.filterwarnings("ignore")  # Pillow warns of some damage before it copes with it
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "MPO", "APNG"])
def test_a_damaged_file_is_read_or_refused_in_a_sentence_and_never_more(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.effect_noise((48, 32), 60).convert("RGB")
    buffer = BytesIO()
    if kind in ("MPO", "APNG"):
        picture.save(buffer, kind.removeprefix("A"), save_all=True, append_images=[picture.rotate(90)])
    else:
        picture.save(buffer, kind, exif=exif)
    whole = buffer.getvalue()
    chance = random.Random(kind)  # noqa: S311 - the same damage in every run
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 2, 6))):
            damaged[chance.randrange(min(len(damaged), chance.choice((60, 300, 10_000))))] = chance.randrange(256)
        path = tmp_path / "damaged"
        path.write_bytes(damaged[: chance.randrange(len(damaged)) if chance.random() < 0.2 else None])
        for read in (lambda p: probe(p, HERE), lambda p: fit(p, ANY, HERE)):
            try:
                read(path)
            except MediaError:
                continue
