"""An upgrade took a channel away: what was to go there is held and told, nothing crashes, and the rest goes on."""

from __future__ import annotations

import pytest

from bot import registry
from bot.errors import NotAllowed
from bot.services.people.accounts import set_up_user
from bot.services.records.context import context
from bot.store.models import AuditEntry, Delivery, Submission
from bot.workflow.actors import Role
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import Event
from tests.office import Office
from tests.web.browser import PASSWORD, signed_in
from tests.web.site import work_on

Patch = pytest.MonkeyPatch
PAGES = (
    *("/queue/", "/submissions/{number}/", "/submissions/{number}/sheet/", "/calendar/", "/deliveries/", "/held/", "/history/"),
    *("/history/{number}/", "/stop/", "/blackouts/", "/issues/", "/write/"),
)


def without_facebook(office: Office, monkeypatch: Patch) -> None:
    """The next process starts from a version that has no such folder."""
    left = {key: module for key, module in registry._modules().items() if key != "facebook"}
    monkeypatch.setattr(registry, "_modules", lambda: left)
    office.ctx = context(office.ctx.config, office.ctx.clock)


def test_an_approval_for_a_channel_that_is_gone_is_refused_with_what_to_do(office: Office, monkeypatch: Patch) -> None:
    submission = office.submit(office.post())
    without_facebook(office, monkeypatch)
    with pytest.raises(NotAllowed) as refused:
        office.approve(submission)
    assert "facebook" in refused.value.summary
    assert "channels:" in refused.value.next_step
    assert Submission.objects.get().state == "submitted"
    assert not Delivery.objects.exists()


def test_what_was_approved_for_it_is_held_and_told_and_the_others_go_out(office: Office, monkeypatch: Patch) -> None:
    office.approved()
    without_facebook(office, monkeypatch)
    office.publish_all()
    states = dict(Delivery.objects.values_list("channel", "state"))
    assert states["x"] == states["instagram"] == DeliveryState.PUBLISHED
    row = Delivery.objects.get(channel="facebook")
    assert row.state == DeliveryState.HELD
    assert "facebook" in row.problem
    assert AuditEntry.objects.filter(verb=Event.HOLD, object=f"delivery:{row.id}").exists()


@pytest.mark.parametrize("approved", [True, False])
def test_every_page_stands(office: Office, web_site: str, monkeypatch: Patch, approved: bool) -> None:
    submission = office.submit(office.post())
    if approved:
        office.approve(submission)
    set_up_user(office.ctx, "kouhou", Role.OFFICER, PASSWORD)
    without_facebook(office, monkeypatch)
    work_on(office.ctx, monkeypatch)
    officer = signed_in(web_site, "kouhou")
    for page in PAGES:
        answer = officer.get(page.format(number=submission.id))
        assert (answer.status_code, answer.url) == (200, web_site + page.format(number=submission.id))
    assert "facebook（なくなった配信先）" in officer.get(f"/submissions/{submission.id}/").text
