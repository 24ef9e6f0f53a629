"""docs/house.md and its picture show the code as it is."""

from __future__ import annotations

import re

import pytest

from bot.config import ROOT
from tools import house

ROOMS = {
    prefix + path.stem
    for prefix, folder in (("bot.", ROOT / "bot"), ("bot.services.", ROOT / "bot" / "services"))
    for path in folder.iterdir()
    if (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")
}


def test_the_page_has_a_sentence_for_each_package_and_each_room_of_the_services() -> None:
    listed = re.findall(r"^\| `(bot\.[\w.]+)` \| .{10,} \|$", house.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(listed) == ROOMS


@pytest.mark.parametrize("name", sorted(name.rpartition(".")[2] for name in ROOMS))
def test_the_picture_has_a_box_for_each_room(name: str) -> None:
    assert f">{name}</text>" in house.PICTURE.read_text(encoding="utf-8")


def test_the_picture_and_the_list_are_up_to_date() -> None:
    told = "run `make house` and commit what it changes"
    assert house.PICTURE.read_text(encoding="utf-8") == house.picture(), told
    page = house.PAGE.read_text(encoding="utf-8")
    assert page == house.page(page), told


def test_every_module_that_the_way_of_a_post_names_exists_and_makes_what_it_says() -> None:
    way = house.PAGE.read_text(encoding="utf-8").partition("## The way of one post")[2]
    makers = re.findall(r"`([\w.]+)` in `(bot/[\w/]+\.py)`", way)
    assert makers
    for name, path in makers:
        assert re.search(rf"\b(def|class) {name.rpartition('.')[2]}\b", (ROOT / path).read_text(encoding="utf-8")), (name, path)


def test_an_arrow_that_a_longer_way_implies_is_left_out() -> None:
    edges = {("a", "b"): 1, ("b", "c"): 2, ("a", "c"): 3, ("a", "d"): 4}
    assert house.essential(edges) == {("a", "b"): 1, ("b", "c"): 2, ("a", "d"): 4}
