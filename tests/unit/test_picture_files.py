"""A picture is found by the name that is meant, whatever PC wrote it; and where none is, a similar name is told."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from bot import registry
from bot.content.library import Library
from bot.errors import MediaError
from tests.office import TOKYO, write_content, write_post


@pytest.fixture
def library(tmp_path: Path) -> Library:
    write_content(tmp_path)
    return Library(tmp_path, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})


def put(library: Library, *names: str) -> None:
    data = (library.root / "media" / "red.png").read_bytes()
    for name in names:
        (library.root / "media" / name).write_bytes(data)


def picture(library: Library, name: str) -> str:
    post = library.read(write_post(library.root, images=f"{{file: {name}, alt: 窓口の写真}}"))
    return post.pictures[0].path.name


def refused(library: Library, name: str) -> MediaError:
    with pytest.raises(MediaError) as caught:
        picture(library, name)
    assert (caught.value.place.line, caught.value.place.column) == (8, 17)
    return caught.value


def test_a_name_of_two_characters_for_one_is_the_same(library: Library) -> None:
    parted = unicodedata.normalize("NFD", "がぞう.png")
    put(library, parted)
    assert picture(library, "がぞう.png") == parted


def test_capital_letters_make_no_other_picture(library: Library) -> None:
    put(library, "Madoguchi.PNG")
    assert picture(library, "madoguchi.png") == "Madoguchi.PNG"


def test_the_exact_name_goes_first(library: Library) -> None:
    put(library, "a.PNG", "a.png")
    assert picture(library, "a.png") == "a.png"


def test_of_two_that_might_be_meant_none_is_guessed(library: Library) -> None:
    put(library, "a.PNG", "A.png")
    error = refused(library, "a.png")
    assert "いくつも" in error.summary
    assert "A.png・a.PNG" in error.next_step


def test_a_similar_name_is_told(library: Library) -> None:
    put(library, "madoguchi.png")
    error = refused(library, "madogchi.png")
    assert "見つかりません" in error.summary
    assert "「madoguchi.png」" in error.next_step
    assert "content/media/" in refused(library, "何も似ていない.jpg").next_step


def test_no_name_leads_out_of_the_folder(library: Library) -> None:
    (library.root.parent / "Secret.png").write_bytes((library.root / "media" / "red.png").read_bytes())
    assert "Secret" not in refused(library, "../../secret.png").next_step
