"""A chart in a post: drawn once, at handing in; compared by its readings from then on, wherever that is."""

from __future__ import annotations

import sys
from io import BytesIO

import pytest
from PIL import Image

from bot.errors import ContentError, MediaError
from bot.media import charts as drawn
from bot.render.comparison import compare
from bot.render.variant import Media, read_bundle
from bot.services.approval import compare as comparing
from bot.services.approval.submit import submit
from bot.services.delivery import stale
from bot.services.files import freshness
from bot.store.models import Blob, Submission
from tests.office import Office

CHART = "cards: {title: 取得率, look: bars, rows: [{indicator: card, label: 金沢市}, {indicator: nation, label: 全国}]}\n"
FIGURES = """
card: {{name: 取得率, unit: "%", rate: {ours}, date: 2022-12-05, source: 提言}}
nation: {{name: 全国の取得率, unit: "%", rate: 51.1, date: 2022-12-05, source: 提言}}
"""


def measured(office: Office, ours: str) -> None:
    (office.folder / "strategy" / "indicators.yml").write_text(FIGURES.format(ours=ours), encoding="utf-8")


@pytest.fixture
def city(office: Office) -> Office:
    measured(office, "46.5")
    (office.folder / "strategy" / "charts.yml").write_text(CHART, encoding="utf-8")
    return office


def post(city: Office, **given: str) -> Submission:
    return city.submit(city.post(images="{chart: cards}", **given))


def picture(submission: Submission) -> Media:
    variant = read_bundle(submission.bundle).variant("x")
    assert variant is not None
    return variant.media[0]


def lose_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    drawn.forget()


def test_a_chart_is_kept_as_a_picture_with_what_it_says(city: Office) -> None:
    media = picture(post(city))
    assert "金沢市 46.5%、全国 51.1%（2022年12月5日）" in media.alt
    image = Image.open(BytesIO(Blob.objects.get(sha256=media.sha256).data))
    assert (image.format, image.size) == ("JPEG", (1080, 1080))
    assert media.rule


def test_a_changed_reading_voids_the_approval_and_changes_picture_and_words(city: Office) -> None:
    first = post(city)
    city.approve(first)
    measured(city, "46.6")
    stale.sweep(city.ctx)
    first.refresh_from_db()
    assert first.state == "stale"
    assert {d.state for d in city.deliveries()} == {"cancelled"}
    second = post(city)
    old, new = picture(first), picture(second)
    assert old.sha256 != new.sha256
    (change,) = [c for c in compare(read_bundle(first.bundle), read_bundle(second.bundle)).channels if c.channel == "x"]
    assert [(p.old, p.new) for p in change.pictures] == [(old, new)]
    assert [p.text for p in change.pictures[0].alt if p.kind == "added"] == ["46.6%"]
    assert "46.6%" in new.alt


def test_another_figure_and_another_chart_leave_the_approval_standing(city: Office) -> None:
    first = post(city)
    city.approve(first)
    more = FIGURES.format(ours="46.5") + "other: {name: 別, unit: 台, value: 4, date: 2022-12-05, source: 提言}\n"
    (city.folder / "strategy" / "indicators.yml").write_text(more, encoding="utf-8")
    (city.folder / "strategy" / "charts.yml").write_text(CHART + "more: {title: 別, look: title}\n", encoding="utf-8")
    stale.sweep(city.ctx)
    first.refresh_from_db()
    assert first.state == "approved"


def test_a_publisher_without_the_extra_compares_and_sends(city: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = post(city)
    city.approve(first)
    lose_the_extra(monkeypatch)
    # So that the files are read, and not their hashes alone.
    (city.folder / "strategy" / "charts.yml").write_text(f"# 図\n{CHART}", encoding="utf-8")
    freshness.require_fresh(city.ctx, freshness.origin(first))
    city.publish_all()
    assert set(city.states().values()) == {"published"}


def test_it_sees_a_changed_reading_too(city: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = post(city)
    city.approve(first)
    lose_the_extra(monkeypatch)
    measured(city, "46.6")
    changes = comparing.meanwhile(city.ctx, first).changes
    assert changes is not None
    assert changes.channels
    stale.sweep(city.ctx)
    first.refresh_from_db()
    assert first.state == "stale"


def test_handing_in_where_nothing_can_draw_says_what_is_missing_and_where(
    city: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_extra(monkeypatch)
    with pytest.raises(MediaError) as refused:
        post(city)
    assert "vl-convert-python" in refused.value.summary
    assert refused.value.place.line == 8
    assert not Submission.objects.exists()


def test_the_same_post_drawn_by_another_machine_is_the_same_submission(city: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = post(city)
    buffer = BytesIO()
    Image.new("RGB", (1080, 1080), "orange").save(buffer, "PNG")
    monkeypatch.setattr(drawn, "png", lambda chart: buffer.getvalue())
    assert submit(city.ctx, city.author, city.folder / "posts" / "madoguchi.md").id == first.id
    # Another text is another submission, of the same picture.
    second = post(city, body="別の文にしました（見本）。\n")
    assert second.id != first.id
    assert picture(second) == picture(first)
    assert set(second.blobs.values_list("sha256", flat=True)) == set(first.blobs.values_list("sha256", flat=True))


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ("{chart: card}", "「images.chart」の値「card」は使えません"),
        ("{chart: cards, alt: 図}", "図に「alt」は書けません"),
        ("{chart: cards, file: red.png}", "図に「file」は書けません"),
    ],
)
def test_a_chart_that_is_none_is_refused_with_a_sentence(city: Office, images: str, said: str) -> None:
    with pytest.raises(ContentError) as refused:
        city.submit(city.post(images=images))
    assert said in refused.value.summary
