"""The Atom feeds, and which of their telegrams to fetch: addresses end in kind and office, so most need not be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.content.places import Places
from bot.disaster import rivers, seismic, weather, xml
from bot.disaster.levels import BASE_KIND
from bot.disaster.telegram import YEARS
from bot.disaster.xml import Unreadable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FEEDS = ("eqvol", "extra")
KEEP = timedelta(minutes=10)  # what the short feeds hold
_ADDRESS = re.compile(r"_(?P<kind>[A-Z]{4}\d{2})_(?P<office>\d{6})\.xml$")
_SAMPLE = re.compile(r"_(?P<kind>[A-Z]{4}\d{2})\.xml$")  # the agency's own samples name no office
_MOST_ENTRIES, _MOST_STRANGERS = 20_000, 50
# Kinds that say nothing of a danger here: forecasts, advice, volcanoes, the sea. Who wants one to hold takes it from this list.
UNHEEDED = frozenset({
    "VFVO50", "VFVO51", "VFVO52", "VFVO53", "VFVO54", "VFVO55", "VFVO56", "VFVO60", "VZVO40",
    "VPFT50", "VPFD51", "VPFG50", "VPFW50", "VPCW50", "VPZI50", "VPCI50", "VPFI50", "VPKI50",
    "VPZJ50", "VPZJ51", "VPCJ50", "VPCJ51", "VPFJ50", "VPFJ51", "VPTA50", "VPTI50", "VPTI51", "VPTI52",
    "VPTW60", "VPTW61", "VPTW62", "VPTW63", "VPTW64", "VPTW65", "VPCY51", "VPZS50", "VPHW50", "VPHW51",
    "VPOA50", "VPNO50", "VPCU51", "VPZU50", "VPZU51", "VPZU52", "VPZU53", "VPZU54", "VPFU50", "VPSP50",
    "VXSE42", "VXSE43", "VXSE44", "VXSE45", "VXSE56", "VXSE60", "VXSE62", "VTSE52", "VYSE50", "VYSE51", "VYSE52", "VYSE60",
    "VZSA50", "VZSA60", "VZSF50", "VZSF51", "VZSF60", "VZSF61", "VMCJ50", "VMCJ51", "VMCJ52", "VPAW51",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A telegram as the feed announces it. `kind` and `office` are "" where its address does not say them."""

    address: str
    title: str
    updated: datetime
    author: str
    headline: str
    kind: str
    office: str


def read(data: bytes) -> list[Entry]:
    """The entries, oldest first. One that cannot be read ends the reading: what it announces would be lost in silence. Raises
    Unreadable, for whatever bytes."""
    root = xml.parse(data)
    if xml.name_of(root) != "feed":
        raise Unreadable("no feed")
    entries = [_entry(element) for element in xml.children(root, "entry")]
    if len(entries) > _MOST_ENTRIES:
        raise Unreadable(f"{len(entries)} entries")
    return sorted(entries, key=lambda entry: (entry.updated, entry.address))


def _entry(element: Element) -> Entry:
    link = xml.child(element, "link")
    address = ((link.get("href") or "") if link is not None else "").strip() or xml.text(element, "id")
    try:
        updated = datetime.fromisoformat(xml.text(element, "updated"))
    except ValueError:
        raise Unreadable("an entry without a time") from None
    if not address or updated.tzinfo is None or updated.year not in YEARS:
        raise Unreadable("an entry without an address or a zone")
    named = _ADDRESS.search(address) or _SAMPLE.search(address)
    told = named.groupdict() if named else {}
    return Entry(
        address=address[:500],
        title=xml.text(element, "title")[:200],
        updated=updated,
        author=xml.text(element, "author", "name")[:100],
        headline=xml.text(element, "content")[:2000],
        kind=told.get("kind", ""),
        office=told.get("office", ""),
    )


def is_known(kind: str) -> bool:
    return kind in (*weather.KINDS, *seismic.QUAKES, *seismic.TSUNAMIS, *seismic.WITHOUT_PLACES) or kind.startswith(
        rivers.FAMILY
    )


def wanted(entries: Iterable[Entry], places: Places, since: datetime) -> list[Entry]:
    """Those that may concern us: weather of our office, quakes and tsunamis since `since`, rivers, and kinds that nobody knows
    and whose headline names our place."""
    return [entry for entry in entries if _is_wanted(entry, places, since)]


def _is_wanted(entry: Entry, places: Places, since: datetime) -> bool:
    if entry.kind in UNHEEDED or entry.kind in seismic.WITHOUT_PLACES:
        return False
    if entry.kind == BASE_KIND:
        return False  # the whole country's, every ten minutes, and nothing that the telegrams of our office do not say
    if entry.kind in weather.KINDS:
        return entry.office in ("", places.office)
    if entry.updated < since:
        return False
    if is_known(entry.kind):
        return not entry.kind.startswith(rivers.FAMILY) or names_us(entry, places)
    return names_us(entry, places)


def names_us(entry: Entry, places: Places) -> bool:
    """By the office in its address, else by what its headline says."""
    if entry.office and entry.office == places.office:
        return True
    return any(name in entry.headline or name in entry.title for name in places.names)


def strangers(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Of each kind that nobody knows, the last entry, by kind or title; of very many kinds the last ones, for each is told."""
    unknown = {e.kind or e.title: e for e in entries if not is_known(e.kind) and e.kind not in UNHEEDED}
    return dict(list(unknown.items())[-_MOST_STRANGERS:])
