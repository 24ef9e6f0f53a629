"""The sample content: what it says is what its lists of figures and measures say."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import yaml
from PIL import Image, ImageChops, ImageStat

from bot.content.post import Post
from bot.render.plain import SOCIAL, Plain
from tests.media.pictures import LIBRARY, MEDIA, drawn

POSTS = {path.stem: LIBRARY.read(path) for path in LIBRARY.paths()}
every_post = pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)


def test_the_drawn_pictures_show_the_titles_and_figures_of_today() -> None:
    for name, data in drawn().items():
        wanted = Image.open(BytesIO(data)).convert("RGB")
        kept = Image.open(MEDIA / name).convert("RGB")
        assert kept.size == wanted.size, name
        assert max(ImageStat.Stat(ImageChops.difference(kept, wanted)).mean) < 0.5, f"python -m tests.media.pictures: {name}"


def test_every_picture_is_used_and_light() -> None:
    used = {picture.path.name for post in POSTS.values() for picture in post.files}
    assert used == {path.name for path in MEDIA.iterdir()}
    assert all(path.stat().st_size < 300_000 for path in MEDIA.iterdir())


@every_post
def test_a_picture_is_described_for_those_who_do_not_see_it(post: Post) -> None:
    for picture in post.pictures:
        assert 40 <= len(picture.alt) <= 120
        assert not picture.alt.startswith("画像")
        assert picture.credit


@every_post
def test_the_lead_is_short_and_the_body_is_a_column(post: Post) -> None:
    assert post.document.lead is not None
    assert 40 <= len(Plain(SOCIAL).line(post.document.lead.children)) <= 60
    assert 400 <= len(Plain(SOCIAL).blocks(post.document.blocks).replace("\n", "")) <= 800


@every_post
def test_every_figure_named_is_used_and_every_figure_used_is_named(post: Post) -> None:
    assert set(post.indicators) == set(re.findall(r"\{\{ indicator\.(\w+)\.", post.source.text))


@every_post
def test_the_measure_is_in_the_plan(post: Post) -> None:
    plan = yaml.safe_load((LIBRARY.root / "strategy" / "plan.yml").read_text(encoding="utf-8"))
    assert post.measure in plan
    assert plan[post.measure]["source"]


def test_a_rate_is_its_numerator_over_its_denominator() -> None:
    readings = [(i.key, r) for i in LIBRARY.indicators.values() for r in i.readings]
    rates = [(key, r) for key, r in readings if r.numerator is not None and r.denominator is not None]
    assert rates
    for key, rate in rates:
        assert rate.value is not None
        assert rate.numerator is not None
        assert rate.denominator is not None
        exponent = rate.value.as_tuple().exponent
        assert isinstance(exponent, int)
        assert round(100 * rate.numerator / rate.denominator, -exponent) == rate.value, key


def test_no_sample_person_is_named_or_can_be_written_to() -> None:
    for person in LIBRARY.people.values():
        assert "見本" in person.name
        assert not person.public
        assert all(email.endswith("@example.jp") for email in person.emails)
