"""What an author says is to stay of a picture, in the very bytes that go out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import registry
from bot.config import ROOT
from bot.content.library import Library
from bot.errors import BotError
from bot.render.bundle import render
from bot.render.environment import Templates
from bot.render.variant import Bundle, Media
from tests.office import TOKYO, write_content, write_post

SPECS = tuple(registry.specs().values())
SQUARE, WIDE, TALL = "square.png", "wide.png", "tall.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_content(tmp_path)
    for name, size in ((SQUARE, (600, 600)), (WIDE, (1200, 600)), (TALL, (500, 1500))):
        across = Image.linear_gradient("L").rotate(90).resize(size)
        down = Image.linear_gradient("L").resize(size)
        Image.merge("RGB", (across, down, Image.new("L", size, 0))).save(tmp_path / "media" / name)
    return tmp_path


def bundle(folder: Path, *pictures: str, channels: str = "x, instagram, facebook, newsletter") -> Bundle:
    images = ", ".join(f"{{alt: 見本, people: none, file: {one}}}" for one in pictures)
    library = Library(folder, TOKYO, {spec.key: spec.options for spec in SPECS})
    post = library.read(write_post(folder, images=images, channels=channels))
    return render(post, SPECS, Templates(ROOT / "templates"), library.city)


def media(made: Bundle, channel: str) -> tuple[Media, ...]:
    variant = made.variant(channel)
    assert variant is not None
    return variant.media


def seen(one: Media) -> list[float]:
    """Which part of the picture it shows: left, top, right, bottom, in shares, read from its colours."""
    image = Image.open(BytesIO(one.data)).convert("RGB")
    first, last = image.getpixel((2, 2)), image.getpixel((image.width - 3, image.height - 3))
    assert isinstance(first, tuple)
    assert isinstance(last, tuple)
    return [round(value / 255, 2) for value in (first[0], first[1], last[0], last[1])]


def test_an_album_of_instagram_is_cut_to_the_first_pictures_shape_around_the_point(folder: Path) -> None:
    (first, second) = media(bundle(folder, SQUARE, f"{WIDE}, focus: 30% 50%"), "instagram")
    assert (first.width, first.height) == (600, 600)
    assert (second.width, second.height) == (600, 600)
    assert seen(second) == pytest.approx([0.05, 0, 0.55, 1], abs=0.03)


def test_a_point_at_the_edge_cuts_at_the_edge(folder: Path) -> None:
    (_, second) = media(bundle(folder, SQUARE, f"{WIDE}, focus: 100% 0%"), "instagram")
    assert seen(second) == pytest.approx([0.5, 0, 1, 1], abs=0.03)


def test_where_a_channel_cuts_nothing_a_point_changes_no_byte(folder: Path) -> None:
    assert bundle(folder, f"{WIDE}, focus: 30% 50%").digest == bundle(folder, WIDE).digest


def test_each_channel_cuts_to_its_own_frame(folder: Path) -> None:
    made = bundle(folder, f"{TALL}, focus: 50% 20%", SQUARE)
    assert media(made, "x")[0].width / media(made, "x")[0].height == pytest.approx(7 / 8, abs=0.01)
    assert media(made, "facebook")[0].width == media(made, "facebook")[0].height
    # The first picture of an album is not cut by Instagram: it gets its margin, as before.
    assert media(made, "instagram") == media(bundle(folder, TALL, SQUARE), "instagram")
    assert media(made, "newsletter") == media(bundle(folder, TALL, SQUARE), "newsletter")


def test_a_shape_is_cut_for_its_channel_alone_and_voids_an_approval(folder: Path) -> None:
    before, after = bundle(folder, WIDE), bundle(folder, f"{WIDE}, crop: {{instagram: '4:5 80% 50%'}}")
    (cut,) = media(after, "instagram")
    assert cut.width / cut.height == pytest.approx(0.8, abs=0.01)
    assert seen(cut) == pytest.approx([0.6, 0, 1, 1], abs=0.03)
    assert [media(after, key) for key in ("x", "facebook")] == [media(before, key) for key in ("x", "facebook")]
    assert before.digest != after.digest


def test_the_first_pictures_shape_holds_for_the_others(folder: Path) -> None:
    made = bundle(folder, f"{WIDE}, crop: {{instagram: '1:1'}}", f"{TALL}, focus: 50% 10%")
    assert [(m.width, m.height) for m in media(made, "instagram")] == [(600, 600), (500, 500)]
    assert seen(media(made, "instagram")[1]) == pytest.approx([0, 0, 1, 0.33], abs=0.03)


def test_a_shape_with_a_point_is_cut_around_it_twice(folder: Path) -> None:
    """To 1:1 for X as asked, then to the tile of a pair, which is 7:8."""
    made = bundle(folder, f"{WIDE}, focus: 10% 50%, crop: {{x: '1:1'}}", SQUARE)
    assert seen(media(made, "x")[0]) == pytest.approx([0, 0, 0.44, 1], abs=0.03)


@pytest.mark.parametrize(
    ("written", "told", "column"),
    [
        ("focus: 40 30", "「images.focus」が、画像の中の点になっていません", 59),
        ("focus: 140% 30%", "「images.focus」が、画像の中の点になっていません", 59),
        ("focus: 左上", "「images.focus」が、画像の中の点になっていません", 59),
        ("crop: {x: 9:1}", "「x」の切り方が読み取れません", 62),
        ("crop: {x: '4:0'}", "「x」の切り方が読み取れません", 62),
        ("crop: {x: 40% 130%}", "「x」の切り方が読み取れません", 62),
        ("crop: {x: ''}", "「x」の切り方が読み取れません", 62),
        ("crop: {y: '4:5'}", "「y」という項目はありません", 59),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place(folder: Path, written: str, told: str, column: int) -> None:
    with pytest.raises(BotError) as refused:
        bundle(folder, f"{SQUARE}, {written}")
    assert (refused.value.summary, refused.value.place.column) == (told, column)  # type: ignore[attr-defined]
