"""What a telegram says of Kanazawa: every code and status of both schemes, codes that collide, drills, broken files."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.disaster import feed, telegram, xml
from bot.disaster.levels import Hazard, Level
from bot.disaster.telegram import Telegram
from bot.disaster.xml import Unreadable
from tests.disaster import telegrams as made
from tests.disaster.telegrams import PLACES

S, D, W, A, N = Level.SPECIAL, Level.DANGER, Level.WARNING, Level.ADVISORY, Level.NONE
# Written out once more, from the agency's code table of 2026-09-21: kind, hazard, code, level, name.
NEW = [
    ("VPWW55", Hazard.RAIN, "33", S, "レベル５大雨特別警報"),
    ("VPWW55", Hazard.RAIN, "43", D, "レベル４大雨危険警報"),
    ("VPWW55", Hazard.RAIN, "03", W, "レベル３大雨警報"),
    ("VPWW55", Hazard.RAIN, "10", A, "レベル２大雨注意報"),
    ("VPWW56", Hazard.LANDSLIDE, "39", S, "レベル５土砂災害特別警報"),
    ("VPWW56", Hazard.LANDSLIDE, "49", D, "レベル４土砂災害危険警報"),
    ("VPWW56", Hazard.LANDSLIDE, "09", W, "レベル３土砂災害警報"),
    ("VPWW56", Hazard.LANDSLIDE, "29", A, "レベル２土砂災害注意報"),
    ("VPWW57", Hazard.SURGE, "38", S, "レベル５高潮特別警報"),
    ("VPWW57", Hazard.SURGE, "48", D, "レベル４高潮危険警報"),
    ("VPWW57", Hazard.SURGE, "08", W, "レベル３高潮警報"),
    ("VPWW57", Hazard.SURGE, "19", A, "レベル２高潮注意報"),
    ("VPWW58", Hazard.WIND, "32", S, "暴風雪特別警報"),
    ("VPWW58", Hazard.WIND, "02", W, "暴風雪警報"),
    ("VPWW58", Hazard.WIND, "13", A, "風雪注意報"),
    ("VPWW58", Hazard.WIND, "35", S, "暴風特別警報"),
    ("VPWW58", Hazard.WIND, "05", W, "暴風警報"),
    ("VPWW58", Hazard.WIND, "15", A, "強風注意報"),
    ("VPWW59", Hazard.WAVE, "37", S, "波浪特別警報"),
    ("VPWW59", Hazard.WAVE, "07", W, "波浪警報"),
    ("VPWW59", Hazard.WAVE, "16", A, "波浪注意報"),
    ("VPWW60", Hazard.SNOW, "36", S, "大雪特別警報"),
    ("VPWW60", Hazard.SNOW, "06", W, "大雪警報"),
    ("VPWW60", Hazard.SNOW, "12", A, "大雪注意報"),
    *(("VPWW61", Hazard.OTHER, code, A, f"{name}注意報") for code, name in (
        ("14", "雷"), ("17", "融雪"), ("20", "濃霧"), ("21", "乾燥"), ("22", "なだれ"), ("23", "低温"), ("24", "霜"),
        ("25", "着氷"), ("26", "着雪"), ("27", "その他の"))),
]  # fmt: skip
OLD = [
    *((kind, *rest) for kind in ("VPWW53", "VPWW54") for rest in (
        (Hazard.RAIN, "33", S, "大雨特別警報"), (Hazard.RAIN, "03", W, "大雨警報"), (Hazard.RAIN, "10", A, "大雨注意報"),
        (Hazard.FLOOD, "04", W, "洪水警報"), (Hazard.FLOOD, "18", A, "洪水注意報"),
        (Hazard.WIND, "32", S, "暴風雪特別警報"), (Hazard.WIND, "35", S, "暴風特別警報"),
        (Hazard.SNOW, "36", S, "大雪特別警報"), (Hazard.SNOW, "06", W, "大雪警報"), (Hazard.WAVE, "37", S, "波浪特別警報"),
        (Hazard.SURGE, "38", S, "高潮特別警報"), (Hazard.SURGE, "08", W, "高潮警報"), (Hazard.SURGE, "19", A, "高潮注意報"))),
]  # fmt: skip
# What holds by each status: None is the level of the code itself.
STATUSES = {
    "発表": None,
    "継続": None,
    "特別警報から危険警報": D,
    "特別警報から警報": W,
    "特別警報から注意報": A,
    "危険警報から警報": W,
    "危険警報から注意報": A,
    "警報から注意報": A,
    "解除": N,
    "発表警報・注意報はなし": N,
}


def read(data: bytes, kind: str) -> Telegram:
    return telegram.read(data, kind, PLACES)


def levels(found: Telegram) -> dict[tuple[Hazard, str], Level]:
    return {(s.hazard, s.area.code): s.level for s in found.statements}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("kind", "hazard", "code", "level", "name"), [*NEW, *OLD])
def test_every_code_by_every_status(kind: str, hazard: Hazard, code: str, level: Level, name: str, status: str) -> None:
    found = read(made.warning((name, code, status)), kind)
    held = STATUSES[status] if STATUSES[status] is not None else level
    assert found.covers
    assert levels(found) == ({} if held is N else {(hazard, "1720100"): held})
    assert found.doubts == ()


@pytest.mark.parametrize("kind", ["VPWW55", "VPWW61"])
def test_00_means_all_lifted_in_the_new_telegrams(kind: str) -> None:
    found = read(made.warning(("解除", "00", "解除")), kind)
    assert found.covers
    assert found.statements == ()


def test_00_lifts_nothing_in_the_base_state() -> None:
    found = read(made.warning(("大雨警報", "00", "継続")), "VPWS50")
    assert levels(found) == {(Hazard.RAIN, "1720100"): W}


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("レベル５竜巻特別警報", S),
        ("レベル４竜巻危険警報", D),
        ("竜巻警報", W),
        ("竜巻注意報", A),
        ("何かの情報", Level.UNKNOWN),
        ("", Level.UNKNOWN),
    ],
)
def test_a_code_that_nobody_knows_is_decided_by_its_name(name: str, level: Level) -> None:
    assert [s.level for s in read(made.warning((name, "77", "発表")), "VPWW55").statements] == [level]


@pytest.mark.parametrize(("code", "name"), [("04", "洪水警報"), ("18", "洪水注意報")])
def test_codes_that_are_gone_are_decided_by_their_names(code: str, name: str) -> None:
    (said,) = read(made.warning((name, code, "発表")), "VPWW55").statements
    assert (said.hazard, said.level) == (Hazard.FLOOD, W if code == "04" else A)


def test_a_status_that_nobody_knows_lifts_nothing_and_is_told() -> None:
    found = read(made.warning(("大雨警報", "03", "見直し中")), "VPWW55")
    assert [s.level for s in found.statements] == [W]
    assert "見直し中" in found.doubts[0]


def test_where_code_and_name_differ_the_graver_holds() -> None:
    assert [s.level for s in read(made.warning(("大雨警報", "33", "発表")), "VPWW55").statements] == [S]
    assert [s.level for s in read(made.warning(("大雨特別警報", "03", "発表")), "VPWW55").statements] == [S]


def test_the_area_in_which_the_city_lies_counts_where_the_city_has_no_line() -> None:
    data = made.warning(("大雨警報", "03", "発表"), code="170010", name="加賀", section="一次細分区域等")
    assert levels(read(data, "VPWW55")) == {(Hazard.RAIN, "170010"): W}


def test_a_telegram_of_warnings_without_our_place_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        read(made.warning(("大雨警報", "03", "発表"), code="1720300", name="小松市"), "VPWW55")


def test_a_place_that_is_called_otherwise_is_told_and_still_counts() -> None:
    found = read(made.warning(("大雨特別警報", "33", "発表"), name="金澤市"), "VPWW55")
    assert [s.level for s in found.statements] == [S]
    assert "金澤市" in found.doubts[0]


# -- quakes


@pytest.mark.parametrize("intensity", ["1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"])
@pytest.mark.parametrize("kind", ["VXSE51", "VXSE53"])
def test_an_intensity_in_our_area(kind: str, intensity: str) -> None:
    (said,) = read(made.quake(("391", "石川県加賀", intensity)), kind).statements
    assert (said.hazard, said.area.code, said.intensity) == (Hazard.QUAKE, "391", intensity)


def test_the_city_itself_and_not_its_measuring_station_of_the_same_number() -> None:
    found = read(made.quake(("390", "石川県能登", "7"), city=("1720100", "金沢市", "4")), "VXSE53")
    assert [(s.area.code, s.intensity) for s in found.statements] == [("1720100", "4")]


@pytest.mark.parametrize(("code", "name"), [("361", "神奈川県西部"), ("390", "石川県能登"), ("170010", "加賀")])
def test_a_number_of_another_kind_of_area_is_another_place_in_a_quake(code: str, name: str) -> None:
    found = read(made.quake((code, name, "7")), "VXSE53")
    assert found.statements == ()
    assert not found.covers


@pytest.mark.parametrize(("code", "name"), [("391", "伊勢・三河湾"), ("360", "石川県能登")])
def test_a_number_of_another_kind_of_area_is_another_place_in_a_tsunami(code: str, name: str) -> None:
    assert not read(made.tsunami((code, name, "大津波警報", "52")), "VTSE41").covers


def test_where_a_quake_was_and_how_strong_says_nothing_of_what_was_felt() -> None:
    assert not read(made.quake(("391", "石川県加賀", "7")), "VXSE61").covers


def test_an_intensity_that_nobody_can_read_is_the_gravest() -> None:
    found = read(made.quake(("391", "石川県加賀", "８")), "VXSE53")
    assert [s.level for s in found.statements] == [Level.UNKNOWN]
    assert found.doubts


# -- tsunamis


@pytest.mark.parametrize(
    ("name", "code", "level"),
    [
        ("大津波警報", "52", S),
        ("大津波警報：発表", "53", S),
        ("津波警報", "51", W),
        ("津波注意報", "62", A),
        ("津波予報（若干の海面変動）", "71", N),
        ("津波なし", "00", N),
        ("警報解除", "50", N),
        ("津波注意報解除", "60", N),
        ("大津波警報の新しい名前", "99", S),
    ],
)
@pytest.mark.parametrize("kind", ["VTSE41", "VTSE51"])
def test_what_is_in_force_for_our_coast(kind: str, name: str, code: str, level: Level) -> None:
    found = read(made.tsunami(("361", "石川県加賀", name, code), ("391", "伊勢・三河湾", "大津波警報", "52")), kind)
    assert found.covers
    assert [s.level for s in found.statements] == ([] if level is N else [level])


# -- rivers


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("氾濫発生情報", S),
        ("レベル５氾濫特別警報", S),
        ("氾濫危険情報", D),
        ("レベル４氾濫危険警報", D),
        ("氾濫警戒情報", W),
        ("レベル３氾濫警報", W),
        ("氾濫注意情報", A),
        ("何か", Level.UNKNOWN),
    ],
)
def test_a_flood_of_our_river(name: str, level: Level) -> None:
    information = f"""<Information type="指定河川洪水予報（河川）"><Item><Kind><Name>{name}</Name><Code>30</Code></Kind>
