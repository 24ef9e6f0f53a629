"""The page on which an officer decides about a thread of which only a part is out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.models import Delivery
from bot.store.threads import ThreadDecision
from tests.office import TUESDAY, Office
from tests.web.browser import Browser, signed_in

NOON = TUESDAY.replace(hour=12, minute=15)
LONG = "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(24)) + "\n"


@pytest.fixture
def half(office: Office) -> Delivery:
    """Two of five stand; the third was refused."""
    first, *later = office.approved(channels="x", extra="slot: lunch\nx: {thread: true}", body=LONG)
    assert len(later) > 2
    office.at(NOON)
    Delivery.objects.filter(part__gt=1).update(state="cancelled", problem="前の投稿が出なかったため")
    office.runner().beat()
    office.at(NOON + timedelta(minutes=5))
    return first


def test_the_page_shows_what_stands_and_an_officer_goes_on(office: Office, officer: Browser, half: Delivery) -> None:
    page = officer.get("/deliveries/").text
    assert "件のうち2件）" in page
    done = officer.post(f"/threads/{half.id}/decide/", "/deliveries/", way="go_on", at="")
    assert "件のうち2件）" not in done.text
    office.runner().beat()
    assert {d.state for d in office.deliveries()} == {"published"}


def test_a_take_down_is_begun_by_one_and_signed_by_another(
    office: Office, officer: Browser, half: Delivery, web_site: str
) -> None:
    begun = officer.post(f"/threads/{half.id}/decide/", "/deliveries/", way="take_down", reason="誤解されるため")
    assert "削除している投稿" in begun.text
    assert "署名を待っています" in begun.text
    office.runner().remove()
    assert all(post["deleted"] for post in office.sandbox.posts("x"))
    (decision,) = ThreadDecision.objects.all()
    own = officer.post(f"/take-downs/{decision.id}/sign/", "/deliveries/")
    assert "決めた本人のため署名できません" in own.text
    ThreadDecision.objects.update(actor="another")
    officer.post(f"/take-downs/{decision.id}/sign/", "/deliveries/")
    decision.refresh_from_db()
    assert decision.signed_by == "kouhou"


def test_a_leader_sees_it_and_decides_nothing(office: Office, people: None, half: Delivery, web_site: str) -> None:
    leader = signed_in(web_site, "shimin-leader")
    page = leader.get("/deliveries/").text
    assert "件のうち2件）" in page
    assert 'name="way"' not in page
    refused = leader.post(f"/threads/{half.id}/decide/", "/tokens/", way="leave", reason="理由")
    assert refused.status_code == 403
