"""The headline: where it breaks and how large it becomes."""

from __future__ import annotations

from itertools import combinations, pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.document import Ruby, Text
from bot.newsletter.cells import Cell, Style, Unit
from bot.newsletter.headline import Headline, _best, set_headline
from tests.office import Office

TATE = Style(direction="tate", numbers="arabic_tcy")


def headline(title: str, *protected: str, length: float = 310, depth: float = 58) -> Headline:
    return set_headline((Text(title),), TATE, protected, length=length, depth=depth, body=10)


def texts(found: Headline) -> list[str]:
    return [line.text for line in found.lines]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("市役所の書かない窓口、11月から始まりました", ["市役所の書かない窓口、", "11月から始まりました"]),
        ("広報を読む", ["広報を読む"]),
        ("市役所の書かない｜窓口、11月から始まりました", ["市役所の書かない", "窓口、11月から始まりました"]),
    ],
)
def test_a_headline_breaks_at_phrases_or_where_the_writer_says(title: str, lines: list[str]) -> None:
    assert texts(headline(title)) == lines


def test_a_name_is_never_broken_even_where_a_phrase_might_end() -> None:
    title = "きょうから読めます「かなざわ育なび」の使い方"
    broken = [texts(headline(title, length=length, depth=40)) for length in range(60, 200, 5)]
    assert any(any(line[-2:] == "かな" for line in lines) for lines in broken)
    kept = [texts(headline(title, "かなざわ育なび", length=length, depth=40)) for length in range(60, 200, 5)]
    assert all(any("かなざわ育なび" in line for line in lines) for lines in kept)


def test_a_shorter_headline_is_set_larger_up_to_a_limit() -> None:
    sizes = [headline("字" * n).size for n in (40, 20, 12, 2)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]
    assert sizes[3] == 32


@given(
    title=st.lists(st.sampled_from("市役所 の 窓口 、 が 11月 DX 。 「 」 始まり 書かない".split()), min_size=1, max_size=16),  # noqa: SIM905
    length=st.integers(60, 400),
    depth=st.integers(20, 90),
)
@settings(max_examples=150, deadline=None)
def test_any_headline_stays_within_its_rectangle_and_keeps_its_text(title: list[str], length: int, depth: int) -> None:
    found = headline("".join(title), length=length, depth=depth)
    assert max(line.width for line in found.lines) * found.size <= length + 1e-6
    assert found.size + found.pitch * (len(found.lines) - 1) <= depth + 1e-6
    assert "".join(texts(found)) == "".join(texts(headline("".join(title), length=10_000, depth=depth)))


def brute(units: list[Unit], places: list[int], length: float, depth: float) -> tuple[float, int]:
    """Size and evenness of the best of all choices of up to three places."""
    best = (0.0, 0)
    for count in range(min(4, len(places) + 1)):
        for way in combinations(places, count):
            edges = [0, *way, len(units)]
            widths = [sum(u.width for u in units[a:b]) for a, b in pairwise(edges)]
            across = depth / (1 + 1.2 * count)
            best = max(best, (round(min(length / max(widths), across, 32), 3), -sum(w**2 for w in widths)))
    return best


@given(
    widths=st.lists(st.integers(1, 5), min_size=1, max_size=12),
    data=st.data(),
    length=st.integers(40, 400),
    depth=st.integers(20, 200),
)
@settings(max_examples=300, deadline=None)
def test_of_all_ways_to_break_the_largest_and_then_the_most_even_is_taken(
    widths: list[int], data: st.DataObject, length: int, depth: int
) -> None:
    units = [Unit(cells=(Cell(text="字", width=w),)) for w in widths]
    places = sorted(data.draw(st.sets(st.integers(1, max(1, len(units) - 1))))) if len(units) > 1 else []
    way = _best(units, places, length, depth, 10)
    chosen = [sum(widths[a:b]) for a, b in pairwise([0, *way, len(units)])]
    size = round(min(length / max(chosen), depth / (1 + 1.2 * len(way)), 32), 3)
    assert (size, -sum(w**2 for w in chosen)) == brute(units, places, length, depth)
    assert set(way) <= set(places)


def test_a_title_of_three_hundred_characters_is_set_at_once() -> None:
    before = process_time()
    found = headline("市役所の書かない窓口が、11月から始まりました。" * 13)
    assert len(found.lines) == 4
    assert process_time() - before < 5  # seconds; trying all choices took 23


@pytest.mark.parametrize("title", ["｜書かない窓口", "書かない窓口｜", "｜書かない窓口｜"])
def test_a_mark_at_the_edge_of_a_title_parts_nothing(title: str) -> None:
    assert texts(headline(title)) == texts(headline("書かない窓口"))
    assert texts(headline("書か｜｜ない")) == ["書か", "ない"]


def test_a_reading_goes_with_its_word() -> None:
    found = set_headline((Ruby("提言", ("ていげん",)), Text("を読む")), TATE, (), length=100, depth=30, body=10)
    assert [u.reading for line in found.lines for u in line.units if u.reading] == ["ていげん"]


def test_the_mark_for_a_break_is_seen_in_no_text(office: Office) -> None:
    office.approved(extra="slot: lunch\nnewsletter: {title: 書かない｜窓口}")
    from bot.store.models import Submission

    bundle = Submission.objects.get().bundle
    assert "【見出し】\\n書かない窓口" in bundle
    assert "縦線" not in bundle