<Areas codeType="水位周知河川"><Area><Name>犀川</Name><Code>8404060001</Code></Area></Areas></Item></Information>"""
    (said,) = read(made.report("", information=information, title="指定河川洪水予報"), "VXKO51").statements
    assert (said.hazard, said.level, said.area.name) == (Hazard.FLOOD, level, "犀川")


def test_a_flood_of_another_river_says_nothing() -> None:
    information = """<Information type="指定河川洪水予報（河川）"><Item><Kind><Name>氾濫発生情報</Name></Kind>
<Areas codeType="水位周知河川"><Area><Name>手取川</Name><Code>8404060009</Code></Area></Areas></Item></Information>"""
    assert not read(made.report("", information=information), "VXKO51").covers


# -- whatever else comes


@pytest.mark.parametrize("status", ["訓練", "試験"])
def test_a_drill_is_none_of_ours(status: str) -> None:
    assert not read(made.warning(("大雨特別警報", "33", "発表"), status=status), "VPWW55").is_real


def test_a_kind_that_nobody_knows_holds_where_its_headline_names_our_place() -> None:
    (said,) = read(made.report("", headline="金沢市では、直ちに避難してください"), "VZZZ99").statements
    assert said.level is Level.UNKNOWN
    assert not read(made.report("", headline="富山市では、直ちに避難してください"), "VZZZ99").covers


BROKEN = {
    "nothing": b"",
    "no XML": b"Not found",
    "half a file": made.quake(("391", "石川県加賀", "7"))[:900],
    "an entity": b'<!DOCTYPE Report [<!ENTITY a "aaaa">]><Report><Control>&a;</Control></Report>',
    "a page of a proxy": b"<html><body>502</body></html>",
    "no time": made.quake(("391", "石川県加賀", "7")).replace(b"+09:00</ReportDateTime>", b"</ReportDateTime>"),
    "an unknown encoding": b'<?xml version="1.0" encoding="x-nobody"?><Report/>',
    "too deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "too large": b"<Report>" + b" " * 10_000_000 + b"</Report>",
    "too many statements": made.quake(*(("391", "石川県加賀", f"{number}") for number in range(8, 1_000))),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "VXSE53")


@pytest.mark.parametrize("element", [b"<a/>", b'<a b=""/>', b"<a><b/></a>", b'<a b="" c="" d="" e=""/>'], ids=bytes.decode)
def test_elements_are_counted_while_they_are_read(element: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable, match="too many elements"):
        read(b"<Report>" + element * (9_999_900 // len(element)) + b"</Report>", "VXSE53")
    assert time.process_time() - began < 5


def test_prefectures_within_one_another_are_read_once() -> None:
    whole = made.quake(*[("391", "石川県加賀", "5+")] * 75_000)
    nested = whole.replace(b"<Observation>", b"<Observation>" + b"<Pref>" * 25)
    nested = nested.replace(b"</Observation>", b"</Pref>" * 25 + b"</Observation>")
    began = time.process_time()
    (said,) = read(nested, "VXSE53").statements
    assert said.intensity == "5+"
    assert time.process_time() - began < 10


_SEEDS = (
    made.quake(("391", "石川県加賀", "5+"), city=("1720100", "金沢市", "5-")),
    made.tsunami(("361", "石川県加賀", "津波警報", "51")),
    made.warning(("大雨特別警報", "33", "発表")),
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_bytes_end_otherwise_than_read_or_unreadable(data: st.DataObject) -> None:
    seed = bytearray(data.draw(st.sampled_from(_SEEDS)))
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, len(seed) - 1))
        cut = data.draw(st.integers(0, 40))
        seed[place : place + cut] = data.draw(st.binary(max_size=12))
    for kind in ("VXSE53", "VTSE41", "VPWW55", "VXKO51", "VZZZ99", ""):
        try:
            found = telegram.read(bytes(seed), kind, PLACES)
            for said in found.statements:
                assert said.area in PLACES.areas
        except Unreadable:
            pass
    with contextlib.suppress(Unreadable):
        feed.read(bytes(seed))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_neither_does_noise(data: bytes) -> None:
    for reading in (xml.parse, feed.read):
        with contextlib.suppress(Unreadable):
            reading(data)


# -- the feed


def test_only_what_may_concern_us_is_fetched() -> None:
    entries = feed.read(
        made.feed(
            [
                made.entry(f"{made.BASE}20261201030000_0_VPWW57_170000.xml"),
                made.entry(f"{made.BASE}20261201030000_0_VPWW57_160000.xml"),
                made.entry(f"{made.BASE}20261201030000_0_VXSE53_010000.xml"),
                made.entry(f"{made.BASE}20261201030000_0_VPFT50_170000.xml"),
                made.entry(f"{made.BASE}20261201030000_0_VZZZ99_170000.xml", headline="【石川県何々】"),
                made.entry(f"{made.BASE}20261201030000_0_VZZZ99_160000.xml", headline="【富山県何々】"),
            ]
        )
    )
    found = feed.wanted(entries, PLACES, made.NOON)
    assert sorted((e.kind, e.office) for e in found) == [("VPWW57", "170000"), ("VXSE53", "010000"), ("VZZZ99", "170000")]
    assert set(feed.strangers(entries)) == {"VZZZ99"}


def test_a_feed_of_a_thousand_unknown_kinds_tells_of_the_last_ones() -> None:
    names = [f"{made.BASE}20261201030000_0_VZ{chr(65 + n // 26)}{chr(65 + n % 26)}99_170000.xml" for n in range(300)]
    found = feed.strangers(feed.read(made.feed([made.entry(name) for name in names])))
    assert len(found) == 50
    assert "VZLN99" in found
