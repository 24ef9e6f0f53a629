"""A preparing that was refused half way goes on where it stood, unless that is long ago or no such token."""

from __future__ import annotations

import dataclasses
import time

import pytest

from bot.channel_kit.begun import one_by_one, remembered
from bot.errors import Rejected, Unavailable
from bot.render.variant import Media
from tests.channels.material import outgoing


def test_what_was_made_is_carried_and_taken_up_again() -> None:
    asked = list[int]()

    def make(number: int, media: Media) -> str:
        asked.append(number)
        if asked == [1, 2]:
            raise Unavailable("busy")
        return f"3{number}"

    with pytest.raises(Unavailable) as caught:
        one_by_one(outgoing(), make)
    assert caught.value.made
    assert one_by_one(dataclasses.replace(outgoing(), earlier=caught.value.made), make) == ["31", "32"]
    assert asked == [1, 2, 2]


@pytest.mark.parametrize(
    "earlier",
    ["", "31,32", "17", f"begun@{int(time.time()) - 8000}:31", f"begun@{int(time.time()) + 900}:31", "begun@1:", "begun@x:31"],
)
def test_what_is_old_or_no_such_token_is_not_taken_up(earlier: str) -> None:
    asked = list[int]()
    one_by_one(dataclasses.replace(outgoing(), earlier=earlier), lambda number, _: asked.append(number) or str(number))
    assert asked == [1, 2]


def test_a_refusal_for_good_carries_nothing() -> None:
    def make(number: int, media: Media) -> str:
        raise Rejected("no")

    with pytest.raises(Rejected):
        one_by_one(outgoing(), make)
    assert remembered([]) == ""
