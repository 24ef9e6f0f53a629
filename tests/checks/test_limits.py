"""What a channel would refuse is found beforehand, at the place where it is written, and what fits is not."""

from __future__ import annotations

import json

import pytest

from tests.checks.test_examples import Desk, desk
from tests.office import write_post

__all__ = ["desk"]
CARD = "{file: red.png, alt: 題名を大きく書いた案内の図, people: none}"
ALL = "x, instagram, facebook, newsletter"


def found(desk: Desk, extra: str = "", channels: str = ALL, images: str = CARD) -> list[tuple[str, str, str]]:
    """Rule, level and the text of the file from the finding's place on."""
    path = write_post(desk.content, extra=extra, channels=channels, images=images)
    lines = path.read_text(encoding="utf-8").split("\n")
    out = json.loads(desk.run("check", str(path), "--json").output)
    return [
        (f["rule"], f["level"], lines[f["line"] - 1][f["column"] - 1 :][:12])
        for f in out
        if f["rule"].split(".")[0] in ("limits", "media")
    ]


@pytest.mark.parametrize("count", [4, 5])
def test_so_many_pictures_as_every_channel_takes(desk: Desk, count: int) -> None:
    images = ", ".join([CARD] * count)
    expected = [] if count <= 4 else [("limits.pictures", "error", "[{file: red.")]
    assert found(desk, channels="x, facebook", images=images) == expected


def test_a_channel_that_needs_a_picture(desk: Desk) -> None:
    assert found(desk, images="") == [("limits.pictures", "error", "[]")]
    assert found(desk, images="", channels="x, facebook") == []


@pytest.mark.parametrize("count", [5, 6])
def test_so_many_tags_as_instagram_takes(desk: Desk, count: int) -> None:
    tags = f"hashtags: [{', '.join('一二三四五六'[:count])}]"
    expected = [] if count <= 5 else [("limits.hashtags", "error", "[一, 二, 三, 四,")]
    assert found(desk, tags) == expected
    assert found(desk, tags, channels="x, facebook") == []


def test_tags_in_the_text_are_counted_with_the_others(desk: Desk) -> None:
    tags = "hashtags: [一, 二, 三, 四]"
    path = write_post(desk.content, extra=tags, channels="instagram", body="窓口です。 #五 です。#7119 です。\n\n#六\n")
    out = json.loads(desk.run("check", str(path), "--json").output)
    assert [(f["rule"], f["line"], f["column"]) for f in out if f["rule"] == "limits.hashtags"] == [("limits.hashtags", 9, 11)]
    path.write_text(path.read_text(encoding="utf-8").replace("#六", "六"), encoding="utf-8")
    out = json.loads(desk.run("check", str(path), "--json").output)
    assert [f for f in out if f["rule"] == "limits.hashtags"] == []


def test_tags_that_one_channel_goes_without_are_not_counted_there(desk: Desk) -> None:
    assert found(desk, "hashtags: [一, 二, 三, 四, 五, 六]\ninstagram: {hashtags: []}") == []


def test_tags_in_the_text_count_like_those_of_the_front_matter(desk: Desk) -> None:
    typed = 'hashtags: [一, 二, 三, 四]\ninstagram: {text: "お知らせ #五 #六 #7119 です #一 #二 #三 #四"}'
    # It is the text that has them all: the list in the front matter alone would not be too long.
    assert found(desk, typed) == [("limits.hashtags", "error", '"お知らせ #五 #六 ')]
    assert found(desk, typed.replace(" #六", "")) == []


@pytest.mark.parametrize("length", [140, 141])
def test_so_long_a_text_as_x_takes(desk: Desk, length: int) -> None:
    expected = [] if length <= 140 else [("limits.length", "error", "あ" * 12)]
    assert found(desk, f"x: {{text: {'あ' * length}}}") == expected


def test_a_picture_that_is_none_and_one_that_is_cut_off(desk: Desk) -> None:
    (desk.content / "media" / "text.png").write_bytes(b"not a picture")
    image = "{file: text.png, alt: 題名を大きく書いた案内の図, people: none}"
    assert ("media.unreadable", "error", "text.png, al") in found(desk, images=image)


@pytest.mark.parametrize(
    ("alt", "wrong"),
    [("red.png", True), ("RED.PNG", True), ("red", True), ("赤い四角の見本", False), ("あ" * 1001, True), ("あ" * 1000, False)],
)
def test_a_description_that_describes(desk: Desk, alt: str, wrong: bool) -> None:
    rules = [rule for rule, _, place in found(desk, channels="x", images=f"{{file: red.png, alt: {alt}, people: none}}")]
    assert rules == (["media.alt"] if wrong else [])
