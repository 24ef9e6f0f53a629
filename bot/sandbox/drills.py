"""Telegrams for practice, in the agency's form: a quake, a tsunami, a warning, and their lifting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from html import escape

_JST = timezone(timedelta(hours=9))
INTENSITIES = ("1", "2", "3", "4", "5-", "5+", "6-", "6+", "7")
TSUNAMIS = {
    "advisory": ("津波注意報", "62"),
    "warning": ("津波警報", "51"),
    "major": ("大津波警報", "52"),
    "lifted": ("警報解除", "50"),
}
# Kind of telegram, code and name, as the agency has them since 2026-05-29.
WARNINGS: Mapping[str, tuple[str, str, str]] = {
    "rain-special": ("VPWW55", "33", "レベル５大雨特別警報"),
    "rain-danger": ("VPWW55", "43", "レベル４大雨危険警報"),
    "rain-warning": ("VPWW55", "03", "レベル３大雨警報"),
    "landslide-danger": ("VPWW56", "49", "レベル４土砂災害危険警報"),
    "storm-warning": ("VPWW58", "05", "暴風警報"),
    "snow-warning": ("VPWW60", "06", "大雪警報"),
}


@dataclass(frozen=True, kw_only=True)
class Drill:
    """What is sent: `xml` is the telegram, the rest stands in the feed."""

    kind: str
    title: str
    headline: str
    author: str
    office: str
    xml: str


def quake(code: str, area: str, intensity: str, at: datetime) -> Drill:
    """震度 `intensity` (5+) in the area of this number."""
    headline = f"{at.astimezone(_JST):%H時%M分}ころ、地震がありました。"
    body = (
        "<Intensity><Observation><CodeDefine/><MaxInt>7</MaxInt><Pref><Name>石川県</Name><Code>17</Code>"
        f"<Area><Name>{escape(area)}</Name><Code>{code}</Code><MaxInt>{intensity}</MaxInt></Area></Pref></Observation></Intensity>"
    )
    return _drill("VXSE53", "震源・震度に関する情報", headline, "気象庁", "010000", body, "seismology1", at)


def tsunami(code: str, area: str, level: str, at: datetime) -> Drill:
    name, number = TSUNAMIS[level]
    headline = "警報を解除しました。" if level == "lifted" else f"{name}を発表しました。ただちに避難してください。"
    body = (
        f"<Tsunami><Forecast><Item><Area><Name>{escape(area)}</Name><Code>{code}</Code></Area><Category>"
        f"<Kind><Name>{name}</Name><Code>{number}</Code></Kind></Category></Item></Forecast></Tsunami>"
    )
    return _drill("VTSE41", "津波警報・注意報・予報a", headline, "気象庁", "010000", body, "seismology1", at)


def warning(code: str, city: str, office: str, which: str, at: datetime, *, lifted: bool = False) -> Drill:
    kind, number, name = WARNINGS[which]
    told = f"<Kind><Name>{name}</Name><Code>{number}</Code><Status>{'解除' if lifted else '発表'}</Status></Kind>"
    item = f"<Item>{told}<Area><Name>{escape(city)}</Name><Code>{code}</Code></Area></Item>"
    body = f'<Warning type="気象警報・注意報（市町村等）">{item}</Warning>'
    headline = f"{name}を{'解除' if lifted else '発表'}しました。"
    return _drill(kind, "気象警報・注意報（Ｒ０６）", headline, "地方気象台", office, body, "meteorology1", at)


def _drill(kind: str, title: str, headline: str, author: str, office: str, body: str, family: str, at: datetime) -> Drill:
    xml = f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>{title}</Title>
<DateTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</DateTime><Status>通常</Status><EditorialOffice>{author}</EditorialOffice>
<PublishingOffice>{author}</PublishingOffice></Control><Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/">
<Title>{title}</Title><ReportDateTime>{at.astimezone(_JST).isoformat(timespec="seconds")}</ReportDateTime>
<EventID>{at.astimezone(_JST):%Y%m%d%H%M%S}</EventID><InfoType>発表</InfoType><Serial>1</Serial>
<Headline><Text>{headline}</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/{family}/">{body}</Body></Report>"""
    return Drill(kind=kind, title=title, headline=headline, author=author, office=office, xml=xml)
