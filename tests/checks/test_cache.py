"""Only changed posts are read again; whatever a finding depends on makes them be read again too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.library import Library
from bot.content.post import Post
from tests.checks.test_examples import Desk, desk
from tests.office import write_post

__all__ = ["desk"]
FAULT = "これまで，紙でした（見本）。\n"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The posts that were read, by name."""
    names: list[str] = []
    parse = Library.parse

    def noted(self: Library, path: Path, raw: bytes) -> Post:
        names.append(path.name)
        return parse(self, path, raw)

    monkeypatch.setattr(Library, "parse", noted)
    return names


@pytest.fixture
def posts(desk: Desk, read: list[str]) -> tuple[Path, Path]:
    """Two posts that were checked once."""
    first = write_post(desk.content, "a", title="一つ目（見本）", body=FAULT)
    second = write_post(desk.content, "b", title="二つ目（見本）", body="別の文です（見本）。\n")
    found(desk)
    assert sorted(read) == ["a.md", "b.md"]
    read.clear()
    return first, second


def found(desk: Desk) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = json.loads(desk.run("check", "--json").output)
    return shown


def later(path: Path) -> None:
    """As if it had been saved again."""
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))


def test_unchanged_posts_are_not_read_again_and_their_findings_are_the_same(
    desk: Desk, posts: tuple[Path, Path], read: list[str]
) -> None:
    again = found(desk)
    assert read == []
    assert [f["rule"] for f in again] == ["style.comma"]
    (desk.content.parent / "var" / "checks.json").unlink()
    assert found(desk) == again


def test_a_changed_post_alone_is_read_again(desk: Desk, posts: tuple[Path, Path], read: list[str]) -> None:
    posts[0].write_text(posts[0].read_text(encoding="utf-8").replace("，", "、"), encoding="utf-8")
    assert found(desk) == []
    assert read == ["a.md"]


def _person(content: Path) -> None:
    later(content / "people.yml")


def _figures(content: Path) -> None:
    (content / "strategy" / "indicators.yml").write_text("{}\n", encoding="utf-8")


def _picture(content: Path) -> None:
    later(content / "media" / "red.png")


def _picture_beside(content: Path) -> None:
    (content / "posts" / "red.png").write_bytes((content / "media" / "blue.png").read_bytes())


@pytest.mark.parametrize("change", [_person, _figures, _picture, _picture_beside])
def test_what_findings_depend_on_makes_the_posts_be_read_again(
    desk: Desk, posts: tuple[Path, Path], read: list[str], change: Callable[[Path], None]
) -> None:
    change(desk.content)
    found(desk)
    assert sorted(read) == ["a.md", "b.md"]


def test_a_post_that_says_the_same_as_one_not_read_again_is_still_told(desk: Desk, posts: tuple[Path, Path]) -> None:
    posts[1].write_text(posts[0].read_text(encoding="utf-8").replace("id: 01TESTa", "id: 01TESTb"), encoding="utf-8")
    twice = [f for f in found(desk) if f["rule"] == "duplicates.twice"]
    assert [Path(str(f["path"])).name for f in twice] == ["b.md"]
    assert [f for f in found(desk) if f["rule"] == "duplicates.twice"] == twice
    posts[0].unlink()
    assert [f for f in found(desk) if f["rule"] == "duplicates.twice"] == []


def test_a_post_that_cannot_be_read_is_told_each_time(desk: Desk, posts: tuple[Path, Path]) -> None:
    posts[0].write_text("---\ntitle: [\n---\n", encoding="utf-8")
    assert [f["level"] for f in found(desk)] == [f["level"] for f in found(desk)] == ["error"]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"basis": 1, "entries": []}', b"\xff\xfe"],
)
def test_a_damaged_cache_is_as_good_as_none(desk: Desk, posts: tuple[Path, Path], read: list[str], damage: bytes) -> None:
    (desk.content.parent / "var" / "checks.json").write_bytes(damage)
    assert [f["rule"] for f in found(desk)] == ["style.comma"]
    assert sorted(read) == ["a.md", "b.md"]


def test_damaged_entries_are_read_again(desk: Desk, posts: tuple[Path, Path], read: list[str]) -> None:
    file = desk.content.parent / "var" / "checks.json"
    cache = json.loads(file.read_text(encoding="utf-8"))
    first, second = cache["entries"]
    cache["entries"][first]["findings"] = [{"rule": "style.comma"}]
    cache["entries"][second] = 7
    file.write_text(json.dumps(cache), encoding="utf-8")
    assert [f["rule"] for f in found(desk)] == ["style.comma"]
    assert sorted(read) == ["a.md", "b.md"]
