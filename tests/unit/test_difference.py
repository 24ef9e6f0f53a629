"""Differences word by word: nothing is lost, little is marked."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.difference import Piece, abridged, difference

TEXTS = st.text(alphabet="市電子決裁をにしました。AI 123\n", max_size=60)


@given(TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_both_texts_can_be_put_together_again(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(p.text for p in pieces if p.kind != "added") == old
    assert "".join(p.text for p in pieces if p.kind != "removed") == new


def test_a_changed_word_is_marked_and_its_neighbours_are_not() -> None:
    pieces = difference("全ての窓口で使えます。", "全ての市民センターで使えます。")
    assert [(p.kind, p.text) for p in pieces] == [
        ("same", "全ての"),
        ("removed", "窓口"),
        ("added", "市民センター"),
        ("same", "で使えます。"),
    ]


def test_a_changed_number_is_marked_whole() -> None:
    marked = {p.text for p in difference("取得率は46.5%です。", "取得率は51.1%です。") if p.kind != "same"}
    assert marked == {"46.5%", "51.1%"}


def test_long_unchanged_stretches_are_left_out_but_not_beside_a_change() -> None:
    same = "あ" * 100
    pieces = abridged(difference(f"{same}\n旧\n{same}", f"{same}\n新\n{same}"), keep=10)
    assert [p.kind for p in pieces] == ["skipped", "same", "removed", "added", "same", "skipped"]
    assert all(len(p.text) == 10 for p in pieces if p.kind == "same")


def test_a_very_long_text_with_one_changed_line_is_compared_line_by_line() -> None:
    lines = [f"{n}行目の文です。" for n in range(3000)]
    changed = [*lines[:1500], "ここだけ違います。", *lines[1501:]]
    pieces = difference("\n".join(lines), "\n".join(changed))
    assert sum(len(p.text) for p in pieces if p.kind != "same") < 40


def test_a_stretch_that_would_not_become_shorter_and_a_change_are_left_whole() -> None:
    for length, shown in ((20, ["あ" * 20, "新" * 99]), (21, ["", "あ" * 10, "新" * 99])):
        pieces = (Piece(kind="same", text="あ" * length), Piece(kind="added", text="新" * 99))
        assert [p.text for p in abridged(pieces, keep=10)] == shown


def test_an_added_line_is_added_and_nothing_else() -> None:
    pieces = difference("一行目\n", "一行目\n二行目\n")
    assert [(p.kind, p.text) for p in pieces] == [("same", "一行目\n"), ("added", "二行目\n")]
    pieces = difference("一行目\n二行目\n", "一行目\n")
    assert [(p.kind, p.text) for p in pieces] == [("same", "一行目\n"), ("removed", "二行目\n")]


def test_a_line_put_before_many_equal_ones_is_all_that_is_marked() -> None:
    """A long form repeats itself; what is common in it must still be found again."""
    same = "はい\n" * 300
    assert [(p.kind, p.text) for p in difference(same, f"新しい行\n{same}")] == [("added", "新しい行\n"), ("same", same)]


def test_what_stays_on_both_sides_of_a_line_s_end_is_one_piece() -> None:
    pieces = difference("一行目\n窓口は市民課\n三行目\n", "一行目\n窓口は税務課\n三行目\n")
    assert next((p.kind, p.text) for p in pieces if p.kind == "same") == ("same", "一行目\n窓口は")
    assert "".join(p.text for p in pieces if p.kind != "removed") == "一行目\n窓口は税務課\n三行目\n"
    assert all(one.kind != other.kind for one, other in pairwise(pieces))
