"""The list of what goes out counts and shows posts, whatever the number of their channels."""

from __future__ import annotations

from lxml import html

from bot.services.delivery import scheduling
from tests.office import Office
from tests.web.browser import Browser


def planned(officer: Browser) -> list[list[str]]:
    """The rows of the list of plans, cell by cell."""
    page = html.document_fromstring(officer.get("/deliveries/").text)
    (table,) = page.xpath("//table[caption[contains(., '配信の予定')]]")
    return [
        [" ".join(c.text_content().split()) for c in row.xpath("th|td[not(@class='pick')]")]
        for row in table.xpath(".//tbody/tr")
    ]


def test_a_post_on_three_channels_is_one_row(office: Office, officer: Browser) -> None:
    office.approved("a", title="三つに出る原稿（見本）", channels="x, instagram, facebook", extra="publish: 2026-12-02 12:15")
    office.approved(
        "b", title="一つに出る原稿（見本）", channels="x", extra="publish: 2026-12-03 12:15", body="違う文です（見本）。\n"
    )
    first, second = planned(officer)
    assert "三つに出る原稿（見本）" in first[0]
    for channel in ("X", "Instagram", "Facebook"):
        assert f"{channel} 配信予定" in first[1]
    assert first[2] == "12月2日（水） 12:15"
    assert "一つに出る原稿（見本）" in second[0]
    assert '予定 <span class="count">2件</span>' in officer.get("/deliveries/").text


def test_a_channel_that_was_moved_alone_shows_its_own_time(office: Office, officer: Browser) -> None:
    made = office.approved("a", channels="x, facebook", extra="publish: 2026-12-02 12:15")
    moved = made[0].due_at.replace(hour=4)
    scheduling.reschedule(office.ctx, office.officer, made[0].id, moved)
    ((_, channels, when, _),) = planned(officer)
    assert when == "配信先ごと"
    assert "12:15" in channels
    assert "13:15" in channels
