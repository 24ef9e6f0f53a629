"""What spares a search must spare no finding."""

from __future__ import annotations

import os

import pytest

from tests.checks.test_examples import Desk, desk
from tests.checks.test_limits import found
from tests.office import write_post

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("令和元年2月30日に始めました。", "dates.impossible"),
        ("2026年2月30日に始めました。", "dates.impossible"),
        ("２０２６年２月３０日に始めました。", "dates.impossible"),
        ("番号は12-1234-5678-9018です。", "personal.my-number"),
        ("第3回は18時から17時までです。", "dates.reversed-hours"),
    ],
)
def test_a_rule_that_looks_at_numbers_alone_finds_each(desk: Desk, sentence: str, rule: str) -> None:
    path = write_post(desk.content, body=f"はじめです。{sentence}\n")
    inside = rule == "personal.my-number"  # a longer number has the form within it, and is none
    assert (rule in desk.run("check", str(path)).output) is not inside


def test_a_picture_that_was_looked_at_before_is_looked_at_again_when_it_changed(desk: Desk) -> None:
    assert found(desk) == []
    picture = desk.content / "media" / "red.png"
    picture.write_bytes(b"not a picture")
    os.utime(picture, (1, 1))
    assert [rule for rule, _, _ in found(desk)] == ["media.unreadable"]
