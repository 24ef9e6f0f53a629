"""What did not go out and is handed in again unchanged is planned again, and says for when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.services.approval.submit import AlreadyPublished
from bot.services.delivery import replanning, scheduling
from bot.store.models import Delivery
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
LONG = "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(24)) + "\n"
THREAD = {"channels": "x", "extra": "slot: lunch\nx: {thread: true}", "body": LONG}


@pytest.mark.parametrize("ended", ["missed", "failed"])
def test_a_post_that_did_not_go_out_gets_the_next_free_time(office: Office, ended: str) -> None:
    (made,) = office.approved(channels="x")
    if ended == "missed":
        office.at(NOON + timedelta(hours=2))
    else:
        office.sandbox.fault("x", "403")
        office.at(NOON)
    office.runner().beat()
    assert office.states() == {"x": ended}
    again = office.submit(office.post(channels="x"))
    assert again.id == made.submission_id
    assert replanning.plan_of(office.ctx, again) == "X 12月2日（水） 12:15"
    office.publish_all()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_a_whole_thread_is_planned_again(office: Office) -> None:
    office.approved(**THREAD)
    office.at(NOON + timedelta(hours=2))
    office.runner().beat()
    assert {d.state for d in office.deliveries()} == {"missed"}
    office.submit(office.post(**THREAD))
    office.publish_all()
    assert {d.state for d in office.deliveries()} == {"published"}


def test_what_a_person_cancelled_stays_cancelled(office: Office) -> None:
    (made,) = office.approved(channels="x")
    scheduling.cancel(office.ctx, office.officer, made.id)
    again = office.submit(office.post(channels="x"))
    assert replanning.plan_of(office.ctx, again) == ""
    assert office.states() == {"x": "cancelled"}


def test_half_a_thread_is_no_matter_of_handing_in(office: Office) -> None:
    office.approved(**THREAD)
    Delivery.objects.filter(part__gt=1).update(state="cancelled")
    office.at(NOON)
    office.runner().beat()
    with pytest.raises(AlreadyPublished) as refused:
        office.submit(office.post(**THREAD))
    assert "件のうち2件" in refused.value.summary
