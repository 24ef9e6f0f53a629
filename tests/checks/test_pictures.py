"""What is found about a picture beside what it shows, through dxbot check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.checks.registry import rules
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


ALL = "x, instagram, facebook, note, newsletter"
ORDINARY = {"4:3": (800, 600), "3:2": (900, 600), "16:9": (1600, 900), "1:1": (700, 700), "3:4": (600, 800)}
WIDE, STRIP, UPRIGHT = (1600, 900), (1800, 450), (900, 1600)


def cut(desk: Desk, *sizes: tuple[int, int], channels: str = ALL, first: str = "") -> list[dict[str, Any]]:
    """What is found of pictures with these sizes; `first` are further values of the first one."""
    said = []
    for number, size in enumerate(sizes):
        Image.new("RGB", size, "gray").save(desk.content / "media" / f"p{number}.png")
        said.append(f"{{file: p{number}.png, alt: 窓口の見本{number}, people: none{'' if number else first}}}")
    path, _, _ = desk.written(f"images: [{', '.join(said)}]")
    path.write_text(path.read_text("utf-8").replace("[x, newsletter]", f"[{channels}]"), "utf-8")
    return [f for f in json.loads(desk.run("check", str(path), "--json").output) if f["rule"] == "pictures.cut"]


@pytest.mark.parametrize("size", ORDINARY.values(), ids=list(ORDINARY))
def test_ordinary_photographs_are_silent_alone_and_beside_their_like(desk: Desk, size: tuple[int, int]) -> None:
    assert [count for count in (1, 2, 3, 4, 7) if cut(desk, *[size] * count)] == []


def test_a_strip_in_xs_two_tiles_is_told_with_what_is_lost_and_what_to_do(desk: Desk) -> None:
    (found,) = cut(desk, STRIP, ORDINARY["4:3"], channels="x, facebook, newsletter")
    assert (found["level"], found["line"]) == ("warning", 8)
    assert found["message"] == "画像「p0.png」は、真ん中だけが残り、Xでは78%、Facebookでは75%が切れて見えません"
    assert "focus: 30% 40%" in found["advice"]


def test_in_slides_half_of_a_picture_is_too_much_for_nobody_can_open_it(desk: Desk) -> None:
    (found,) = cut(desk, ORDINARY["3:4"], WIDE, channels="x, instagram")
    assert found["message"] == "画像「p1.png」は、真ん中だけが残り、Instagramでは55%が切れて見えません"
    # Its margin is not cut off the picture: all of the strip's height is seen, and as much of its width as of what is sent.
    (strip,) = cut(desk, ORDINARY["3:4"], STRIP, channels="instagram")
    assert "Instagramでは58%" in strip["message"]


def test_a_shape_that_was_asked_for_is_measured_too(desk: Desk) -> None:
    assert cut(desk, UPRIGHT, channels="x", first=", crop: {x: '2:1'}")[0]["message"].endswith("Xでは72%が切れて見えません")
    assert cut(desk, UPRIGHT, channels="x", first=", crop: {x: '1:1'}") == []


def test_who_said_what_is_to_stay_is_not_asked_again(desk: Desk) -> None:
    assert cut(desk, STRIP, STRIP, channels="x")
    (second,) = cut(desk, STRIP, STRIP, channels="x", first=", focus: 5% 50%")
    assert "p1.png" in second["message"]
    assert cut(desk, STRIP, ORDINARY["4:3"], channels="x", first=", crop: {x: 90% 50%}") == []


def test_a_point_that_a_channels_own_leaves_out_is_told(desk: Desk) -> None:
    (found,) = cut(desk, STRIP, ORDINARY["4:3"], channels="x, facebook", first=", focus: 5% 50%, crop: {x: 90% 50%}")
    assert found["message"] == "画像「p0.png」の残すところが、Xでは切れて見えません"
    assert cut(desk, STRIP, ORDINARY["4:3"], channels="x, facebook", first=", focus: 80% 50%, crop: {x: 90% 50%}") == []


def test_a_cut_can_be_answered(desk: Desk) -> None:
    cut(desk, STRIP, STRIP, channels="x")
    path = desk.content / "posts" / "example.md"
    path.write_text(path.read_text("utf-8").replace("}]\n", "}]  # 点検: pictures.cut 帯の真ん中に題がある\n", 1), "utf-8")
    said = [f for f in json.loads(desk.run("check", str(path), "--json").output) if f["rule"].startswith(("pictures", "suppr"))]
    assert {f["silenced"] for f in said} == {"帯の真ん中に題がある"}


def test_the_rules_examples_are_true(desk: Desk) -> None:
    Image.new("RGB", STRIP, "gray").save(desk.content / "media" / "横に長い帯.jpg")
    rule = rules()["pictures.cut"]
    assert [len(desk.found(desk.written(example)[0], rule)) for example in (rule.bad, rule.good)] == [1, 0]
