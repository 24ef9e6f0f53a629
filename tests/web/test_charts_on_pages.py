"""What people see of a chart: both pictures where a reading changed, and the charts to choose from while writing."""

from __future__ import annotations

import re

import pytest

from bot.content import post_form
from bot.services.handing_in import drafts
from bot.store.models import Submission
from tests.office import Office
from tests.services.test_charts_in_posts import CHART, measured, picture, post
from tests.web.browser import Browser


@pytest.fixture
def city(office: Office) -> Office:
    measured(office, "46.5")
    (office.folder / "strategy" / "charts.yml").write_text(CHART, encoding="utf-8")
    return office


def shown(page: str) -> list[str]:
    """The addresses of the pictures in the differences."""
    return re.findall(r'<figcaption>[^<]*</figcaption><img src="([^"]+)"', page)


def test_the_review_shows_the_chart_before_and_after_a_changed_reading(city: Office, officer: Browser) -> None:
    first = post(city)
    officer.get(f"/submissions/{first.id}/")
    measured(city, "46.6")
    second = post(city)
    page = officer.get(f"/submissions/{second.id}/").text
    assert "画像が変わりました" in page
    old, new = shown(page)[:2]  # of X, Instagram and Facebook; the paper has its own
    assert (old.rpartition("/")[2].removesuffix(".jpg"), new.rpartition("/")[2].removesuffix(".jpg")) == (
        picture(first).sha256,
        picture(second).sha256,
    )
    assert [officer.get(address).status_code for address in (old, new)] == [200, 200]


def test_who_approves_what_is_no_longer_true_sees_the_old_chart_and_why(city: Office, officer: Browser) -> None:
    first = post(city)
    officer.get(f"/submissions/{first.id}/")
    measured(city, "46.6")
    refused = officer.post(f"/submissions/{first.id}/approve/", f"/submissions/{first.id}/", digest=first.digest)
    assert refused.status_code == 409
    (old,) = set(shown(refused.text))
    assert old.rpartition("/")[2].removesuffix(".jpg") == picture(first).sha256
    assert 'src=""' not in refused.text
    assert Submission.objects.get().state == "stale"


def test_a_chart_is_chosen_while_writing_once_and_taken_out_again(city: Office, leader: Browser) -> None:
    draft = drafts.begin(city.ctx, city.author)
    address = f"/write/{draft.id}/"
    page = leader.get(address).text
    assert "取得率（横に比べる棒）" in page
    (drawn,) = re.findall(r'<img src="(/write/charts/[^"]+)"', page)
    assert "46.5%" in leader.get(drawn).text
    assert leader.get("/write/charts/other.svg").status_code == 404

    def ask(wish: str) -> list[post_form.Shot]:
        kept = drafts.find(city.author, draft.id)
        leader.post(address, address, do=wish, chart="cards", revision=str(kept.revision))
        return list(post_form.form_of(drafts.find(city.author, draft.id).form).pictures)

    assert [s.chart for s in ask("chart")] == ["cards"]
    assert [s.chart for s in ask("chart")] == ["cards"]
    text = post_form.compose(post_form.form_of(drafts.find(city.author, draft.id).form))
    assert "images:\n- chart: cards\n" in text
    assert "図「cards」" in leader.get(address).text
    assert ask("remove:cards") == []
