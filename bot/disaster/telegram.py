"""One telegram: its envelope, and what it says of our places.

Neither EventID nor Serial orders them, for both may be empty: later is what is later by ReportDateTime, then by
Control/DateTime.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.content.places import Places
from bot.disaster import rivers, seismic, weather, xml
from bot.disaster.levels import Hazard, Level
from bot.disaster.statement import Said, Statement
from bot.disaster.xml import Unreadable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NORMAL, TRAINING = "通常", ("訓練", "試験")
ISSUED, CANCELLED = "発表", "取消"
YEARS = range(1990, 2200)  # what no database and no other zone stumbles over
_MOST_TEXT, _MOST_NAME = 2_000, 100
_MOST_SAID = 500  # of our few places; a storm of all hazards says thirty things of each
_READERS = {
    **dict.fromkeys((*weather.KINDS,), weather.read),
    **dict.fromkeys(seismic.QUAKES, seismic.quake),
    **dict.fromkeys(seismic.TSUNAMIS, seismic.tsunami),
}


@dataclass(frozen=True, kw_only=True)
class Telegram:
    """`kind` is the agency's name (VXSE53), "" where nobody knows it; `status` 通常, 訓練 or 試験; `info` 発表, 訂正, 遅延 or
    取消. `series` is what it supersedes: telegrams of one series are states of one thing. `covers` says whether it speaks of
    our places at all: one that does not changes nothing."""

    kind: str
    title: str
    office: str
    status: str
    info: str
    reported: datetime
    control: datetime
    event: str
    headline: str
    digest: str
    series: str
    covers: bool
    statements: tuple[Statement, ...] = ()
    doubts: tuple[str, ...] = ()
    address: str = ""

    @property
    def is_real(self) -> bool:
        """A drill is shown and does nothing. A status that nobody knows is no drill."""
        return self.status not in TRAINING

    @property
    def order(self) -> tuple[datetime, datetime]:
        return self.reported, self.control


def read(data: bytes, kind: str, places: Places) -> Telegram:
    """The telegram of this kind ("" for one that is not known), as far as it concerns `places`. Raises Unreadable, for
    whatever bytes."""
    root = xml.parse(data)
    control, head = xml.child(root, "Control"), xml.child(root, "Head")
    if control is None or head is None:
        raise Unreadable("neither Control nor Head")
    info = xml.text(head, "InfoType")
    event = xml.text(head, "EventID")[:64]
    said = Said() if info == CANCELLED else _said(kind, root, places)
    statements, doubts = tuple(dict.fromkeys(said.statements)), tuple(dict.fromkeys(said.doubts))
    if len(statements) + len(doubts) > _MOST_SAID:
        raise Unreadable(f"{len(statements)} statements, {len(doubts)} doubts")
    return Telegram(
        kind=kind,
        title=xml.text(control, "Title")[:_MOST_TEXT],
        office=xml.text(control, "PublishingOffice")[:100],
        status=xml.text(control, "Status"),
        info=info,
        reported=_moment(xml.text(head, "ReportDateTime")),
        control=_moment(xml.text(control, "DateTime")),
        event=event,
        headline=xml.text(head, "Headline", "Text")[:_MOST_TEXT],
        digest=sha256(data).hexdigest(),
        series=_series(kind, event, xml.text(control, "EditorialOffice")),
        covers=said.covers or info == CANCELLED,
        statements=statements,
        doubts=doubts,
    )


def unread(kind: str, title: str, headline: str, office: str, places: Places, reported: datetime, address: str) -> Telegram:
    """What stands for a telegram that nobody can read, or of a kind that nobody knows: it holds where its headline names our
    place."""
    said = _unknown(headline, places)
    return Telegram(
        kind=kind,
        title=title[:_MOST_TEXT],
        office=office[:100],
        status=NORMAL,
        info=ISSUED,
        reported=reported,
        control=reported,
        event="",
        headline=headline[:_MOST_TEXT],
        digest=sha256(address.encode()).hexdigest(),
        # The next one of a state that can be read speaks for this one, too.
        series=kind if kind in weather.KINDS else "tsunami" if kind in seismic.TSUNAMIS else f"unread:{address}",
        covers=said.covers,
        statements=said.statements,
    )


def _said(kind: str, root: Element, places: Places) -> Said:
    if kind in seismic.WITHOUT_PLACES:
        return Said()
    if kind.startswith(rivers.FAMILY):
        return rivers.read(kind, root, places)
    reader = _READERS.get(kind)
    if reader is None:
        return _unknown(xml.text(root, "Head", "Headline", "Text") + xml.text(root, "Head", "Title"), places)
    return reader(kind, root, places)


def _unknown(headline: str, places: Places) -> Said:
    named = next((area for area in places.areas if area.name in headline), None)
    if named is None and places.prefecture not in headline:
        return Said()
    statement = Statement(area=named or places.areas[0], hazard=Hazard.UNKNOWN, level=Level.UNKNOWN, name=headline[:_MOST_NAME])
    return Said(covers=True, statements=(statement,))


def _series(kind: str, event: str, office: str) -> str:
    if kind in seismic.QUAKES:
        return f"{kind}:{event}"
    if kind in seismic.TSUNAMIS:
        return "tsunami"  # each speaks of the whole coast
    if kind.startswith(rivers.FAMILY):
        return f"river:{event or office}"
    return kind


def _moment(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Unreadable(f"time {said[:40]!r}") from None
    if moment.tzinfo is None or moment.year not in YEARS:
        raise Unreadable("a time without a zone, or of another age")
    return moment
