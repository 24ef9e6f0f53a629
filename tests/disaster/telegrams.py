"""Telegrams and feeds in the agency's form, made anew for the tests: the layout is that of its published samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from bot.content.places import AreaKind, Places, TelegramArea

JST = timezone(timedelta(hours=9))
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=JST)
PLACES = Places(
    office="170000",
    prefecture="石川県",
    areas=(
        TelegramArea(kind=AreaKind.CITY, code="1720100", name="金沢市"),
        TelegramArea(kind=AreaKind.QUAKE, code="391", name="石川県加賀"),
        TelegramArea(kind=AreaKind.TSUNAMI, code="361", name="石川県加賀"),
        TelegramArea(kind=AreaKind.WEATHER, code="170010", name="加賀"),
        TelegramArea(kind=AreaKind.RIVER, code="8404060001", name="犀川"),
    ),
)
BASE = "https://www.data.jma.go.jp/developer/xml/data/"


def report(
    body: str,
    *,
    title: str = "気象警報・注意報",
    headline: str = "",
    information: str = "",
    at: datetime = NOON,
    control: datetime | None = None,
    status: str = "通常",
    info: str = "発表",
    event: str = "",
    office: str = "金沢地方気象台",
    body_name: str = "meteorology1",
) -> bytes:
    """A whole telegram round a body."""
    moment = (control or at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>{title}</Title><DateTime>{moment}</DateTime><Status>{status}</Status>
<EditorialOffice>{office}</EditorialOffice><PublishingOffice>{office}</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>{title}</Title>
<ReportDateTime>{at.astimezone(JST).isoformat()}</ReportDateTime><TargetDateTime>{at.isoformat()}</TargetDateTime>
<EventID>{event}</EventID><InfoType>{info}</InfoType><Serial></Serial><InfoKind>{title}</InfoKind>
<Headline><Text>{headline}</Text>{information}</Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/{body_name}/">{body}</Body></Report>""".encode()


def warning(
    *kinds: tuple[str, str, str], code: str = "1720100", name: str = "金沢市", section: str = "市町村等", **more: object
) -> bytes:
    """A telegram of warnings; each of `kinds` is (name, code, status)."""
    told = "".join(f"<Kind><Name>{n}</Name>{f'<Code>{c}</Code>' if c else ''}<Status>{s}</Status></Kind>" for n, c, s in kinds)
    body = f"""<Warning type="気象警報・注意報（府県予報区等）">
<Item>{told}<Area><Name>石川県</Name><Code>170000</Code></Area></Item>
</Warning>
<Warning type="気象警報・注意報（{section}）"><Item>{told}<Area><Name>{name}</Name><Code>{code}</Code></Area></Item>
<Item><Kind><Name>大雪特別警報</Name><Code>36</Code><Status>発表</Status></Kind>
<Area><Name>輪島市</Name><Code>1720400</Code></Area></Item></Warning>"""
    return report(body, **more)  # type: ignore[arg-type]


def nothing(**more: object) -> bytes:
    """A telegram that says that nothing is in force here."""
    return warning(("発表警報・注意報はなし", "", "発表警報・注意報はなし"), **more)


def quake(
    *felt: tuple[str, str, str], city: tuple[str, str, str] | None = None, event: str = "20261201115900", **more: object
) -> bytes:
    """Each of `felt` is (area's code, its name, intensity), `city` the same for one in the first of them."""
    stations = "".join(
        f"<City><Name>{c[1]}</Name><Code>{c[0]}</Code><MaxInt>{c[2]}</MaxInt>"
        f"<IntensityStation><Name>金沢市西念</Name><Code>1720100</Code><Int>7</Int></IntensityStation></City>"
        for c in ([city] if city else [])
    )
    areas = "".join(
        f"<Area><Name>{name}</Name><Code>{code}</Code><MaxInt>{told}</MaxInt>{stations if place == 0 else ''}</Area>"
        for place, (code, name, told) in enumerate(felt)
    )
    body = f"""<Earthquake><Hypocenter><Area><Name>能登半島沖</Name><Code type="震央地名">391</Code></Area>
</Hypocenter></Earthquake>
<Intensity><Observation><CodeDefine/><MaxInt>7</MaxInt><Pref><Name>石川県</Name><Code>17</Code>{areas}</Pref></Observation></Intensity>"""
    given = {"title": "震源・震度情報", "office": "気象庁", "body_name": "seismology1", "event": event} | more
    return report(body, **given)  # type: ignore[arg-type]


def tsunami(*coasts: tuple[str, str, str, str], event: str = "20261201115900", **more: object) -> bytes:
    """Each of `coasts` is (area's code, its name, kind's name, kind's code)."""
    items = "".join(
        f"<Item><Area><Name>{name}</Name><Code>{code}</Code></Area><Category><Kind><Name>{kind}</Name><Code>{number}</Code></Kind>"
        f"<LastKind><Name>津波なし</Name><Code>00</Code></LastKind></Category></Item>"
        for code, name, kind, number in coasts
    )
    given = {"title": "津波警報・注意報・予報a", "office": "気象庁", "body_name": "seismology1", "event": event} | more
    return report(f"<Tsunami><Forecast>{items}</Forecast></Tsunami>", **given)  # type: ignore[arg-type]


def cancelled(**more: object) -> bytes:
    return report("<Text>先ほどの電文を取り消します。</Text>", **({"info": "取消"} | more))  # type: ignore[arg-type]


def entry(address: str, *, title: str = "電文", headline: str = "", at: datetime = NOON, author: str = "金沢地方気象台") -> str:
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"""<entry><title>{title}</title><id>{address}</id><updated>{when}</updated><author><name>{author}</name></author>
<link type="application/xml" href="{address}"/><content type="text">{headline}</content></entry>"""


def feed(entries: Iterable[str] | Sequence[str], at: datetime = NOON) -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" lang="ja"><title>高頻度（地震火山）</title>
<updated>{at.isoformat()}</updated><id>https://example.invalid/feed</id>{"".join(entries)}</feed>""".encode()
